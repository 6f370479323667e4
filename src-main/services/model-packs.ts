import { readFile, stat } from 'node:fs/promises';
import type { PackSummary } from '../../src-shared/contract.ts';
import { ClipSamError, toErrorRecord } from '../../src-shared/errors.ts';
import { type Pack, packSchema } from '../../src-shared/pack.ts';
import { resolvePackFile } from '../inference/pack-files.ts';
import { describePack, listPacks, type PackListing, verifyPack } from '../inference/pack-loader.ts';

/** Model packs as far as users see them: which there are, and whether their files are whole. */
export { listPacks, type PackCheck, verifyPack } from '../inference/pack-loader.ts';

/**
 * A pack's description and folder.
 * @throws ClipSamError `pack-not-found` also for the path of a folder: only packs that were put among the others are
 *   used; `pack-invalid`
 */
export async function findPack(
  id: string,
  packsRoot?: string,
): Promise<{ readonly pack: Pack; readonly folder: string }> {
  if (!packSchema.shape.id.safeParse(id).success) {
    throw new ClipSamError('pack-not-found', `There is no model pack "${id}".`, {
      details: { case: 'pack-unknown', pack: id },
    });
  }
  return describePack(id, packsRoot === undefined ? {} : { packsRoot });
}

/** The packs with their cards and files; the files' content is not read. */
export async function summarisePacks(packsRoot?: string): Promise<PackSummary[]> {
  return Promise.all((await listPacks(packsRoot)).map(summarise));
}

async function summarise({ id, folder, title, version, error }: PackListing): Promise<PackSummary> {
  const nothing = { id, folder, title: title ?? id, version: version ?? '', card: '', files: [] };
  if (error) return { ...nothing, error };
  try {
    const { pack } = await describePack(folder);
    const card = await readFile(await resolvePackFile(`pack:${pack.card}`, folder), 'utf8');
    const files = Object.entries(pack.files).map(async ([name, file]) => {
      const { source, licence, provenance, sha256 } = file;
      const path = await resolvePackFile(source, folder).catch(() => undefined);
      const bytes = path === undefined ? null : (await stat(path)).size;
      return { name, source, licence, provenance, sha256, bytes };
    });
    return { ...nothing, card, files: await Promise.all(files), error: null };
  } catch (cause) {
    return { ...nothing, error: toErrorRecord(cause, 'pack-invalid') };
  }
}

/**
 * Checks a pack by its id.
 * @throws ClipSamError `pack-not-found`: a folder elsewhere is not looked at
 */
export async function checkPack(id: string, packsRoot?: string) {
  const listing = (await listPacks(packsRoot)).find((pack) => pack.id === id);
  if (!listing)
    throw new ClipSamError('pack-not-found', `There is no model pack "${id}".`, {
      details: { case: 'pack-unknown', pack: id },
    });
  const { files, error } = await verifyPack(listing.folder);
  const checked = files.map((file) => ({
    name: file.key,
    ok: file.status === 'ok',
    error: file.error ? toErrorRecord(file.error) : null,
  }));
  const named = checked.some(({ ok }) => !ok) || !error;
  const whole = { name: 'pack.json', ok: false, error: error ? toErrorRecord(error) : null };
  return { files: named ? checked : [...checked, whole], ok: error === undefined };
}
