import { sep } from 'node:path';
import type { MergedBatch } from '../../../src-shared/merge.ts';
import { type BatchShard, isWhole } from '../../../src-shared/shard.ts';
import { changeShard, parseShardColumn } from '../../store/batches.ts';
import {
  addForeignBatch,
  batchHere,
  batchOfShards,
  type ForeignBatch,
  isOfSameImages,
  noteBatch,
} from '../../store/merge-batches.ts';
import {
  addForeignImages,
  countImages,
  lastImage,
  type OfferedImage,
  pictureName,
  sameImages,
} from '../../store/merge-images.ts';
import { countPending, foreignRuns, runHere, whatDecides } from '../../store/merge-runs.ts';
import type { RunRow } from '../../store/run-row.ts';
import { inListingOrder } from './image-order.ts';
import type { Merge, MergeSource } from './merge.ts';
import { mergeRun, type RunPart } from './merge-run.ts';

/** A batch of a source. */
interface BatchPart {
  readonly source: MergeSource;
  readonly batch: ForeignBatch;
}

/** Batches that become one: a batch that was never divided, or shards of the same images. */
export interface BatchGroup {
  /** Null: it is one batch, which comes as it is. */
  readonly shard: BatchShard | null;
  readonly parts: readonly BatchPart[];
}

/** What of the sources becomes one batch, in the order of the sources. */
export function groupsOf(sources: readonly MergeSource[]): BatchGroup[] {
  const groups: { readonly shard: BatchShard | null; readonly parts: BatchPart[] }[] = [];
  for (const source of sources) {
    for (const batch of source.batches) {
      const column = parseShardColumn(batch.shard);
      const shard = isWhole(column) ? null : column;
      const part = { source, batch };
      const same =
        shard &&
        groups.find(
          (group) =>
            group.shard &&
            isOfSameImages(group.shard, shard) &&
            group.parts[0]!.batch.name === batch.name &&
            group.parts.every((other) => other.source !== source),
        );
      if (same) same.parts.push(part);
      else groups.push({ shard, parts: [part] });
    }
  }
  return groups;
}

/**
 * Brings batches that become one into the target: images, runs, results, and what inspectors said.
 * @returns undefined when the target had it and deleted it
 * @throws ClipSamError `conflict` when a program works on its run there, `cancelled`, `disk-full`
 */
export async function mergeBatch(merge: Merge, group: BatchGroup): Promise<MergedBatch | undefined> {
  const { target, inspector } = merge;
  const found = await findOrMake(merge, group);
  if (!found) return undefined;
  const { batch, isNew } = found;
  const before = isNew ? [] : (parseShardColumn(batch.shard)?.indices ?? []);
  await addImages(merge, group, batch, before);
  const shard = group.shard && unionOf(group, before);
  if (shard && shard.indices.join() !== parseShardColumn(batch.shard)?.indices.join()) {
    await changeShard(target, batch.id, shard, inspector);
  }
  const last = group.shard
    ? await mergeShards(merge, group, batch, shard!)
    : await mergeRuns(merge, group, batch);
  const images = await countImages(target, batch.id);
  return {
    ...{ id: batch.id, name: batch.name, shard: shard ?? parseShardColumn(batch.shard), images },
    pending: last === undefined ? images : await countPending(target, last),
  };
}

async function findOrMake(
  { target, inspector }: Merge,
  group: BatchGroup,
): Promise<{ readonly batch: ForeignBatch; readonly isNew: boolean } | undefined> {
  let here: ForeignBatch | undefined;
  for (const { source, batch } of group.parts) {
    const found = await batchHere(target, source.workspace.id, batch);
    if (found === 'gone') return undefined;
    here ??= found;
  }
  const [first] = group.parts;
  here ??= group.shard ? await batchOfShards(target, first!.batch.name, group.shard) : undefined;
  const isNew = here === undefined;
  const batch = here ?? (await addForeignBatch(target, first!.source.workspace.id, first!.batch, inspector));
  if (isNew) first!.source.added.batches++;
  return { batch, isNew };
}

/** All shards that the batch has after this merge. */
function unionOf({ parts, shard }: BatchGroup, before: readonly number[]): BatchShard {
  const indices = new Set(before);
  for (const { batch } of parts) for (const one of parseShardColumn(batch.shard)!.indices) indices.add(one);
  return { ...shard!, indices: [...indices].sort((a, b) => a - b) };
}

