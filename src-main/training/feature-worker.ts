import { parentPort, workerData } from 'node:worker_threads';
import type { Device } from '../../src-shared/device.ts';
import { toErrorRecord } from '../../src-shared/errors.ts';
import { frameFor } from '../../src-shared/frame.ts';
import { type Pack, stageTensor } from '../../src-shared/pack.ts';
import { Random } from '../../src-shared/random.ts';
import { resizeRgb } from '../codec/image-codec.ts';
import { writeFileAtomically } from '../files/atomic-write.ts';
import { CELLS_PER_TOKEN } from '../graph/umci.ts';
import { type ContentGrid, cropStage } from '../graph/umci-feeds.ts';
import { createSession } from '../inference/ort.ts';
import type { RunnableFile } from '../inference/pack-models.ts';
import { frameSide, towerFrame } from '../pipeline/fit.ts';
import { frameGrid, frameTensor } from '../pipeline/frame.ts';
import { type FeatureRecord, featurePath, packFeatures } from './feature-file.ts';
import { renderView } from './view-pixels.ts';
import type { TrainingView } from './views.ts';

/** What a feature worker needs to start. */
export interface FeatureWorkerData {
  readonly vision: Pack['vision'];
  /** A model that gives the stages' tensors. */
  readonly encoder: RunnableFile;
  readonly dataRoot: string;
  readonly folder: string;
  /** What computes; default: one thread of the CPU. */
  readonly device?: Device;
  /** Of the CPU; default on another device: what ONNX Runtime takes. */
  readonly threads?: number;
}

export type FeatureReply =
  | { readonly kind: 'done'; readonly record: FeatureRecord }
  | { readonly kind: 'failed'; readonly id: string; readonly message: string };

const { vision, encoder, dataRoot, folder, device = 'cpu', threads } = workerData as FeatureWorkerData;
const port = parentPort;
if (!port) throw new TypeError('feature-worker runs in a worker thread');

const { bytes: model, externalFolder } = encoder;
const session = await createSession(model, {
  ...{ device, threads: threads ?? 1 },
  ...(externalFolder && { externalFolder }),
});

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
  const frame = frameFor(width, height, frameSide(vision));
  const tower = towerFrame(frame, vision);
  const content = await resizeRgb(pixels.image, tower.width, tower.height, vision.interpolation);
  const input = frameTensor(content.data, tower, vision.mean, vision.std);
  const size = vision.inputSize;
  const outputs = await session.run({
    [vision.input]: { type: 'float32', dims: [1, 3, size, size], data: input },
  });
  const tokens = frameGrid(tower, vision.grid);
  const map = frameGrid(tower, vision.grid * CELLS_PER_TOKEN);
  const grid: ContentGrid = { ...tokens, mapWidth: map.width, mapHeight: map.height };
  const stages = vision.stages.map((stage) => {
    const name = stageTensor(vision, stage);
    const tensor = outputs[name];
    if (tensor?.type !== 'float32') throw new TypeError(`${name} is not a float32 output`);
    return cropStage(tensor.data.subarray(vision.leadingTokens * stage.width), stage, vision.grid, grid).data;
  });
  const perPixel = (vision.grid * CELLS_PER_TOKEN) / size;
  const isSquashed = vision.fit === 'squash';
  const mask = maskShares(pixels.mask, width, height, grid, {
    across: (isSquashed ? size / width : frame.scale) * perPixel,
    down: (isSquashed ? size / height : frame.scale) * perPixel,
  });
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

/** The mask's share of every map cell, 0..255: exact area average of the pixels. @param cells map cells per pixel */
function maskShares(
  mask: Uint8Array,
  width: number,
  height: number,
  grid: ContentGrid,
  cells: { readonly across: number; readonly down: number },
): Uint8Array {
  const { across, down } = cells;
  const sums = new Float32Array(grid.mapHeight * grid.mapWidth);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      if (mask[y * width + x] === 0) continue;
      const top = y * down;
      const left = x * across;
      for (let v = Math.floor(top); v < Math.min(grid.mapHeight, top + down); v++)
        for (let u = Math.floor(left); u < Math.min(grid.mapWidth, left + across); u++) {
          const tall = Math.min(v + 1, top + down) - Math.max(v, top);
          const wide = Math.min(u + 1, left + across) - Math.max(u, left);
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
