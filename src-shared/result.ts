import type { ErrorRecord } from './errors.ts';
import type { ImagePage } from './image-page.ts';
import type { Notice } from './notice.ts';
import type { ModelVerdict } from './verdict.ts';

/** A point in image pixels; (0, 0) is the top left corner of the top left pixel. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A box in image pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Closed rings in image pixels, GeoJSON style: the first ring is the outline, the others are holes. */
export type Polygon = readonly (readonly (readonly [number, number])[])[];

/** One of SAM's three masks for a region's prompt. */
export interface MaskLevel {
  /** 1 (finest) to 3 (coarsest): SAM's mask tokens 1..3. */
  readonly level: 1 | 2 | 3;
  /** SAM's own predicted IoU, clamped to 0..1. */
  readonly quality: number;
  /** Image pixels covered. */
  readonly area: number;
  readonly polygons: readonly Polygon[];
}

/** What was sent to SAM for a region: a box, and points with label 1 (object) or 0 (background). */
export interface RegionPrompts {
  readonly box: Box;
  readonly points: readonly (Point & { readonly label: 0 | 1 })[];
}

/** One suspected defect. */
export interface Region {
  /** 1, 2, ... by falling peak. */
  readonly index: number;
  /** Outline of the final mask's part that belongs to this region. */
  readonly polygons: readonly Polygon[];
  readonly box: Box;
  /** Image pixels of the final mask. */
  readonly area: number;
  /** Highest and mean value of the final map inside the region, 0..1. */
  readonly peak: number;
  readonly mean: number;
  readonly prompts: RegionPrompts;
  readonly levels: readonly MaskLevel[];
}

export const DEVICES = ['auto', 'cpu', 'webgpu', 'cuda', 'dml', 'coreml'] as const;
export type DeviceRequest = (typeof DEVICES)[number];
export type Device = Exclude<DeviceRequest, 'auto'>;

/** What was asked for, what runs, and, where the two differ, why. */
export interface DeviceReport {
  readonly asked: DeviceRequest;
  readonly running: Device;
  readonly fallbackReason?: string;
}

/** Milliseconds per step. `encode`, `umci` and `decode` are bare ONNX Runtime session times. */
export interface Timings {
  readonly read: number;
  readonly encode: number;
  readonly umci: number;
  readonly regions: number;
  readonly decode: number;
  readonly fuse: number;
  readonly write: number;
  readonly total: number;
}

/** A file in the workspace's artifact folder, named after its content. */
export interface ArtifactRef {
  readonly sha256: string;
  readonly bytes: number;
  readonly mediaType: 'image/png';
}

/**
 * Files of a result. The maps are 16-bit grey PNGs, value / 65535 = 0..1, longest side at most 1024 (SAM's
 * frame without padding). The coarse map has SAM's low resolution (4 frame pixels per cell); the final map is the
 * same file when nothing was above θ, and has frame resolution otherwise. The mask is an 8-bit grey PNG (0 / 255)
 * of the image's size.
 */
export interface ResultArtifacts {
  readonly coarseMap: ArtifactRef;
  readonly finalMap: ArtifactRef;
  readonly mask: ArtifactRef;
}

/** Everything the pipeline found in one image. */
export interface InspectionResult {
  /** SHA-256 of the image file. */
  readonly contentHash: string;
  /** Size in pixels after EXIF orientation. */
  readonly width: number;
  readonly height: number;
  /** Image score, 0..1. */
  readonly score: number;
  readonly verdict: ModelVerdict;
  readonly regions: readonly Region[];
  /** What the verdict has to be read with: how the picture came to the model. */
  readonly notices: readonly Notice[];
  readonly artifacts: ResultArtifacts;
  readonly timings: Timings;
  readonly device: DeviceReport;
  readonly recipeHash: string;
  readonly packHash: string;
  readonly softwareVersion: string;
}

/** What became of one image of a batch. */
export type ImageOutcome = {
  readonly path: string;
  /** Null: the file has one picture, or nobody has looked. */
  readonly page: ImagePage | null;
} & (
  | { readonly status: 'done'; readonly result: InspectionResult }
  | { readonly status: 'failed'; readonly error: ErrorRecord }
);
