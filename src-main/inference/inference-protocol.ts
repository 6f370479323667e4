import type { AlignmentDoubt } from '../../src-shared/alignment.ts';
import type { BoxUse } from '../../src-shared/box-use.ts';
import type { Device, DeviceReport, DeviceRequest } from '../../src-shared/device.ts';
import type { Polygon } from '../../src-shared/geometry.ts';
import type { InspectionArea, PartMark, PartSeed } from '../../src-shared/inspection-area.ts';
import type { ServerState } from '../../src-shared/model-servers.ts';
import type { Notice } from '../../src-shared/notice.ts';
import type { OpinionScore } from '../../src-shared/opinion.ts';
import type { PackedLevels } from '../../src-shared/packed-levels.ts';
import type { Recipe } from '../../src-shared/recipe.ts';
import type { InspectionResult } from '../../src-shared/result.ts';
import type { Scale } from '../../src-shared/scale.ts';
import type { TileProgress } from '../../src-shared/tile-progress.ts';
import type { ModelVerdict } from '../../src-shared/verdict.ts';
import type { DecoderPrompts } from '../pipeline/decoder-prompts.ts';
import type { PartPose } from '../pipeline/part-pose.ts';
import type { Comparison, PictureOfFile, TemplatePicture, TokenSource } from './comparison.ts';
import type { LackOfMemory } from './device-memory.ts';
import type { DeviceMeasurement } from './devices.ts';
import type { Examination } from './examination.ts';
import type { FromServer, ToServer } from './request-channel.ts';
import type { ServerAccessPlaces } from './server/server-access.ts';

/** One image to inspect. */
export interface InspectJob extends PictureOfFile {
  readonly recipe: Recipe;
  /** Folder of the artifact store that gets the maps and the mask. */
  readonly artifactRoot: string;
  /** What else the image is compared with; absent or without images: language alone. */
  readonly comparison?: Comparison | undefined;
  /** Where to look; absent: everywhere. */
  readonly area?: InspectionArea | undefined;
  /** How large a pixel is; absent: as the recipe says, if it does. */
  readonly scale?: Scale | undefined;
  /**
   * True: other methods look at the same image next. What the vision tower says is kept for them, and its time counts for
   * each, as if it ran alone.
   */
  readonly sideBySide?: boolean | undefined;
}

/** A part that was clicked, to be remembered. */
export interface PartSeedJob extends Omit<PartMark, 'seed'> {
  /** Gives the pixel limit. */
  readonly recipe: Recipe;
}

/** One image whose tokens are wanted, for others to be compared with. */
export interface EmbedJob extends PictureOfFile {
  /** Object and prompts decide the language map that is kept beside the tokens. */
  readonly recipe: Recipe;
  /** Where token files lie. */
  readonly folder: string;
  /** True: also turned in steps of 45° and mirrored; a pass of the encoder each. */
  readonly rotations?: boolean | undefined;
  /** Given: the tokens are those of the part alone, turned like this picture's; a pass of the encoder more. */
  readonly template?: TemplatePicture | undefined;
}

/** One image of which is asked how its part lies. */
export interface PoseJob extends PictureOfFile {
  readonly recipe: Pick<Recipe, 'maxPixels'>;
  /** Beside whose part it is turned. */
  readonly template: TemplatePicture;
}

/** Where the tokens of an image are. */
export interface Embedded {
  /** SHA-256 of the image file. */
  readonly contentHash: string;
  /** Names the picture (see `TokenSource`): file, page and range. */
  readonly key: string;
  /** Path of the token file. */
  readonly tokens: string;
  /** Size of the image in pixels. */
  readonly width: number;
  readonly height: number;
  readonly notices: readonly Notice[];
}

interface RescoredImage extends TokenSource {
  /** Parts whose peaks are asked for, in image pixels. */
  readonly areas?: readonly (readonly Polygon[])[];
  /** Where to look; its part is not asked for, which would take SAM. Absent: everywhere. */
  readonly area?: InspectionArea | undefined;
}

/** Images to score again, by what is kept of them. */
export interface RescoreJob {
  readonly images: readonly RescoredImage[];
  /** Null: language alone. */
  readonly comparisons: readonly (Comparison | null)[];
  readonly recipe: Recipe;
}

/**
 * What one image would get with one comparison. SAM is not asked: the score is that of the fused map, of all of it, since
 * without outlines there are no sizes to hold against the recipe's limits.
 */
export interface Rescored {
  readonly score: number;
  readonly verdict: ModelVerdict;
  /** Language first. */
  readonly opinions: readonly OpinionScore[];
  /** Highest value of the fused map in each of the image's areas, 0..1. */
  readonly peaks: readonly number[];
}

