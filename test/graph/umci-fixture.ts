import { type UmciShape, umciParameters } from '../../src-main/graph/umci.ts';
import { umciMatrices } from '../../src-main/graph/umci-feeds.ts';
import { type FeedSet, type Numbers, numbers } from './graph-check.ts';
import { mapGrid, type NaivePicture, range } from './naive-umci.ts';

export const TINY_UMCI: UmciShape = {
  hiddenDim: 4,
  scaleKernels: [3],
  stripKernel: 3,
  paths: { strip: true, scale: true },
  separable: true,
  novelty: [
    { stage: 0, sharpness: 3 },
    { stage: 1, sharpness: 12 },
  ],
  stageWidths: [3, 5],
  textWidth: 6,
};

/** Irregular weights of the head, by name: gains about one, the rest large enough to matter. */
export function tinyUmciWeights(shape: UmciShape): Map<string, Numbers> {
  return new Map(
    umciParameters(shape).map(({ name, shape: dims, fan }, i) => {
      if (fan < 0) return [name, numbers(dims, i + 1, 0.3, 1)];
      return [name, numbers(dims, i + 1, fan === 0 ? 0.4 : 1.7 / Math.sqrt(fan))];
    }),
  );
}

/** A picture of `height × width` tokens whose content ends at `mapHeight × mapWidth` cells. */
export function tinyPicture(
  shape: UmciShape,
  size: { height: number; width: number; mapHeight: number; mapWidth: number },
  seed: number,
): { readonly picture: NaivePicture; readonly feeds: FeedSet } {
  const { height, width, mapHeight, mapWidth } = size;
  const tokens = shape.stageWidths.map((channels, i) => numbers([height, width, channels], seed + i, 2));
  const text = numbers([2, shape.textWidth], seed + 40);
  const rows = range(height).map(() => range(width).map(() => []));
  return {
    picture: {
      stages: tokens.map(({ dims, data }) => {
        const channels = dims[2]!;
        return mapGrid(rows, (y, x) => range(channels).map((c) => data[(y * width + x) * channels + c]!));
      }),
      text: [text.data.slice(0, shape.textWidth), text.data.slice(shape.textWidth)],
      mapHeight,
      mapWidth,
    },
    feeds: {
      ...Object.fromEntries(tokens.map((value, i) => [`stage_${i}`, value])),
      text,
      ...umciMatrices(shape, size),
    },
  };
}
