import type { Alignment } from '../../src-shared/alignment.ts';
import type { Frame } from '../../src-shared/frame.ts';
import type { Recipe } from '../../src-shared/recipe.ts';
import type { LanguageRecipe } from '../methods/map-recipe.ts';
import type { CellMask } from '../pipeline/area-mask.ts';
import type { ImageTokens } from '../pipeline/image-tokens.ts';
import type { RegionMasks } from '../pipeline/mask-levels.ts';
import type { ScoreMap } from '../pipeline/score-map.ts';
import type { AreaLookup, FoundArea } from './area-lookup.ts';
import type { Comparison } from './comparison.ts';
import type { EncoderImage } from './encoder-image.ts';
import type { Compared } from './opinions.ts';
import type { MaskLogits } from './segmenter.ts';
import type { ServedBy } from './server/served-by.ts';
import type { StepTimings } from './stopwatch.ts';

/** What decides a segmentation, besides the image. */
export type SegmentRecipe = LanguageRecipe & Pick<Recipe, 'pointsPerRegion'>;

/** What else an image is compared with. */
export interface Others {
  readonly comparison?: Comparison | undefined;
  /** Its part alone, turned like the others', and how that lies in the frame; for the comparison. */
  readonly aligned?: { readonly image: EncoderImage; readonly alignment: Alignment } | undefined;
  /** Where to look; absent: everywhere. */
  readonly area?: AreaLookup | undefined;
  /** Cells that count for what all opinions say together, where they are known already; instead of `area`. */
  readonly counted?: CellMask | undefined;
  /** True: other methods look at the same image next; see `InspectJob`. */
  readonly sideBySide?: boolean | undefined;
  /** True: no regions are looked for, only the map is wanted. */
  readonly mapOnly?: boolean | undefined;
}

/** What the language opinion says of an image. */
export interface CoarseAnswer {
  readonly coarse: ScoreMap;
  readonly timings: StepTimings;
  readonly served?: ServedBy | undefined;
}

/** What others are compared with. */
export interface EmbedAnswer {
  readonly coarse: ScoreMap;
  readonly tokens: ImageTokens;
}

/** Everything that neural networks have to say about an image. */
export interface Segmentation {
  /** In which regions were looked for: language's own, or all opinions fused. */
  readonly coarse: ScoreMap;
  /** What other images say; absent: there was no comparison. */
  readonly compared?: Compared | undefined;
  /** Absent: the whole image. */
  readonly area?: FoundArea | undefined;
  readonly regions: readonly RegionMasks[];
  readonly timings: StepTimings;
  /** Milliseconds among them that passed for another method on the same image, not now. */
  readonly sparedMs: number;
  /** Who computed, where servers were asked. */
  readonly served?: ServedBy | undefined;
}

/** SAM's answer to prompts of the inspector's own. */
export interface DecodedLogits {
  readonly frame: Frame;
  readonly levels: MaskLogits;
  /** Bare session times in milliseconds; the image is encoded only when its embedding is gone. */
  readonly encodeMs: number;
  readonly decodeMs: number;
  readonly served?: ServedBy | undefined;
}
