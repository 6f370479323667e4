import { basename, resolve } from 'node:path';
import type { Batch } from '../../../src-shared/batch.ts';
import type { BatchEvent } from '../../../src-shared/batch-event.ts';
import { type BatchRanges, isSameRange, SAMPLE_KINDS } from '../../../src-shared/batch-range.ts';
import type { ImportEvent, ImportSummary } from '../../../src-shared/contract/imports.ts';
import type { DeviceRequest } from '../../../src-shared/device.ts';
import { countEndings, endingsText } from '../../../src-shared/endings.ts';
import type { ErrorRecord } from '../../../src-shared/error-record.ts';
import { ClipSamError, throwIfCancelled } from '../../../src-shared/errors.ts';
import type { InspectionArea } from '../../../src-shared/inspection-area.ts';
import { sizeLimits } from '../../../src-shared/minimum-defect.ts';
import { DEFAULT_OPINION_SETTINGS } from '../../../src-shared/opinion.ts';
import type { ImageOutcome } from '../../../src-shared/outcome.ts';
import type { Run } from '../../../src-shared/run.ts';
import type { SampleRange } from '../../../src-shared/sample-range.ts';
import { isSameScale, type Scale } from '../../../src-shared/scale.ts';
import type { BatchShard, ShardChoice } from '../../../src-shared/shard.ts';
import { hashOfArea } from '../../files/area-hash.ts';
import { hashOfJson } from '../../files/canonical-json.ts';
import { listImageFiles } from '../../files/image-files.ts';
import { IMAGE_EXTENSIONS } from '../../files/image-names.ts';
import type { InferenceClient, InferenceEvent } from '../../inference/inference-client.ts';
import { areaOfRun } from '../../store/areas.ts';
import { changeScale, changeShard, createBatch, getBatch, listBatches } from '../../store/batches.ts';
import { listImages } from '../../store/images.ts';
import { openWorkspace } from '../../store/open-workspace.ts';
import { listResults } from '../../store/results.ts';
import { isRunActive } from '../../store/run-claims.ts';
import { countOutcomes, listRuns } from '../../store/runs.ts';
import type { Workspace } from '../../store/workspace.ts';
import { importIntoBatch } from '../imports/batch-imports.ts';
import { listToImport } from '../imports/import-images.ts';
import { comparesWith } from '../opinions/comparison-of-run.ts';
import { partsOfFiles } from '../opinions/known-parts.ts';
import { rememberWorkspace } from '../packs/known-workspaces.ts';
import { kindsIn, setSampleRange } from '../pictures/sample-ranges.ts';
import { areaOfBatch, type BatchRun, type BatchSummary, resumeBatchRun, startBatchRun } from './batch-run.ts';
import { type ImageRecord, toImageRecord } from './image-record.ts';
import { type ChosenRecipe, openPipeline } from './recipe-pipeline.ts';
import { filesOfShard } from './shard-inputs.ts';

export type InspectPathsEvent =
  | ImportEvent
  | InferenceEvent
  | BatchEvent
  | { readonly kind: 'import-finished'; readonly batch: Batch; readonly summary: ImportSummary }
  /** All files are read, to find those of the shard. */
  | { readonly kind: 'dividing'; readonly done: number; readonly total: number }
  /** `taken` of the files fall into the shard, `left` fall into others. */
  | { readonly kind: 'divided'; readonly shard: ShardChoice; readonly taken: number; readonly left: number }
  /** What is black and white in the images of more than 8 bits, if there are any. */
  | { readonly kind: 'sample-ranges'; readonly ranges: BatchRanges }
  /** How large a pixel is; null: nobody has said, sizes are in pixels. */
  | { readonly kind: 'scale'; readonly scale: Scale | null }
  /**
   * `outset`: a new run, a run that goes on, or a new one because the inputs, what is black and white in them, how large a pixel is, where to
   * look, or the folder of references changed since the unfinished one.
   */
  | {
      readonly kind: 'run';
      readonly outset:
        | 'new'
        | 'resumed'
        | 'inputs-changed'
        | 'range-changed'
        | 'scale-changed'
        | 'area-changed'
        | 'references-changed';
    }
  /** One per image, those of an earlier session of the same run first; and one per picture that was passed over. */
  | { readonly kind: 'record'; readonly record: ImageRecord };

