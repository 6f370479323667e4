import { failure } from '../../../src-shared/errors.ts';
import { pageName } from '../../../src-shared/image-page.ts';
import type { MemoryItem } from '../../../src-shared/reference-set.ts';
import { readImageFile } from '../../codec/image-codec.ts';
import { sha256InBackground } from '../../files/hash.ts';
import type { Workspace } from '../../store/workspace.ts';

/**
 * Keeps copies of the files that items were taken from, so that these outlive their batches. To be called when the
 * items are in the database: a file that nothing names would count as one too many.
 * @throws ClipSamError `image-changed` when a file is not what it was any more, other `image-…`; `disk-full`
 */
export async function keepPictures(workspace: Workspace, items: readonly MemoryItem[]): Promise<void> {
  const { artifacts } = workspace;
  for (const { contentHash, source, page } of items) {
    if (await artifacts.has(contentHash)) continue;
    const bytes = await readImageFile(source);
    if ((await sha256InBackground(bytes)) !== contentHash) {
      const file = pageName(source, page);
      throw failure(
        'file-changed',
        { file },
        `${file} is not the file that was marked: its content changed since. Inspect it again, then mark it.`,
      );
    }
    await artifacts.keep(bytes);
  }
}
