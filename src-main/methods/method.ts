import type { Frame } from '../../src-shared/frame.ts';
import type { MethodLack } from '../../src-shared/method.ts';
import type { Pack } from '../../src-shared/pack.ts';
import type { Recipe } from '../../src-shared/recipe.ts';
import type { Model } from '../graph/model.ts';
import type { WeightTensor } from '../graph/safetensors.ts';
import type { ReadExternal } from '../graph/stored-values.ts';
import type { ContentGrid, FeedTensor } from '../graph/umci-feeds.ts';
import type { DecoderPrompts } from '../pipeline/decoder-prompts.ts';
import type { LevelLogits } from '../pipeline/mask-levels.ts';
import type { ScoreMap } from '../pipeline/score-map.ts';

/** An image as both towers see it, and the words. */
export interface MethodImage {
  readonly frame: Frame;
  /** What the vision tower is fed: [1, 3, inputSize, inputSize], normalised. */
  readonly pixels: FeedTensor;
  /** Patch tokens per stage, [content.height, content.width, C_i]: the image's content on the tower's grid. */
  readonly stages: readonly FeedTensor[];
  /** Size of the content on the tower's grid, and in its cells, 4 per token. */
  readonly content: ContentGrid;
  /** L: [2, C_t], row 0 normal, row 1 abnormal, unit length. */
  readonly language: FeedTensor;
}

/** A graph of a method's own. */
export interface MethodGraph {
  /** Names the graph among all methods' of a pack: it is built once. */
  readonly key: string;
  readonly build: () => Promise<{ readonly model: Model; readonly externalFolder?: string | undefined }>;
}

/** The file of a pack's vision tower. */
export interface VisionFile {
  readonly model: Model;
  /** Reads values that are not in the model itself. */
  readonly read?: ReadExternal | undefined;
  /** Folder of the files that hold such values. */
  readonly externalFolder?: string | undefined;
}

/** What a method may use of the machine. All of it throws `cancelled`, and `inference-failed` of answers that are no numbers. */
export interface MethodTools {
  readonly pack: Pack;
  /** As the pack's sizes want it: positions resized. */
  vision(): Promise<VisionFile>;
  /** @param file key in pack.json, of a safetensors file */
  weights(file: string): Promise<ReadonlyMap<string, WeightTensor>>;
  /** Runs a graph; its outputs by name. Feeds that the graph doesn't take are left out. */
  run(
    graph: MethodGraph,
    feeds: Readonly<Record<string, FeedTensor>>,
  ): Promise<Readonly<Record<string, FeedTensor>>>;
  /** The map of the pack's own head on the cells of the map frame, 0..1. */
  head(): Promise<ScoreMap>;
  /** A map [content.mapHeight, content.mapWidth] on the cells of the map frame. */
  onCells(map: Float32Array): ScoreMap;
  /** SAM's three masks for each of the prompts, over its whole lattice on the cells of the map frame. */
  askSam(prompts: readonly DecoderPrompts[]): Promise<readonly (readonly LevelLogits[])[]>;
  /** What regions of the head's map are, by the recipe. */
  readonly regions: RegionSettings;
  /**
   * What several methods make of an image and the words: where they run side by side it is made once, and its time counts
   * for each. It may depend on nothing else, θ included.
   * @param key names it among all methods'
   */
  shared<T extends object>(key: string, make: () => Promise<T>): Promise<T>;
}

/** What decides which regions a map has. */
export type RegionSettings = Pick<Recipe, 'theta' | 'minRegionArea' | 'maxRegions'>;

/** A way to a coarse map. */
export interface MapMethod {
  /** Undefined: the pack can run it. */
  lack(pack: Pack): MethodLack | undefined;
  /** Numbers that were trained for it, beside the frozen towers. */
  trainedParameters(pack: Pack): number;
  /** True: it asks SAM for its map. */
  readonly asksSam?: true;
  /** True: its map depends on {@link RegionSettings}. */
  readonly needsRegions?: true;
  /** The coarse map on the cells of the map frame, 0..1. Only asked of packs without a {@link lack}. */
  coarse(image: MethodImage, tools: MethodTools): Promise<ScoreMap>;
}