export interface InspectPathsOptions {
  readonly chosen: ChosenRecipe;
  /** Made when it is not there. */
  readonly workspaceFolder: string;
  /** Files and folders. */
  readonly paths: readonly string[];
  /** Name of the batch. Default: after the first path. */
  readonly name?: string;
  /** True: a new run even when one of the same inputs and recipe is unfinished. */
  readonly fresh?: boolean;
  /** Only the files whose content falls into this part of them. Default: all. */
  readonly shard?: ShardChoice;
  /** What is black and white in images of more than 8 bits whose files do not say. Default: measured. */
  readonly range?: SampleRange;
  /** How large a pixel is; kept with the batch. Default: as the batch or the recipe says. */
  readonly scale?: Scale;
  /** Folder of good parts to compare with, instead of those that the workspace keeps for the product. */
  readonly references?: string;
  /** Where to look. Default: as was saved for the product in this workspace. */
  readonly area?: InspectionArea;
  readonly device: DeviceRequest;
  readonly threads?: number;
  readonly inspector: string;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: InspectPathsEvent) => void;
}

export interface InspectPathsSummary extends Omit<BatchSummary, 'runId'> {
  readonly batchId: number;
  /** Null: no file falls into the shard. */
  readonly runId: number | null;
  /** Paths that are not there, or folders that may not be read; the run does not count them. */
  readonly unreadable: readonly { readonly path: string; readonly error: ErrorRecord }[];
  /** Pictures of kinds that are not read; the run does not count them. */
  readonly passedOver: readonly string[];
}

/**
 * Inspects files and folders into a workspace. Called again with the same inputs and recipe after a crash or a
 * cancel, it goes on where it stopped; images that failed get another try.
 *
 * The images go to the newest batch with the name whose images are all among the inputs, else to a new one: a run
 * covers its whole batch. A shard has a batch of its own, with nothing in it where no file falls there.
 * @throws ClipSamError `input-invalid` when there is no image at all, or a shard would be inspected otherwise than all images
 *   together; `conflict` when the recipe's limits are in millimetres and
 *   nobody has said how large a pixel is, `cancelled` before the run began, and what
 *   the store, the inference process and the batch run say
 */
export async function inspectPaths(options: InspectPathsOptions): Promise<InspectPathsSummary> {
  const { chosen, paths, inspector, signal, device, threads, onEvent = () => {} } = options;
  if (options.shard) refuseCrowd(chosen);
  const listed = await listInputs(paths, signal);
  const part = options.shard && (await divide(listed, options.shard, options));
  const inputs = part?.files ?? listed;
  const references =
    options.references === undefined ? undefined : await listInputs([options.references], signal);
  // First, because a broken pack would waste the reading of all files and leave a batch that nobody asked for.
  const inference = await openPipeline(chosen, { device, ...(threads ? { threads } : {}), onEvent });
  let workspace: Workspace | undefined;
  try {
    throwIfCancelled(signal);
    workspace = await openWorkspace(options.workspaceFolder, { create: true });
    await rememberWorkspace(workspace.folder);
    const { artifacts } = workspace;
    const name = options.name ?? nameOf(paths);
    const known = await findBatch(workspace, name, inputs, part?.shard);
    const scale = options.scale ?? known?.scale ?? chosen.recipe.scale ?? null;
    sizeLimits(chosen.recipe.minimumDefect, scale);
    const batch =
      known ??
      (await createBatch(workspace, { name, objectName: chosen.recipe.object }, inspector, part?.shard));
    if (part && known && known.shard?.inputs !== part.shard.inputs) {
      await changeShard(workspace, batch.id, part.shard, inspector);
    }
    if (options.scale) await changeScale(workspace, batch.id, options.scale, inspector);
    onEvent({ kind: 'scale', scale });
    const report = (outcome: ImageOutcome) => {
      onEvent({ kind: 'record', record: toImageRecord(outcome, artifacts, inference.device) });
    };
    const inspection: Inspection = {
      ...{ ...options, references, onEvent, workspace, inference, batch, report },
      inputs: part?.files,
    };
    const summary = await importInputs(inspection);
    if (inputs.size === 0) return nothingIn(batch.id, summary);
    const ranges = await rangesOf(inspection);
    const isSame = summary.added === 0 && summary.changed.length === 0;
    const run = await beginRun(inspection, { ranges, scale }, isSame);
    const { unreadable, passedOver } = summary;
    return { ...(await run.done), batchId: batch.id, unreadable, passedOver };
  } finally {
    await inference.close();
    await workspace?.close();
  }
}

/** @throws ClipSamError `input-invalid` when the recipe compares images with others of their batch */
function refuseCrowd({ recipe }: ChosenRecipe): void {
  const { consensus } = recipe.opinions ?? DEFAULT_OPINION_SETTINGS;
  if (consensus === 'off') return;
  throw new ClipSamError(
    'input-invalid',
    'A shard has only some of the images: compared with one another (consensus) they would get other results than all together. Leave it out, as with --opinions language,references, or inspect without --shard.',
  );
}

