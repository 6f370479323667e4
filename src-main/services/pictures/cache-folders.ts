import { join } from 'node:path';
import { removeLink } from '../../files/own-file.ts';

/** Where a workspace keeps what can be made again. */
export interface CacheFolders {
  readonly thumbnails: string;
  readonly tiles: string;
  readonly selfTest: string;
  readonly previews: string;
  readonly downloads: string;
}

/**
 * The folders of a workspace's cache. A link in the place of one is removed: a workspace may come from somebody else,
 * and what is written and removed here has to stay in it.
 * @param tell hears of such a link
 */
export async function cacheFolders(cache: string, tell: (problem: Error) => void): Promise<CacheFolders> {
  const folders = {
    thumbnails: join(cache, 'thumbnails'),
    tiles: join(cache, 'tiles'),
    selfTest: join(cache, 'self-test'),
    previews: join(cache, 'report-previews'),
    downloads: join(cache, 'downloads'),
  };
  for (const folder of [cache, ...Object.values(folders)]) {
    if (await removeLink(folder)) tell(new Error(`${folder} was a link to somewhere else. It is removed.`));
  }
  return folders;
}