/** Prompts of the inspector's own for an image: SAM answers, CLIP's stage and UMCI are not asked. */
export interface AskSamJob extends PictureOfFile {
  /** Gives the pixel limit, and the tiles. */
  readonly recipe: Recipe;
  /** SHA-256 of the image file, where known: a recent embedding is found by it and the file isn't read again. */
  readonly contentHash?: string;
  /** Of the image in pixels, where known: of an image in tiles, a recent embedding is found by it. */
  readonly size?: { readonly width: number; readonly height: number } | undefined;
  readonly prompts: DecoderPrompts;
}

/** An image that SAM may be asked about soon: its embedding is made ahead. */
export interface PrepareSamJob extends PictureOfFile {
  /** Gives the pixel limit, and the tiles. */
  readonly recipe: Recipe;
  readonly contentHash: string;
  /** Of the image in pixels. */
  readonly size: { readonly width: number; readonly height: number };
}

export interface SamMasks {
  readonly levels: PackedLevels;
  /** What became of the box where SAM takes none; absent: it was asked with it, or there was none. */
  readonly boxUse?: BoxUse;
  /** Bare session time of SAM's decoder in milliseconds. */
  readonly decodeMs: number;
}

/** How many of the pictures that an image is compared with are prepared: at the first image of a comparison. */
export interface ComparisonProgress {
  readonly done: number;
  readonly total: number;
}

/** What is told while an image is worked on. */
export type ImageProgress = TileProgress | ComparisonProgress;

/** What the engine is opened with. */
export interface EngineOptions {
  readonly packFolder: string;
  readonly device: DeviceRequest;
  readonly threads?: number;
  /** Where the secrets for inference servers are. */
  readonly serverAccess?: ServerAccessPlaces;
  /** Why it doesn't begin with what is best for the device. */
  readonly lackOfMemory?: LackOfMemory;
  /** Megabytes of its heap; models, tensors and images lie outside of it. Default 2048. */
  readonly heapMb?: number;
}

/**
 * What the inference process can be asked, with the answer to each. `open` comes first and once; or `examine` or
 * `measureDevice`, and nothing else.
 */
export interface InferenceRequests {
  /** Loads a pack. */
  readonly open: {
    readonly job: EngineOptions;
    readonly result: { readonly device: DeviceReport; readonly packHash: string };
  };
  /** Runs the trial graph on a device and on the CPU; it blocks the process. */
  readonly measureDevice: {
    readonly job: { readonly device: Device; readonly threads?: number };
    readonly result: DeviceMeasurement;
  };
  /** Opens files that may be anything. */
  readonly examine: {
    readonly job: { readonly examination: Examination; readonly heapMb: number };
    readonly result: undefined;
  };
  readonly inspect: {
    readonly job: InspectJob;
    readonly result: InspectionResult;
    readonly progress: ImageProgress;
  };
  /** Null: SAM finds nothing there. */
  readonly partSeed: { readonly job: PartSeedJob; readonly result: PartSeed | null };
  readonly prepareSam: { readonly job: PrepareSamJob; readonly result: undefined };
  readonly askSam: { readonly job: AskSamJob; readonly result: SamMasks };
  /** How an image's part lies; SAM is asked where its colours leave a doubt. */
  readonly pose: {
    readonly job: PoseJob;
    readonly result: PartPose | { readonly doubt: AlignmentDoubt };
  };
  /** Makes the token file of an image, unless it is there. */
  readonly embed: { readonly job: EmbedJob; readonly result: Embedded };
  /** Per image, per comparison; null: there are no tokens of the image that this pack made. */
  readonly rescore: {
    readonly job: RescoreJob;
    readonly result: readonly (readonly Rescored[] | null)[];
    readonly progress: ComparisonProgress;
  };
}

/** The process lives, and this is the memory that it takes. */
export interface Heartbeat {
  readonly kind: 'heartbeat';
  readonly rssBytes: number;
  /** How the inference servers stand; absent: none are asked. */
  readonly servers?: readonly ServerState[];
}

/** Parent → child. */
export type ToChild = ToServer<InferenceRequests>;
/** Child → parent: answers, and every {@link HEARTBEAT_INTERVAL} a heartbeat. */
export type FromChild = FromServer<InferenceRequests> | Heartbeat;

/** Milliseconds between two heartbeats of the child. */
export const HEARTBEAT_INTERVAL = 1000;
/** Megabytes of objects that may be made of a pack's files, unless said otherwise. */
export const HEAP_MB = 2048;
