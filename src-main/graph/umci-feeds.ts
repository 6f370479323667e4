import type { Stage, UmciConfig } from '../../src-shared/pack.ts';
import { NEAR, REFERENCE_SIDE } from './novelty.ts';
import {
  bilinearMatrix,
  cornersAlignedMatrix,
  type Matrix,
  poolingMatrix,
  transposedMatrix,
} from './resampling.ts';
import { CELLS_PER_TOKEN } from './umci.ts';

/** A float32 tensor, row-major. */
export interface FeedTensor {
  readonly type: 'float32';
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** Size of the content in tokens and in map cells. */
export interface ContentGrid {
  readonly height: number;
  readonly width: number;
  readonly mapHeight: number;
  readonly mapWidth: number;
}

/**
 * Patch tokens of the content only: crops the padded square grid [1, N, C] and average-pools finer grids
 * down to `grid`, the content's last row and column over what they have. Tokens of the padding never reach the
 * head this way.
 * @returns [height, width, C]
 */
export function cropStage(
  tokens: Float32Array,
  stage: Pick<Stage, 'width' | 'grid'>,
  grid: number,
  content: ContentGrid,
): FeedTensor {
  const { width: channels, grid: side } = stage;
  const pool = side / grid;
  if (!Number.isInteger(pool) || tokens.length !== side * side * channels) {
    throw new TypeError(`${tokens.length} values do not fit a ${side}×${side}×${channels} grid on ${grid}`);
  }
  const { height, width } = content;
  const data = new Float32Array(height * width * channels);
  const result: FeedTensor = { type: 'float32', dims: [height, width, channels], data };
  if (pool === 1) {
    for (let y = 0; y < height; y++) {
      const from = y * side * channels;
      data.set(tokens.subarray(from, from + width * channels), y * width * channels);
    }
    return result;
  }
  const rows = Math.ceil((content.mapHeight * pool) / CELLS_PER_TOKEN);
  const columns = Math.ceil((content.mapWidth * pool) / CELLS_PER_TOKEN);
  for (let y = 0; y < height; y++) {
    const bottom = Math.min(rows, (y + 1) * pool);
    for (let x = 0; x < width; x++) {
      const right = Math.min(columns, (x + 1) * pool);
      const share = 1 / ((bottom - y * pool) * (right - x * pool));
      const to = (y * width + x) * channels;
      for (let v = y * pool; v < bottom; v++)
        for (let u = x * pool; u < right; u++) {
          const from = (v * side + u) * channels;
          for (let c = 0; c < channels; c++) data[to + c]! += tokens[from + c]! * share;
        }
    }
  }
  return result;
}

/** The resampling matrices that the head takes as inputs, for a content grid. */
export function umciMatrices(config: UmciConfig, content: ContentGrid): Record<string, FeedTensor> {
  const { height, width } = content;
  const matrices: Record<string, Matrix> = {};
  for (const k of config.paths.scale ? config.scaleKernels : []) {
    Object.assign(matrices, {
      [`pool_rows_${k}`]: poolingMatrix(height, k),
      [`pool_columns_${k}`]: transposedMatrix(poolingMatrix(width, k)),
      [`up_rows_${k}`]: bilinearMatrix(height, Math.ceil(height / k), 1 / k),
      [`up_columns_${k}`]: transposedMatrix(bilinearMatrix(width, Math.ceil(width / k), 1 / k)),
    });
  }
  return {
    ...mapMatrices(content, 'centres'),
    ...feedsOf(matrices),
    ...(config.novelty.length > 0 ? noveltyMatrices(content) : {}),
  };
}

/**
 * The matrices `map_rows` and `map_columns` of heads without scales: from tokens to cells of the map.
 * @param aligned what lies in one place in both grids: centres, as UMCI has it, or the first and last centre
 */
export function mapMatrices(
  { height, width, mapHeight, mapWidth }: ContentGrid,
  aligned: 'centres' | 'corners',
): Record<string, FeedTensor> {
  const matrix = (outputs: number, inputs: number) =>
    aligned === 'corners'
      ? cornersAlignedMatrix(outputs, inputs)
      : bilinearMatrix(outputs, inputs, 1 / CELLS_PER_TOKEN);
  return feedsOf({
    map_rows: matrix(mapHeight, height),
    map_columns: transposedMatrix(matrix(mapWidth, width)),
  });
}

/** The matrices that `noveltyMap` takes as inputs, for a grid of tokens. */
function noveltyMatrices({
  height,
  width,
}: Pick<ContentGrid, 'height' | 'width'>): Record<string, FeedTensor> {
  return feedsOf({
    novelty_pool_rows: poolingMatrix(height, REFERENCE_SIDE),
    novelty_pool_columns: transposedMatrix(poolingMatrix(width, REFERENCE_SIDE)),
    novelty_near_rows: nearMatrix(height),
    novelty_near_columns: nearMatrix(width),
  });
}

/** 1 where a square's centre is near a token, tokens × squares. */
function nearMatrix(tokens: number): Matrix {
  const columns = Math.ceil(tokens / REFERENCE_SIDE);
  const data = new Float32Array(tokens * columns);
  for (let token = 0; token < tokens; token++)
    for (let square = 0; square < columns; square++) {
      const centre = (square + 0.5) * REFERENCE_SIDE - 0.5;
      if (Math.abs(token - centre) <= NEAR) data[token * columns + square] = 1;
    }
  return { rows: tokens, columns, data };
}

function feedsOf(matrices: Readonly<Record<string, Matrix>>): Record<string, FeedTensor> {
  return Object.fromEntries(
    Object.entries(matrices).map(([name, m]) => [
      name,
      { type: 'float32', dims: [m.rows, m.columns], data: m.data },
    ]),
  );
}
