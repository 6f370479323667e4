import { GraphBuilder } from '../graph/builder.ts';
import type { Model } from '../graph/model.ts';
import { CELLS_PER_TOKEN } from '../graph/umci.ts';
import type { ContentGrid, FeedTensor } from '../graph/umci-feeds.ts';
import { comparedStages, keptTokens } from '../pipeline/image-tokens.ts';
import type { ScoreMap } from '../pipeline/score-map.ts';
import { unitTokens } from '../pipeline/unit-tokens.ts';
import type { MethodImage, MethodTools } from './method.ts';

/** Share of the image's tokens that a token is compared with, its nearest ones: SAA+'s 400 of 64 × 64. */
const NEAREST_SHARE = 400 / 4096;

/**
 * How far each place is from its like in the same image, as SAA+'s saliency has it: the mean of (1 − cosine) / 2 over the
 * nearest tenth of the image's tokens, 0..1. What is compared are the pack's own tokens (those that second opinions
 * compare), with averages of 2 × 2 of them.
 * @returns on the cells of the map frame
 * @throws ClipSamError as `tools`
 */
export async function tokenSaliency(image: MethodImage, tools: MethodTools): Promise<ScoreMap> {
  const { half: compared } = comparedStages(image.stages.length);
  const tokens = keptTokens(image.stages, { half: compared, fine: compared });
  const queries = unitTokens(tokens.fine, { smoothed: false });
  const squares = unitTokens(tokens.half, { smoothed: false });
  const { cosines } = await tools.run(
    { key: 'token-saliency', build: async () => ({ model: cosineGraph() }) },
    { queries: rows(queries), squares: rows(squares) },
  );
  const distances = nearestDistances(cosines!.data, squares.width * squares.height, NEAREST_SHARE);
  return tools.onCells(onMap(distances, image.content));
}

/** `queries` [q, C] and `squares` [s, C] of unit length → `cosines` [q, s]. */
function cosineGraph(): Model {
  const b = new GraphBuilder();
  const queries = b.input('queries', 'float32', ['q', 'c']);
  const squares = b.input('squares', 'float32', ['s', 'c']);
  b.output('cosines', b.matmul(queries, b.transpose(squares, [1, 0])));
  return b.build('token-saliency');
}

function rows(tokens: {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Float32Array;
}): FeedTensor {
  const { width, height, channels, data } = tokens;
  return { type: 'float32', dims: [width * height, channels], data };
}

/**
 * The mean of (1 − cosine) / 2 over the largest cosines of each row.
 * @param cosines rows of `count`
 * @param share of a row, at least one cosine
 * @returns 0..1 per row
 */
export function nearestDistances(cosines: Float32Array, count: number, share: number): Float32Array {
  const nearest = Math.max(1, Math.round(share * count));
  const distances = new Float32Array(cosines.length / count);
  for (let row = 0; row < distances.length; row++) {
    const sorted = cosines.slice(row * count, (row + 1) * count).sort();
    let sum = 0;
    for (let i = count - nearest; i < count; i++) sum += Math.min(1, Math.max(-1, sorted[i]!));
    distances[row] = (1 - sum / nearest) / 2;
  }
  return distances;
}

/** Each token's value on the map cells that it covers, [mapHeight, mapWidth]. */
function onMap(values: Float32Array, { width, mapWidth, mapHeight }: ContentGrid): Float32Array {
  return Float32Array.from({ length: mapWidth * mapHeight }, (_, i) => {
    const x = i % mapWidth;
    const y = (i - x) / mapWidth;
    return values[Math.floor(y / CELLS_PER_TOKEN) * width + Math.floor(x / CELLS_PER_TOKEN)]!;
  });
}
