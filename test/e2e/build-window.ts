import { ensureBuilt, RENDERER } from '../../src-main/serve/built-parts.ts';

/** Once before all files, which run at the same time. */
export default async function setup(): Promise<void> {
  await ensureBuilt(RENDERER, (line) => console.log(line));
}