async function divide(listed: ReadonlySet<string>, shard: ShardChoice, options: InspectPathsOptions) {
  const { signal, onEvent = () => {} } = options;
  const part = await filesOfShard(listed, shard, {
    signal,
    onProgress: (done, total) => onEvent({ kind: 'dividing', done, total }),
  });
  const taken = part.files.size;
  onEvent({ kind: 'divided', shard, taken, left: listed.size - taken });
  return part;
}

/** What became of a shard without files. */
function nothingIn(batchId: number, { unreadable, passedOver }: ImportSummary): InspectPathsSummary {
  return { batchId, runId: null, status: 'done', total: 0, done: 0, failed: 0, unreadable, passedOver };
}

/** What the steps of {@link inspectPaths} work with. */
interface Inspection extends Omit<InspectPathsOptions, 'references'> {
  /** The files of the shard; undefined: all of the paths. */
  readonly inputs: ReadonlySet<string> | undefined;
  /** Files. */
  readonly references: ReadonlySet<string> | undefined;
  readonly workspace: Workspace;
  readonly inference: InferenceClient;
  readonly batch: Batch;
  readonly onEvent: (event: InspectPathsEvent) => void;
  readonly report: (outcome: ImageOutcome) => void;
}

/** Imports the paths; what is no part of the batch is reported. */
async function importInputs(inspection: Inspection): Promise<ImportSummary> {
  const { workspace, batch, paths, inputs, inspector, signal, onEvent, report } = inspection;
  const imported = await importIntoBatch({
    workspace,
    batchId: batch.id,
    // A workstation that imports the rest runs in another folder.
    paths: inputs ? [...inputs] : paths.map((path) => resolve(path)),
    inspector,
    onEvent,
    ...(signal && { signal }),
  });
  const { files: _, ...apart } = inputs ? await listToImport(paths, signal) : { files: [] };
  const summary: ImportSummary = { ...imported, ...apart };
  onEvent({ kind: 'import-finished', batch, summary });
  for (const { path, error } of summary.unreadable) report({ path, page: null, status: 'failed', error });
  for (const path of summary.passedOver) {
    onEvent({ kind: 'record', record: { path, status: 'passed-over' } });
  }
  return summary;
}

/**
 * What is black and white in the batch's images: as the import has measured, or as the user says.
 * @throws ClipSamError `input-invalid` for a shard that would measure it on its own images
 */
async function rangesOf(inspection: Inspection): Promise<BatchRanges> {
  const { workspace, batch, inspector, range, onEvent } = inspection;
  const kinds = await kindsIn(workspace, batch.id);
  for (const kind of range ? kinds : []) {
    await setSampleRange(workspace, { batchId: batch.id, kind, range: range!, inspector });
  }
  const { sampleRanges } = await getBatch(workspace, batch.id);
  if (inspection.shard && kinds.some((kind) => sampleRanges[kind]?.setBy == null)) {
    throw new ClipSamError(
      'input-invalid',
      'There are images of more than 8 bits whose files do not say what is white. A shard has only some of them and might measure otherwise than the others: say it with --range, such as --range 0-4095, for every shard.',
    );
  }
  onEvent({ kind: 'sample-ranges', ranges: sampleRanges });
  return sampleRanges;
}

/**
 * Goes on with the batch's unfinished run, or starts a new one.
 * @param isSame no image is new or holds other content than before
 */
async function beginRun(
  inspection: Inspection,
  { ranges, scale }: { readonly ranges: BatchRanges; readonly scale: Scale | null },
  isSame: boolean,
): Promise<BatchRun> {
  const { workspace, inference, batch, chosen, fresh, inspector, signal, onEvent, report } = inspection;
  const unfinished = fresh ? undefined : await findUnfinishedRun(workspace, batch, inference, chosen);
  const { references } = inspection;
  const known = references && (await partsOfFiles(references, ranges, signal));
  const options = {
    workspace,
    inference,
    inspector,
    known,
    ...(signal && { signal }),
    onEvent(event: BatchEvent) {
      onEvent(event);
      if (event.kind === 'image') report(event.outcome);
    },
  };
  const isSeenAlike =
    unfinished && SAMPLE_KINDS.every((kind) => isSameRange(unfinished.sampleRanges[kind], ranges[kind]));
  const isComparedAlike = unfinished && (!known || (await comparesWith(workspace, unfinished.id, known)));
  const area = inspection.area ?? (await areaOfBatch(workspace, batch.id, chosen.recipe));
  const isLookedAtAlike = unfinished && (await isAreaOf(workspace, unfinished.id, area));
  const isMeasuredAlike = unfinished && isSameScale(unfinished.scale, scale);
  if (unfinished && isSame && isSeenAlike && isMeasuredAlike && isLookedAtAlike && isComparedAlike) {
    onEvent({ kind: 'run', outset: 'resumed' });
    if (!(await isRunActive(workspace, unfinished.id))) await reportDone(workspace, unfinished, report);
    return resumeBatchRun({ ...options, runId: unfinished.id, retryFailed: true });
  }
  const changed = !isSame
    ? 'inputs-changed'
    : !isSeenAlike
      ? 'range-changed'
      : !isMeasuredAlike
        ? 'scale-changed'
        : isLookedAtAlike
          ? 'references-changed'
          : 'area-changed';
  onEvent({ kind: 'run', outset: unfinished ? changed : 'new' });
  return startBatchRun({ ...options, batchId: batch.id, recipe: chosen.recipe, area });
}