async function addImages(
  merge: Merge,
  group: BatchGroup,
  batch: ForeignBatch,
  before: readonly number[],
): Promise<void> {
  const { target, signal } = merge;
  const taken = new Set(before);
  const parts = [];
  let total = 0;
  for (const { source, batch: from } of group.parts) {
    const { workspace } = source;
    const indices = parseShardColumn(from.shard)?.indices ?? [];
    const isKnown = (await batchHere(target, workspace.id, from)) !== undefined;
    // A shard that came from another workspace has its images already.
    const mayAdd = isKnown || !group.shard || indices.some((one) => !taken.has(one));
    for (const one of indices) taken.add(one);
    if (mayAdd) await noteBatch(target, workspace.id, from, batch.id);
    parts.push({ workspace, batchId: from.id, mayAdd });
    total += await countImages(workspace, from.id);
  }
  const sourceOf = new Map(group.parts.map(({ source }) => [source.workspace.folder, source]));
  await addForeignImages({
    ...{ target, batchId: batch.id, images: inListingOrder(parts), signal },
    onConflict: ({ image, source }, kind) =>
      merge.conflict(sourceOf.get(source)!, { kind, batch: batch.name, path: image.path }),
    onAdded: ({ image, source }: OfferedImage) => {
      sourceOf.get(source)!.added.images++;
      if (image.path.startsWith(source + sep)) merge.imagesInSources++;
    },
    onProgress: (done) => merge.onEvent({ kind: 'images', batch: batch.name, done, total }),
  });
}

/** Every run of a batch that was never divided comes as it is. @returns id of the newest */
async function mergeRuns(
  merge: Merge,
  { parts }: BatchGroup,
  batch: ForeignBatch,
): Promise<number | undefined> {
  const { target } = merge;
  const { source, batch: from } = parts[0]!;
  let newest: number | undefined;
  for (const run of await foreignRuns(source.workspace, from.id)) {
    const there = await lastImage(source.workspace, from.id, run.last_image_id);
    const here = there && (await sameImages(target, batch.id, [there])).get(pictureName(there));
    if (!here) continue;
    const known = await runHere(target, source.workspace.id, run);
    await mergeRun(merge, {
      ...{ batch, known, parts: [{ source, run }], lastImageId: here.id, isPartial: false },
    });
    newest = (await runHere(target, source.workspace.id, run))?.id;
  }
  return newest;
}

/** The newest run of each shard becomes one run, where all that decides their results is the same. @returns its id */
async function mergeShards(
  merge: Merge,
  group: BatchGroup,
  batch: ForeignBatch,
  shard: BatchShard,
): Promise<number | undefined> {
  const { target } = merge;
  const alike = new Map<string, RunPart[]>();
  for (const { source, batch: from } of group.parts) {
    tellDifferences(merge, source, from, batch);
    const runs = await foreignRuns(source.workspace, from.id);
    const run = runs.at(-1);
    if (!run) continue;
    source.left.earlierRuns += runs.length - 1;
    const key = keyOf(run);
    alike.set(key, [...(alike.get(key) ?? []), { source, run }]);
  }
  const before = await foreignRuns(target, batch.id);
  const newestHere = before.at(-1);
  const model = newestHere ?? [...alike.values()][0]?.[0]?.run;
  const last = await lastImage(target, batch.id);
  for (const [key, parts] of alike) {
    if (model && key !== keyOf(model)) tellRunsDiffer(merge, batch, parts, model);
    const known = before.findLast((run) => keyOf(run) === key);
    if (!last) continue;
    await mergeRun(merge, { batch, known, parts, lastImageId: last.id, isPartial: !isWhole(shard) });
  }
  return (await foreignRuns(target, batch.id)).at(-1)?.id;
}

function keyOf(run: RunRow): string {
  // Results of other versions of the program stay in one run: each of them says which.
  const { version: _, ...decides } = whatDecides(run);
  return JSON.stringify(decides);
}

function tellRunsDiffer(merge: Merge, batch: ForeignBatch, parts: readonly RunPart[], model: RunRow): void {
  const other = whatDecides(model);
  for (const { source, run } of parts) {
    const fields = Object.entries(whatDecides(run)).flatMap(([name, value]) =>
      value === other[name] ? [] : name,
    );
    merge.conflict(source, { kind: 'runs', batch: batch.name, fields });
  }
}

const WRITTEN = ['object_name', 'part_number', 'revision', 'lot', 'order_number', 'scale'] as const;

function tellDifferences(merge: Merge, source: MergeSource, from: ForeignBatch, batch: ForeignBatch): void {
  const fields = WRITTEN.filter((name) => from[name] !== batch[name]);
  if (fields.length > 0) merge.conflict(source, { kind: 'batch', batch: batch.name, fields });
}
