import type { Annotation } from '../../src-shared/annotation.ts';
import type { SamPrompts } from '../../src-shared/contract/review.ts';
import type { Point, Polygon } from '../../src-shared/geometry.ts';
import type { Region } from '../../src-shared/result.ts';
import type { PointerStore } from './pointer-state.ts';
import type { Tool } from './viewer-props.ts';
import type { ViewerStage } from './viewport.ts';

/** What pointer and keyboard work on: the image on show, the tool, and who is told what was done. */
export interface InteractionContext {
  readonly imageId: number;
  /** Null while the size of the image is not known. */
  readonly stage: ViewerStage | null;
  readonly tool: Tool;
  readonly regions: readonly Region[];
  readonly annotations: readonly Annotation[];
  readonly selectedRegion: number | null;
  readonly selectedAnnotation: number | null;
  /** Prompts that points are added to; null: none yet. */
  readonly prompts: SamPrompts | null;
  readonly pointer: PointerStore;
  scoreAt(at: Point): number | null;
  onPrompts(prompts: SamPrompts | null): void;
  onDrawn(polygons: readonly Polygon[]): void;
  onSelectRegion(index: number | null): void;
  onSelectAnnotation(id: number | null): void;
}
