import type { ReactNode } from 'react';
import type { Annotation } from '../../src-shared/annotation.ts';
import type { Pyramid, ReviewImage, SamPrompts } from '../../src-shared/contract/review.ts';
import type { FileState } from '../../src-shared/file-state.ts';
import type { Polygon } from '../../src-shared/geometry.ts';
import type { MaskLevel } from '../../src-shared/result.ts';
import type { Scale } from '../../src-shared/scale.ts';
import type { ShownArea } from './area-shape.tsx';

/** What the pointer does on the image. */
export type Tool =
  | 'pan'
  | 'point-positive'
  | 'point-negative'
  | 'box'
  | 'polygon'
  | 'rectangle'
  | 'brush'
  | 'eraser'
  | 'ruler';

/** Prompts by hand and SAM's answer to them. */
export interface SamCandidate {
  readonly prompts: SamPrompts;
  /** Three levels, or none while the first answer is on its way. */
  readonly levels: readonly MaskLevel[];
  readonly chosen: 1 | 2 | 3 | null;
  /** True while SAM is asked. */
  readonly pending: boolean;
}

export interface ViewerProps {
  /** What the image is called where another run's is beside it. */
  readonly label?: ReactNode;
  /** What another run says of the image: an `OtherViewer`. */
  readonly beside?: ReactNode;
  readonly imageId: number;
  readonly runId: number | null;
  /** Name of the image, for the description of the canvas. */
  readonly name: string;
  /** Part of the picture's addresses: another content or sample range, another version. */
  readonly version: string | null;
  /** What became of the file: only the `same` is shown. Null while it is not known. */
  readonly file: FileState | null;
  /** Null while it is made: the thumbnail is shown enlarged. */
  readonly pyramid: Pyramid | null;
  /** Null while loading. It must belong to `imageId` and `runId`. */
  readonly outcome: ReviewImage['outcome'] | null;
  readonly thresholds: { readonly theta: number; readonly warn: number; readonly reject: number };
  /** How large a pixel of the batch's images is; null: not known. */
  readonly scale: Scale | null;
  /** A line was said to be so long: that is the batch's scale from now on. */
  onScale(scale: Scale): void;
  readonly hasTruth: boolean;
  readonly annotations: readonly Annotation[];
  /** Where is looked; null: everywhere. */
  readonly area?: ShownArea | null;
  readonly selectedRegion: number | null;
  /** Shown as if it were selected, while something points at it. */
  readonly pointedRegion?: number | null;
  onSelectRegion(index: number | null): void;
  readonly selectedAnnotation: number | null;
  onSelectAnnotation(id: number | null): void;
  readonly tool: Tool;
  onTool(tool: Tool): void;
  readonly candidate: SamCandidate | null;
  /** Points or box were added, moved or removed by hand. Null: none are left. */
  onPrompts(prompts: SamPrompts | null): void;
  /** A polygon or rectangle was closed, or brush strokes were finished (Enter or the toolbar's tick). */
  onDrawn(polygons: readonly Polygon[]): void;
}
