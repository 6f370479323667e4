import { rm, stat } from 'node:fs/promises';
import { type CatalogueEntry, type Claim, type MeasuredFile, packOf } from '../../../src-shared/catalogue.ts';
import type { PackProgress } from '../../../src-shared/contract/packs.ts';
import { ClipSamError, throwIfCancelled } from '../../../src-shared/errors.ts';
import type { Pack } from '../../../src-shared/pack.ts';
import { exactReference } from '../../../src-shared/pack-reference.ts';
import type { ComeFiles } from '../../../src-shared/pack-store.ts';
import { convertLinearHead } from '../../checkpoint/linear-head.ts';
import { writeFileAtomically } from '../../files/atomic-write.ts';
import { sha256OfFile } from '../../files/hash.ts';
import type { PackExaminer } from '../../inference/pack-examiner.ts';
import { resolvePackFile } from '../../inference/pack-files.ts';
import { newPackContents, parsePack, type ReadPack } from '../../inference/pack-loader.ts';
import { downloadSize } from './catalogue.ts';
import { catalogueCard } from './catalogue-card.ts';
import { recordFirstUse } from './first-use.ts';
import { type FetchEntryOptions, fetchEntryFiles } from './install-files.ts';
import type { InstallStaging } from './install-staging.ts';
import { DESCRIPTION } from './pack-source.ts';

export interface InstallOptions extends FetchEntryOptions {
  readonly examiner: PackExaminer;
}

/** A pack that was put together, and what has to be said with it. */
export interface PutTogether extends ReadPack {
  readonly taken: Extract<PackProgress, { kind: 'finished' }>['taken'];
  readonly notes: string[];
}

/**
 * Puts a pack of the catalogue together in the staging folder: downloads, checks what the entry claims, makes what is
 * made of other files, and has everything examined.
 * @throws ClipSamError what {@link fetchEntryFiles} says, and what is wrong with the files
 */
export async function putTogether(options: InstallOptions): Promise<PutTogether> {
  const { entry, staging, network, onEvent } = options;
  const { signal } = network;
  onEvent?.({
    kind: 'found',
    pack: exactReference(entry),
    title: entry.title,
    total: downloadSize(entry).bytes,
  });
  const come = await fetchEntryFiles(options);
  throwIfCancelled(signal);
  onEvent?.({ kind: 'checking' });
  const unstated = Object.keys(come).filter((key) => entry.files[key]?.sha256 === null);
  try {
    const read = await describeAndExamine(options, come);
    for (const key of unstated)
      await recordFirstUse(staging.packsFolder, entry.files[key]!.source, come[key]!);
    await dropUnused(read, staging, come);
    const taken = unstated
      .filter((key) => come[key]!.comparedWith === 'nothing')
      .map((file) => ({ file, address: entry.files[file]!.source, sha256: come[file]!.sha256 }));
    return { ...read, taken, notes: read.pack.notes ?? [] };
  } catch (error) {
    // What nobody has vouched for may be the fault: another try takes it anew.
    if (!signal?.aborted) await staging.forget(unstated);
    throw error;
  }
}

async function describeAndExamine(options: InstallOptions, come: ComeFiles): Promise<ReadPack> {
  const { entry, staging, network, examiner } = options;
  const { isClaimed, notes } = await checkClaims(options, come);
  const contents = new Map<string, MeasuredFile>(Object.entries(come).map(([key, file]) => [key, of(file)]));
  for (const [key, content] of await makeFiles(entry, staging, come)) contents.set(key, content);
  const text = `${JSON.stringify(packOf(entry, contents, isClaimed, notes), null, 2)}\n`;
  const read = parsePack(text, `${entry.id}/${DESCRIPTION}`);
  await writeFileAtomically(staging.pathOf(DESCRIPTION), text);
  await writeFileAtomically(staging.pathOf(read.pack.card), catalogueCard(entry, read.pack));
  await examiner.contents(await newPackContents(read.pack, staging.packFolder), network.signal);
  throwIfCancelled(network.signal);
  return read;
}

/** Removes what was only compared with, or made something of. */
async function dropUnused({ pack }: ReadPack, staging: InstallStaging, come: ComeFiles): Promise<void> {
  const kept = new Set(Object.values(pack.files).map(({ sha256 }) => sha256));
  for (const { sha256 } of Object.values(come)) {
    if (!kept.has(sha256)) await rm(staging.pathOf(`downloads/${sha256}`), { force: true });
  }
}

async function checkClaims(
  options: InstallOptions,
  come: ComeFiles,
): Promise<{ readonly isClaimed: boolean; readonly notes: string[] }> {
  const { entry } = options;
  const notes: string[] = [];
  let isClaimed = true;
  for (const claim of entry.claims ?? []) {
    const problem = await sameDecoder(claim, options, come);
    isClaimed &&= problem === undefined;
    notes.push(
      problem === undefined
        ? `SAM's decoder: "${claim.decoder}" is used, which takes boxes. Its weights are those of the encoder's own decoder "${claim.own}", with which it was compared.`
        : `SAM's decoder: the encoder's own, "${claim.own}", is used, and takes points only. "${claim.decoder}", which takes boxes, is not the same: ${problem}`,
    );
  }
  return { isClaimed, notes };
}

/** Why the claim does not hold; undefined: it does. */
async function sameDecoder(
  { decoder, own }: Claim,
  { entry, staging, examiner, network }: InstallOptions,
  come: ComeFiles,
): Promise<string | undefined> {
  const pathOf = async (key: string) => {
    const file = come[key];
    if (file) return staging.pathOf(`downloads/${file.sha256}`);
    return resolvePackFile(entry.files[key]!.source, staging.packFolder);
  };
  const paths = { own: await pathOf(own), decoder: await pathOf(decoder) };
  try {
    await examiner.sameDecoder({ pack: entry.id, ...paths }, network.signal);
    return undefined;
  } catch (error) {
    if (error instanceof ClipSamError && error.details?.case === 'decoder-differs') return error.message;
    throw error;
  }
}

/** Makes the files that are made of downloaded ones. */
async function makeFiles(
  { makes = [], files, ...parts }: CatalogueEntry,
  staging: InstallStaging,
  come: ComeFiles,
): Promise<Map<string, MeasuredFile>> {
  const made = new Map<string, MeasuredFile>();
  for (const { from, file } of makes) {
    const path = staging.pathOf(files[file]!.source.replace(/^made:/, ''));
    const checkpoint = staging.pathOf(`downloads/${come[from]!.sha256}`);
    const { vision, text } = parts as unknown as Pick<Pack, 'vision' | 'text'>;
    const stageWidths = vision.stages.map(({ width }) => width);
    await writeFileAtomically(
      path,
      await convertLinearHead(checkpoint, { stageWidths, textWidth: text.width }),
    );
    made.set(file, { sha256: await sha256OfFile(path), bytes: (await stat(path)).size });
  }
  return made;
}

function of({ sha256, bytes }: MeasuredFile): MeasuredFile {
  return { sha256, bytes };
}
