import { ClipSamError } from '../../src-shared/errors.ts';
import { GraphBuilder } from '../graph/builder.ts';
import { CUT_INPUT, cutGraph } from '../graph/cut-graph.ts';
import { linearHeadShape, linearTokens } from '../graph/linear-head.ts';
import { pruneTo } from '../graph/model.ts';
import { residualStream } from '../graph/residual-stream.ts';
import { findEmbeddingTail } from '../graph/similarity.ts';
import { CELLS_PER_TOKEN } from '../graph/umci.ts';
import type { ContentGrid, FeedTensor } from '../graph/umci-feeds.ts';
import { resampleRows } from '../pipeline/bilinear.ts';
import {
  cosineScale,
  hasOwnProjection,
  hasProjection,
  lastLayer,
  projectionParameters,
} from './joint-space.ts';
import type { MapMethod, MethodImage, MethodTools } from './method.ts';
import { type GridSize, inverseHarmonicMeans, inverseScore, windowsOf, windowTokens } from './windows.ts';

/** Sides of the windows, in tokens: the paper's. */
const SIDES = [2, 3];

/** Tokens that go through the tower at once: what it holds of them grows with their number. */
const TOKENS_AT_ONCE = 2048;

/** Embeddings of sets of tokens, each a row in the space of the text: [sets.length, C_t]. */
type EmbedSets = (sets: readonly (readonly number[])[]) => Promise<Float32Array>;

/**
 * WinCLIP (arXiv 2303.14814), without references and without training: windows of 2 × 2 and 3 × 3 tokens, and the whole
 * image, each seen by itself; the harmonic mean of the windows' scores at a token, then of the scales.
 *
 * CLIP's tower is run on a window's patches (with their places in the image) and the class token alone. It is cut for that
 * behind its positions, so that its weights are in memory a second time. The image's size and grid are the pack's; the paper
 * has 240 pixels in 15 × 15 tokens, so that its windows are a larger part of the image than those of a pack with more.
 *
 * Towers that have no class token can't look at a part: there the embedding of a window is the mean of the last stage's
 * tokens in it through the pack's layer, and these tokens know what lies around the window.
 */
export const winclip: MapMethod = {
  lack: (pack) => (hasProjection(pack) ? undefined : 'no-projection'),
  trainedParameters: (pack) => projectionParameters(pack, 'last-stage'),
  async coarse(image, tools) {
    const embed = await (hasOwnProjection(tools.pack) ? byTower : byMeans)(image, tools);
    const logits = async (sets: readonly (readonly number[])[]) =>
      cosineLogits(await embed(sets), image.language, cosineScale(tools.pack));
    const grid: GridSize = image.content;
    const everything = Array.from({ length: grid.width * grid.height }, (_, token) => token);
    const whole = inverseScore((await logits([everything]))[0]!);
    const inverses = new Float64Array(everything.length).fill(whole);
    for (const side of SIDES) {
      const windows = windowsOf(grid, side);
      const scale = inverseHarmonicMeans(grid, windows, await logits(windowTokens(grid, windows)));
      for (const token of everything) inverses[token]! += scale[token]!;
    }
    const scores = Float32Array.from(inverses, (sum) => (1 + SIDES.length) / sum);
    return tools.onCells(toMap(scores, image.content));
  },
};

/** Per row of [n, C_t] the logit of "abnormal" against "normal": `scale` × the difference of the cosines. */
function cosineLogits(rows: Float32Array, { data: text }: FeedTensor, scale: number): Float64Array {
  const width = text.length / 2;
  return Float64Array.from({ length: rows.length / width }, (_, row) => {
    let squares = 0;
    let product = 0;
    for (let c = 0; c < width; c++) {
      const value = rows[row * width + c]!;
      squares += value * value;
      product += value * (text[width + c]! - text[c]!);
    }
    return (scale * product) / Math.sqrt(squares + 1e-24);
  });
}

