import { stat } from 'node:fs/promises';
import type { PackSummary } from '../../../src-shared/contract/packs.ts';
import { type ClipSamError, failure, toErrorRecord } from '../../../src-shared/errors.ts';
import { METHODS } from '../../../src-shared/method.ts';
import { packReferenceSchema } from '../../../src-shared/pack-reference.ts';
import type { PackExaminer } from '../../inference/pack-examiner.ts';
import { readPackText, resolvePackFile, sourceInPack } from '../../inference/pack-files.ts';
import {
  describePack,
  type FoundPack,
  listPacks,
  type PackListing,
  type PackRoots,
  verifyPack,
} from '../../inference/pack-loader.ts';
import { lackOf } from '../../methods/registry.ts';

/** Model packs as far as users see them: which there are, and whether their files are whole. */
export { type PackExaminer, packExaminer } from '../../inference/pack-examiner.ts';
export {
  listPacks,
  type PackRoots,
  type PackVerification,
  verifyPack,
} from '../../inference/pack-loader.ts';

/**
 * A pack's description and folder.
 * @throws ClipSamError `pack-not-found` also for the path of a folder: only packs that were put among the others are
 *   used; `pack-invalid`
 */
export async function findPack(reference: string, roots: PackRoots = {}): Promise<FoundPack> {
  if (!packReferenceSchema.safeParse(reference).success) throw unknown(reference);
  return describePack(reference, roots);
}

/** The packs with their cards and files; the files' content is not read. */
export async function summarisePacks(roots: PackRoots = {}): Promise<PackSummary[]> {
  return Promise.all((await listPacks(roots)).map(summarise));
}

async function summarise({ id, folder, place, title, version, error }: PackListing): Promise<PackSummary> {
  const nothing = {
    id,
    folder,
    place,
    title: title ?? id,
    version: version ?? '',
    card: '',
    notes: [],
    pointsOnly: false,
    head: null,
    methods: [],
    packHash: null,
    files: [],
  };
  if (error) return { ...nothing, error };
  try {
    const { pack, packHash } = await describePack(folder);
    const card = await readPackText(await resolvePackFile(`pack:${pack.card}`, folder));
    const files = Object.entries(pack.files).map(async ([name, file]) => {
      const { source, licence, provenance, sha256 } = file;
      const path = await resolvePackFile(sourceInPack(file), folder).catch(() => undefined);
      const bytes = path === undefined ? null : (await stat(path)).size;
      return { name, source, licence, provenance, sha256, bytes };
    });
    return {
      ...nothing,
      packHash,
      card,
      notes: pack.notes ?? [],
      pointsOnly: !pack.segmenter.boxes,
      head: pack.head.kind,
      methods: METHODS.map((name) => ({ name, lack: lackOf(name, pack) ?? null })),
      files: await Promise.all(files),
      error: null,
    };
  } catch (cause) {
    return { ...nothing, error: toErrorRecord(cause, 'pack-invalid') };
  }
}

/**
 * Checks a pack by its reference.
 * @param examiner opens its files
 * @throws ClipSamError `pack-not-found`: a folder elsewhere is not looked at
 */
export async function checkPack(id: string, roots: PackRoots, examiner: PackExaminer) {
  const listing = (await listPacks(roots)).find((pack) => pack.id === id);
  if (!listing) throw unknown(id);
  const { files, error } = await verifyPack(listing.folder, {}, examiner);
  const checked = files.map((file) => ({
    name: file.key,
    ok: file.status === 'ok',
    error: file.error ? toErrorRecord(file.error) : null,
  }));
  const named = checked.some(({ ok }) => !ok) || !error;
  const whole = { name: 'pack.json', ok: false, error: error ?? null };
  return { files: named ? checked : [...checked, whole], ok: error === undefined };
}

function unknown(pack: string): ClipSamError {
  return failure('pack-unknown', { pack }, `There is no model pack "${pack}".`);
}
