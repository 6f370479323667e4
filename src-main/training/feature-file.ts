import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ClipSamError } from '../../src-shared/errors.ts';
import type { ContentGrid } from '../graph/umci-feeds.ts';

/**
 * One view's frozen features on disk: a float16 block of patch tokens per stage ([height, width, C_i], cropped
 * to the content), the mask as the defect's share of each map cell (0..255), and two pooled vectors (all
 * stages' channels one after the other): the mean over the content and the mean over the defect, or over a
 * random patch where there is none.
 */
export interface FeatureRecord {
  readonly id: string;
  readonly group: string;
  readonly names: readonly string[];
  readonly defects: readonly string[];
  readonly grid: ContentGrid;
  /** Share of the content that is defect, 0..1. */
  readonly area: number;
}

export interface StageFeatures {
  readonly stages: readonly Float16Array[];
  readonly mask: Uint8Array;
}

/** Reads tokens and mask of a view. @param widths channels of each stage */
export type FeatureReader = (record: FeatureRecord, widths: readonly number[]) => Promise<StageFeatures>;

/** Reads from a folder of cached features. @throws ClipSamError as {@link readStages} */
export function featuresIn(folder: string): FeatureReader {
  return (record, widths) => readStages(folder, record, widths);
}

/** Where a view's features lie. */
export function featurePath(folder: string, id: string): string {
  return join(folder, id.slice(0, 2), `${id}.features`);
}

/** Bytes of a feature file; see {@link FeatureRecord}. */
export function packFeatures(
  stages: readonly Float32Array[],
  mask: Uint8Array,
  contentMean: Float32Array,
  regionMean: Float32Array,
): Uint8Array {
  const tokens = stages.reduce((sum, stage) => sum + stage.length, 0);
  const out = new Uint8Array(tokens * 2 + (contentMean.length + regionMean.length) * 4 + mask.length);
  let at = 0;
  for (const stage of stages) {
    new Float16Array(out.buffer, at, stage.length).set(stage);
    at += stage.length * 2;
  }
  for (const vector of [contentMean, regionMean]) {
    out.set(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength), at);
    at += vector.byteLength;
  }
  out.set(mask, at);
  return out;
}

/**
 * Reads the patch tokens and the mask of a view.
 * @throws ClipSamError `training-data-invalid` when the file has another size than the record and the widths say
 */
export async function readStages(
  folder: string,
  record: FeatureRecord,
  widths: readonly number[],
): Promise<StageFeatures> {
  const path = featurePath(folder, record.id);
  const sizes = sizesOf(record, widths);
  const bytes = await readFile(path);
  if (bytes.length !== sizes.tokens + sizes.pooled + sizes.mask) throw otherFeatures(path);
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  let at = 0;
  const stages = widths.map((width) => {
    const stage = new Float16Array(buffer, at, record.grid.height * record.grid.width * width);
    at += stage.byteLength;
    return stage;
  });
  return { stages, mask: new Uint8Array(buffer, sizes.tokens + sizes.pooled) };
}

/** Reads the two pooled vectors of a view. @throws ClipSamError `training-data-invalid` for a file cut short */
export async function readPooled(
  folder: string,
  record: FeatureRecord,
  widths: readonly number[],
): Promise<{ readonly content: Float32Array; readonly region: Float32Array }> {
  const path = featurePath(folder, record.id);
  const { tokens, pooled } = sizesOf(record, widths);
  const file = await open(path);
  try {
    const bytes = new Uint8Array(pooled);
    const { bytesRead } = await file.read(bytes, 0, pooled, tokens);
    if (bytesRead < pooled) throw otherFeatures(path);
    const values = new Float32Array(bytes.buffer);
    return { content: values.subarray(0, values.length / 2), region: values.subarray(values.length / 2) };
  } finally {
    await file.close();
  }
}

/** Bytes of the parts of a feature file. */
function sizesOf({ grid }: FeatureRecord, widths: readonly number[]) {
  const channels = widths.reduce((sum, width) => sum + width, 0);
  return {
    tokens: grid.height * grid.width * channels * 2,
    pooled: channels * 8,
    mask: grid.mapHeight * grid.mapWidth,
  };
}

function otherFeatures(path: string): ClipSamError {
  return new ClipSamError(
    'training-data-invalid',
    `${path} is damaged, or was made with another vision tower. Delete the folder of cached features to compute them again.`,
  );
}
