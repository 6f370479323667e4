import { lstat, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { FolderListing } from '../../../src-shared/contract/app.ts';
import { ClipSamError, failure } from '../../../src-shared/errors.ts';
import { isBelow } from '../../files/confined-file.ts';
import { listFolder } from './list-folder.ts';

/** A folder of this machine that people at other machines may import from and export to. */
export interface ImportRoot {
  /** What it is called in a network, and the first part of the paths below it. */
  readonly name: string;
  /** Without links. */
  readonly folder: string;
}

const SEPARATOR = process.platform === 'win32' ? /[\\/]/ : '/';

/** Names that other folders go by where paths are shown. */
const OTHER_ROOTS = ['workspace', 'models', 'program', 'uploads'] as const;

/**
 * The folders that an engineer named, each under a name of its own: that of the folder, with a number where it is taken.
 * @throws ClipSamError `input-invalid` when one is no folder, or has to do with the workspace's own
 */
export async function importRootsOf(
  folders: readonly string[],
  workspaceFolder: string,
): Promise<ImportRoot[]> {
  const own = await realpath(workspaceFolder);
  const roots: ImportRoot[] = [];
  for (const given of folders) {
    const folder = await realFolder(given);
    if (isBelow(folder, own) || isBelow(own, folder)) {
      throw new ClipSamError(
        'input-invalid',
        `${given} holds the workspace or lies in it. Name a folder beside it: --import-root DIR`,
      );
    }
    if (roots.some((root) => root.folder === folder)) continue;
    roots.push({ name: freeName(basename(folder) || 'disk', roots), folder });
  }
  return roots;
}

/** What came from browsers: imported from as from a root, and listed with none. */
export async function uploadsRootOf(workspaceFolder: string): Promise<ImportRoot> {
  return { name: 'uploads', folder: join(await realpath(workspaceFolder), 'uploads') };
}

async function realFolder(given: string): Promise<string> {
  try {
    const folder = await realpath(given);
    if ((await stat(folder)).isDirectory()) return folder;
  } catch (cause) {
    throw new ClipSamError('input-invalid', `The import root ${given} is not there, or may not be read.`, {
      cause,
    });
  }
  throw new ClipSamError('input-invalid', `The import root ${given} is no folder.`);
}

function freeName(name: string, roots: readonly ImportRoot[]): string {
  const isTaken = (one: string) =>
    roots.some((root) => root.name === one) || OTHER_ROOTS.some((other) => other === one);
  let free = name;
  for (let n = 2; isTaken(free); n++) free = `${name}-${n}`;
  return free;
}

/**
 * The folder or file that a path means in a network: `<root>/<way>`. Links are followed, and end where they leave the root.
 * @param shown with `/`
 * @param mayBeNew whether it may be a folder that is still to be made
 * @returns full path, without links
 * @throws ClipSamError `path-denied` when it lies below no root; `image-not-found` when it is not there
 */
export async function pathBelowRoots(
  roots: readonly ImportRoot[],
  shown: string,
  mayBeNew = false,
): Promise<string> {
  const [name = '', ...parts] = shown.split(SEPARATOR).filter((part) => part !== '');
  const root = roots.find((one) => one.name === name);
  const isOdd = parts.some((part) => part === '.' || part === '..' || /[\0\\]/.test(part));
  if (!root || isOdd || shown.startsWith('/')) throw denied(shown, roots);
  const real = await realWay(join(root.folder, ...parts), mayBeNew).catch((cause: unknown) => {
    throw failure('file-missing', { file: shown }, `${shown} is not there.`, cause);
  });
  if (!isBelow(real, root.folder)) throw denied(shown, roots);
  return real;
}

/** Links are followed as far as there is something. */
async function realWay(path: string, mayBeNew: boolean): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    // A link that leads nowhere is there, and would be followed by whoever makes something.
    const isThere = await lstat(path).then(
      () => true,
      () => false,
    );
    if (!mayBeNew || isThere || dirname(path) === path) throw error;
    return join(await realWay(dirname(path), mayBeNew), basename(path));
  }
}

function denied(shown: string, roots: readonly ImportRoot[]): ClipSamError {
  const names = roots.map(({ name }) => name).join(', ');
  const advice =
    names === ''
      ? 'None is named: whoever runs the workstation does so with --import-root.'
      : `Choose one below: ${names}.`;
  return failure(
    'outside-import-roots',
    { path: shown },
    `${shown} is no folder that this workstation opens to its network. ${advice}`,
  );
}

/** As {@link listFolder}, for a path of a network. @param shown null or empty: the roots themselves */
export async function listBelowRoots(
  roots: readonly ImportRoot[],
  shown: string | null,
  kind: 'images' | 'packs',
): Promise<FolderListing> {
  if (shown === null || shown === '') {
    const folders = roots.map(({ name }) => ({ name, path: name }));
    return { path: '', parent: null, folders, files: [], passedOver: [] };
  }
  const real = await pathBelowRoots(roots, shown);
  const listing = await listFolder(real, kind);
  // Above a root are the roots.
  return roots.some(({ folder }) => folder === real) ? { ...listing, parent: '' } : listing;
}