async function isAreaOf(workspace: Workspace, runId: number, area: InspectionArea | null): Promise<boolean> {
  const used = await areaOfRun(workspace, runId);
  return (used && hashOfArea(used)) === (area && hashOfArea(area));
}

/**
 * The image files among some files and folders, absolute, each once.
 * @throws ClipSamError `input-invalid` when there is none, or why the first of the paths can't be read; `cancelled`
 */
export async function listInputs(
  paths: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Set<string>> {
  const inputs = new Set<string>();
  const passedOver: string[] = [];
  let error: ClipSamError | undefined;
  for await (const entry of listImageFiles(paths, signal)) {
    if (entry.kind === 'image') inputs.add(entry.path);
    else if (entry.kind === 'passed-over') passedOver.push(entry.path);
    else if (entry.kind === 'unreadable') error ??= entry.error;
  }
  if (inputs.size > 0) return inputs;
  if (error) throw error;
  const unread =
    passedOver.length === 0
      ? ''
      : ` Pictures there that are not read: ${endingsText(countEndings(passedOver))}.`;
  throw new ClipSamError(
    'input-invalid',
    `There are no images in ${paths.join(', ')}. From folders, files named ${IMAGE_EXTENSIONS.join(', ')} are taken.${unread}`,
  );
}

function nameOf(paths: readonly string[]): string {
  const first = resolve(paths[0] ?? '');
  const name = basename(first) || first;
  return paths.length > 1 ? `${name} and ${paths.length - 1} more` : name;
}

/** The newest batch of that name and shard whose images are all among the inputs. */
async function findBatch(
  workspace: Workspace,
  name: string,
  inputs: ReadonlySet<string>,
  shard: BatchShard | undefined,
): Promise<Batch | undefined> {
  for (const batch of await listBatches(workspace, { search: name })) {
    if (batch.name !== name || !isPartOf(batch.shard, shard)) continue;
    if (await isWithin(workspace, batch, inputs)) return batch;
  }
  return undefined;
}

/** Whether both are the same shard, whatever the files of the others are; two that are none are. */
function isPartOf(a: BatchShard | undefined, b: BatchShard | undefined): boolean {
  return a?.of === b?.of && a?.indices.join() === b?.indices.join();
}

async function isWithin(workspace: Workspace, batch: Batch, inputs: ReadonlySet<string>): Promise<boolean> {
  for (let after = 0; ; ) {
    const page = await listImages(workspace, batch.id, { after });
    const last = page.at(-1);
    if (!last) return true;
    if (page.some(({ path }) => !inputs.has(path))) return false;
    after = last.id;
  }
}

async function findUnfinishedRun(
  workspace: Workspace,
  batch: Batch,
  { packHash }: InferenceClient,
  { recipe }: ChosenRecipe,
): Promise<Run | undefined> {
  const [run] = await listRuns(workspace, batch.id);
  if (!run || run.status === 'cancelled') return undefined;
  const isUnfinished = run.status !== 'done' || (await countOutcomes(workspace, run.id)).failed > 0;
  return isUnfinished && run.recipeHash === hashOfJson(recipe) && run.packHash === packHash ? run : undefined;
}

async function reportDone(workspace: Workspace, run: Run, report: (outcome: ImageOutcome) => void) {
  for (let after = 0; ; ) {
    const page = await listResults(workspace, run.id, { after });
    const last = page.at(-1);
    if (!last) return;
    for (const stored of page) {
      // Those that failed are about to get another try.
      if (stored.status === 'done') {
        const { path, page: ofFile } = stored.image;
        report({ path, page: ofFile, status: 'done', result: stored.result });
      }
    }
    after = last.image.id;
  }
}