/** By the tower, run on the class token and the tokens of a set. */
async function byTower(image: MethodImage, tools: MethodTools): Promise<EmbedSets> {
  const { vision, text } = tools.pack;
  const front = { key: 'winclip-front', build: () => frontGraph(tools) };
  const tokens = Object.values(await tools.run(front, { [vision.input]: image.pixels }))[0]!;
  const [, rows = 0, channels = 0] = tokens.dims;
  const leading = vision.leadingTokens;
  if (rows !== leading + vision.grid ** 2) throw otherGrid(tools, rows);
  const back = { key: 'winclip-back', build: () => backGraph(tools, rows) };
  const row = (at: number) => tokens.data.subarray(at * channels, (at + 1) * channels);
  const first = tokens.data.subarray(0, leading * channels);
  // Content is in the upper left of the tower's grid.
  const placeOf = (token: number) =>
    leading + Math.floor(token / image.content.width) * vision.grid + (token % image.content.width);
  return async (sets) => {
    const length = leading + (sets[0]?.length ?? 0);
    const atOnce = Math.max(1, Math.floor(TOKENS_AT_ONCE / length));
    const embeddings = new Float32Array(sets.length * text.width);
    for (let start = 0; start < sets.length; start += atOnce) {
      const part = sets.slice(start, start + atOnce);
      const data = new Float32Array(part.length * length * channels);
      part.forEach((set, at) => {
        const to = at * length * channels;
        data.set(first, to);
        set.forEach((token, i) => {
          data.set(row(placeOf(token)), to + (leading + i) * channels);
        });
      });
      const feeds = {
        [CUT_INPUT]: { type: 'float32', dims: [part.length, length, channels], data } as const,
      };
      const outputs = await tools.run(back, feeds);
      embeddings.set(outputs[vision.imageEmbedding!]!.data, start * text.width);
    }
    return embeddings;
  };
}

function otherGrid({ pack }: MethodTools, rows: number): ClipSamError {
  const { leadingTokens, grid } = pack.vision;
  return new ClipSamError(
    'pack-invalid',
    `Pack ${pack.id}: its tower has ${rows} tokens before the first block; "vision" in pack.json says ${leadingTokens} and a grid of ${grid} × ${grid}. WinCLIP's windows need the tower's own grid: correct pack.json, or use another method.`,
  );
}

/** Pixels to the tokens that the first block gets. */
async function frontGraph(tools: MethodTools) {
  const { model, externalFolder, start } = await towerStart(tools);
  return { model: pruneTo(model, [start]), externalFolder };
}

/** Tokens that the first block gets to the embedding of the image. */
async function backGraph(tools: MethodTools, rows: number) {
  const { model, externalFolder, start } = await towerStart(tools);
  const outputs = [tools.pack.vision.imageEmbedding!];
  return { model: cutGraph(model, { tensor: start, outputs, rows }), externalFolder };
}

async function towerStart({ pack, vision }: MethodTools) {
  const { model, read, externalFolder } = await vision();
  const { stream } = findEmbeddingTail(model, pack.vision.imageEmbedding!, read);
  return { model, externalFolder, start: residualStream(model, stream).start };
}

/** By the mean of the last stage's tokens of a set, in the space of the text. */
async function byMeans(image: MethodImage, tools: MethodTools): Promise<EmbedSets> {
  const { joint } = await tools.run(
    { key: 'winclip-tokens', build: () => jointGraph(tools) },
    { stage: image.stages.at(-1)! },
  );
  const width = tools.pack.text.width;
  return async (sets) => {
    const means = new Float32Array(sets.length * width);
    sets.forEach((set, at) => {
      const mean = means.subarray(at * width, (at + 1) * width);
      for (const token of set) {
        const from = token * width;
        for (let c = 0; c < width; c++) mean[c]! += joint!.data[from + c]! / set.length;
      }
    });
    return means;
  };
}

/** The last stage through the pack's layer: `stage` [h, w, C] to `joint` [h, w, C_t]. */
async function jointGraph(tools: MethodTools) {
  const weights = await lastLayer(tools);
  const b = new GraphBuilder();
  const { stageWidths } = linearHeadShape(weights);
  const tokens = b.input('stage', 'float32', ['h', 'w', stageWidths[0]!]);
  const weight = (name: string) => {
    const { shape, data } = weights.get(name)!;
    return b.initializer(name, data, shape);
  };
  b.output('joint', linearTokens(b, tokens, 0, weight));
  return { model: b.build('window-tokens') };
}

/** Scores of tokens on the map's cells. */
function toMap(data: Float32Array, { width, height, mapWidth, mapHeight }: ContentGrid): Float32Array {
  const map = new Float32Array(mapWidth * mapHeight);
  const ratio = 1 / CELLS_PER_TOKEN;
  const window = { x: 0, y: 0, width: mapWidth, height: mapHeight, ratioX: ratio, ratioY: ratio };
  resampleRows({ width, height, data }, window, (row, y) => map.set(row, y * mapWidth));
  return map;
}
