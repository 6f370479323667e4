import { parentPort, workerData } from 'node:worker_threads';
import { toErrorRecord } from '../../src-shared/errors.ts';
import { frameFor } from '../../src-shared/frame.ts';
import { type Pack, stageTensor } from '../../src-shared/pack.ts';
import { Random } from '../../src-shared/random.ts';
import { resizeRgb } from '../codec/image-codec.ts';
import { writeFileAtomically } from '../files/atomic-write.ts';
import { CELLS_PER_TOKEN } from '../graph/umci.ts';
import { type ContentGrid, cropStage } from '../graph/umci-feeds.ts';
import { createSession } from '../inference/ort.ts';
import { frameGrid, frameTensor } from '../pipeline/frame.ts';
import { type FeatureRecord, featurePath, packFeatures } from './feature-file.ts';
import { renderView } from './view-pixels.ts';
import type { TrainingView } from './views.ts';

/** What a feature worker needs to start. */
export interface FeatureWorkerData {
  readonly vision: Pack['vision'];
  /** An ONNX file that gives the stages' tensors. */
  readonly encoder: Uint8Array;
  readonly dataRoot: string;
  readonly folder: string;
}

export type FeatureReply =
  | { readonly kind: 'done'; readonly record: FeatureRecord }
  | { readonly kind: 'failed'; readonly id: string; readonly message: string };

const { vision, encoder, dataRoot, folder } = workerData as FeatureWorkerData;
const port = parentPort;
if (!port) throw new TypeError('feature-worker runs in a worker thread');

const session = await createSession(encoder, { device: 'cpu', threads: 1 });

port.on('message', async (view: TrainingView) => {
  try {
    port.postMessage({ kind: 'done', record: await computeFeatures(view) } satisfies FeatureReply);
  } catch (error) {
    const message = toErrorRecord(error).message;
    port.postMessage({ kind: 'failed', id: view.id, message } satisfies FeatureReply);
  }
});
port.postMessage('ready');

async function computeFeatures(view: TrainingView): Promise<FeatureRecord> {
  const pixels = await renderView(view, dataRoot);
  const { width, height } = pixels.image;
  const frame = frameFor(width, height, vision.inputSize);
  const content = await resizeRgb(pixels.image, frame.width, frame.height);
  const input = frameTensor(content.data, frame, vision.mean, vision.std);
  const size = vision.inputSize;
  const outputs = await session.run({
    [vision.input]: { type: 'float32', dims: [1, 3, size, size], data: input },
  });
  const tokens = frameGrid(frame, vision.grid);
  const map = frameGrid(frame, vision.grid * CELLS_PER_TOKEN);
  const grid: ContentGrid = { ...tokens, mapWidth: map.width, mapHeight: map.height };
  const stages = vision.stages.map((stage) => {
    const name = stageTensor(vision, stage);
    const tensor = outputs[name];
    if (tensor?.type !== 'float32') throw new TypeError(`${name} is not a float32 output`);
    return cropStage(tensor.data, stage, vision.grid, grid).data;
  });
  const mask = maskShares(
    pixels.mask,
    width,
    height,
    grid,
    (frame.scale * vision.grid * CELLS_PER_TOKEN) / size,
  );
  const shares = tokenShares(mask, grid);
  const covered = shares.reduce((sum, share) => sum + share, 0);
  const widths = vision.stages.map((stage) => stage.width);
  const region = covered > 0 ? shares : randomPatch(grid, new Random(`${view.seed}/patch`));
  const bytes = packFeatures(
    stages,
    mask,
    pooled(
      stages,
      widths,
      shares.map(() => 1),
    ),
    pooled(stages, widths, region),
  );
  await writeFileAtomically(featurePath(folder, view.id), bytes);
  return {
    id: view.id,
    group: view.group,
    names: pixels.names,
    defects: covered > 0 ? pixels.defects : [],
    grid,
    area: covered / shares.length,
  };
}

/** The mask's share of every map cell, 0..255: exact area average of the pixels. */
function maskShares(
  mask: Uint8Array,
  width: number,
  height: number,
  grid: ContentGrid,
  cellsPerPixel: number,
): Uint8Array {
  const sums = new Float32Array(grid.mapHeight * grid.mapWidth);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      if (mask[y * width + x] === 0) continue;
      const top = y * cellsPerPixel;
      const left = x * cellsPerPixel;
      for (let v = Math.floor(top); v < Math.min(grid.mapHeight, top + cellsPerPixel); v++)
        for (let u = Math.floor(left); u < Math.min(grid.mapWidth, left + cellsPerPixel); u++) {
          const tall = Math.min(v + 1, top + cellsPerPixel) - Math.max(v, top);
          const wide = Math.min(u + 1, left + cellsPerPixel) - Math.max(u, left);
          sums[v * grid.mapWidth + u]! += tall * wide;
        }
    }
  return new Uint8Array(sums.map((share) => Math.round(Math.min(1, share) * 255)));
}

/** The defect's share of every token, from its map cells. */
function tokenShares(mask: Uint8Array, grid: ContentGrid): Float32Array {
  const shares = new Float32Array(grid.height * grid.width);
  for (let y = 0; y < grid.mapHeight; y++)
    for (let x = 0; x < grid.mapWidth; x++) {
      const token = Math.floor(y / CELLS_PER_TOKEN) * grid.width + Math.floor(x / CELLS_PER_TOKEN);
      shares[token]! += mask[y * grid.mapWidth + x]! / 255 / CELLS_PER_TOKEN ** 2;
    }
  return shares;
}

/** A random rectangle of tokens: what a defect's region is for pictures without one. */
function randomPatch(grid: ContentGrid, random: Random): Float32Array {
  const weights = new Float32Array(grid.height * grid.width);
  const height = Math.min(grid.height, random.int(1, 12));
  const width = Math.min(grid.width, random.int(1, 12));
  const top = random.int(0, grid.height - height);
  const left = random.int(0, grid.width - width);
  for (let y = top; y < top + height; y++)
    weights.fill(1, y * grid.width + left, y * grid.width + left + width);
  return weights;
}

function pooled(
  stages: readonly Float32Array[],
  widths: readonly number[],
  weights: Float32Array,
): Float32Array {
  const out = new Float32Array(widths.reduce((sum, width) => sum + width, 0));
  let total = 0;
  for (const weight of weights) total += weight;
  if (total === 0) return out;
  let start = 0;
  stages.forEach((stage, index) => {
    const width = widths[index]!;
    weights.forEach((weight, token) => {
      if (weight === 0) return;
      for (let c = 0; c < width; c++) out[start + c]! += (stage[token * width + c]! * weight) / total;
    });
    start += width;
  });
  return out;
}
