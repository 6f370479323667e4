import { copyFile, link, mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ClipSamError, failure } from '../../src-shared/errors.ts';
import { type Pack, packSchema, type UmciConfig } from '../../src-shared/pack.ts';
import { exactReference } from '../../src-shared/pack-reference.ts';
import { schemaIssues } from '../../src-shared/schema-issues.ts';
import { makeFolder, syncFolder, toWriteError, writeFileAtomically } from '../files/atomic-write.ts';
import { sha256 } from '../files/hash.ts';
import { sourceInPack } from '../inference/pack-files.ts';
import { type LoadedPack, loadPack } from '../inference/pack-loader.ts';
import { type HeadLog, headCard } from './head-log.ts';

const HEAD = { key: 'umci', file: 'umci.safetensors' } as const;

/** What a trained pack is called, and what it says of its head. */
export interface HeadPackTitle {
  readonly id: string;
  readonly title: string;
  readonly version: string;
  /** Of the head's weights. */
  readonly licence: string;
  /** What it was trained on, in words. */
  readonly data: string;
  /** How it was made. */
  readonly provenance: string;
}

/**
 * The description of a pack with the towers of `parent` and a head of its own.
 * @param head content of the head's file
 * @throws ClipSamError `pack-invalid` where that makes no pack
 */
export function describeHeadPack(
  { pack: parent, packHash }: Pick<LoadedPack, 'pack' | 'packHash'>,
  config: UmciConfig,
  called: HeadPackTitle,
  head: Uint8Array,
): Pack {
  const old = parent.head.kind === 'none' ? undefined : parent.head.file;
  const { licence, provenance, id, title, version, data } = called;
  const { [HEAD.key]: _replaced, ...others } = parent.files;
  const files = Object.fromEntries(Object.entries(others).filter(([key]) => key !== old));
  const { notes: _notes, ...rest } = parent;
  const parsed = packSchema.safeParse({
    ...rest,
    ...{ id, title, version },
    card: 'card.md',
    files: {
      ...files,
      [HEAD.key]: {
        source: `pack:${HEAD.file}`,
        sha256: sha256(head),
        bytes: head.length,
        licence,
        provenance,
      },
    },
    head: { ...config, kind: 'umci', file: HEAD.key },
    variants: parent.variants.filter(({ of, file }) => of !== old && file !== old),
    trained: { pack: exactReference(parent), packHash, data },
    defaultRecipe: { ...parent.defaultRecipe, pack: id },
  } satisfies Pack);
  if (parsed.success) return parsed.data;
  throw new ClipSamError(
    'pack-invalid',
    `No pack can be made of ${exactReference(parent)} and its head: ${schemaIssues(parsed.error)}`,
    { cause: parsed.error },
  );
}

/**
 * Puts a pack with a head of its own together; see {@link placePack}.
 * @throws ClipSamError as it does
 */
export async function writeHeadPack(
  parent: LoadedPack,
  pack: Pack,
  head: Uint8Array,
  log: HeadLog,
  folder: string,
): Promise<void> {
  await placePack(parent, pack, folder, {
    [HEAD.file]: head,
    'training-log.json': `${JSON.stringify(log, null, 1)}\n`,
    [pack.card]: headCard(pack, log),
  });
}

/**
 * Puts a pack together: files of its parent are linked (or copied, on another disk), `own` are written by their names. It
 * appears in `folder` at once and whole, after it was loaded as any pack is.
 * @throws ClipSamError `pack-exists`, `disk-full`, `path-denied`; what is wrong with a file
 */
export async function placePack(
  parent: LoadedPack,
  pack: Pack,
  folder: string,
  own: Readonly<Record<string, string | Uint8Array>>,
): Promise<void> {
  const staging = join(dirname(folder), `.${basename(folder)}.new`);
  await rm(staging, { recursive: true, force: true });
  await makeFolder(staging);
  for (const [key, file] of Object.entries(pack.files)) {
    const source = sourceInPack(file);
    const name = source.slice('pack:'.length);
    if (!source.startsWith('pack:') || name in own) continue;
    await placeFile(parent.pathOf(key), join(staging, name));
  }
  for (const [name, content] of Object.entries(own)) {
    await writeFileAtomically(join(staging, name), content);
  }
  await writeFileAtomically(join(staging, 'pack.json'), `${JSON.stringify(pack, null, 2)}\n`);
  await loadPack(staging);
  await rename(staging, folder).catch((error: unknown) => {
    if (['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) {
      throw packTaken(pack, folder);
    }
    throw toWriteError(error, folder);
  });
  await syncFolder(dirname(folder));
}

/** The error for a folder where something else lies. */
export function packTaken(pack: Pick<Pack, 'id' | 'version'>, folder: string): ClipSamError {
  const reference = exactReference(pack);
  return failure(
    'pack-taken',
    { pack: reference, folder },
    `${folder} is taken, so ${reference} can't be put there. Give the new pack another id or version, or another folder.`,
  );
}

async function placeFile(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  try {
    await link(from, to);
  } catch {
    // Another disk, or one without links.
    await copyFile(from, to).catch((error: unknown) => {
      throw toWriteError(error, to);
    });
  }
}
