import { readdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { FolderListing } from '../../../src-shared/contract/app.ts';
import { countEndings } from '../../../src-shared/endings.ts';
import { sortNames } from '../../files/image-files.ts';
import { isImageName, isUnreadName } from '../../files/image-names.ts';
import { toReadError } from '../../files/read-error.ts';

/** Names of the files that a listing shows besides folders. */
const SHOWN = {
  images: isImageName,
  packs: (name: string) => /\.zip$|^pack\.json$/i.test(name),
} as const;

/**
 * The folders right in a folder and its files of one kind, by name, hidden ones left out. Of pictures that are not
 * read, the endings are counted.
 * @param path null: the user's home
 * @throws ClipSamError `image-not-found`, `image-unreadable` when it is not there or may not be read
 */
export async function listFolder(
  path: string | null,
  kind: keyof typeof SHOWN = 'images',
): Promise<FolderListing> {
  const folder = resolve(path ?? homedir());
  const folders: string[] = [];
  const files: string[] = [];
  const passedOver: string[] = [];
  try {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (entry.name.startsWith('.')) continue;
      // A link counts as what it leads to.
      const target = entry.isSymbolicLink()
        ? await stat(join(folder, entry.name)).catch(() => undefined)
        : entry;
      if (target?.isDirectory()) folders.push(entry.name);
      else if (!target?.isFile()) continue;
      else if (SHOWN[kind](entry.name)) files.push(entry.name);
      else if (kind === 'images' && isUnreadName(entry.name)) passedOver.push(entry.name);
    }
  } catch (cause) {
    throw toReadError(cause, folder);
  }
  const parent = dirname(folder);
  const entry = (name: string) => ({ name, path: join(folder, name) });
  return {
    path: folder,
    parent: parent === folder ? null : parent,
    folders: (await sortNames(folders)).map(entry),
    files: (await sortNames(files)).map(entry),
    passedOver: countEndings(passedOver),
  };
}
