import type { Alignment } from '../../src-shared/alignment.ts';
import { type Frame, frameFor, MAP_SIDE } from '../../src-shared/frame.ts';
import { mapFromAligned } from '../pipeline/alignment.ts';
import type { TokenScale } from '../pipeline/image-tokens.ts';
import type { ScoreMap } from '../pipeline/score-map.ts';
import { tokensToCells } from '../pipeline/token-map.ts';
import { type UnitTokens, unitTokens } from '../pipeline/unit-tokens.ts';
import type { ComparedPicture } from './picture-panel.ts';
import type { TokenFile } from './token-file.ts';

/** Which tokens are compared. */
export interface TokenVariant {
  readonly scale: TokenScale;
  readonly smoothed: boolean;
}

/** The tokens of an image, as a comparison wants them. */
export function comparedPicture(
  { key, views }: Pick<TokenFile, 'key' | 'views'>,
  variant: TokenVariant,
): ComparedPicture {
  return { key, views: views.map((view) => unitTokens(view[variant.scale], variant)) };
}

/** The frame of the image that tokens are of. @param inputSize side of the encoder's square in pixels */
export function frameOf({ width, height }: Pick<TokenFile, 'width' | 'height'>, inputSize: number): Frame {
  return frameFor(width, height, inputSize);
}

/** Where tokens lie in an image. */
export interface TokenPlaces {
  readonly frame: Frame;
  /** Null: on the picture as it lies. */
  readonly alignment: Alignment | null;
  /** Cells of the coarse map. */
  readonly cells: Pick<ScoreMap, 'width' | 'height'>;
}

/** Values of tokens on the cells of the coarse map. Where an aligned picture shows nothing they are as in its middle range. */
export function onCells(
  values: Float32Array,
  { width, height }: Pick<UnitTokens, 'width' | 'height'>,
  { frame, alignment, cells }: TokenPlaces,
  scale: TokenScale,
): Float32Array {
  const tokens = { width, height, data: values };
  if (!alignment) return tokensToCells(tokens, scale, cells);
  const middle = values.toSorted()[values.length >> 1]!;
  return mapFromAligned(tokens, alignment, frame, MAP_SIDE, middle).data;
}
