import type { Download } from '../../src-shared/download.ts';
import { authorisedDownload } from './browser-access.ts';

/** Has the browser fetch a file that the workstation made for it, as any other download. */
export function startDownload({ id, name }: Download): void {
  const link = document.createElement('a');
  link.href = authorisedDownload(id);
  link.download = name;
  link.click();
}
