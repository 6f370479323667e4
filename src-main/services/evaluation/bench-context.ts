import type { DeviceRequest } from '../../../src-shared/device.ts';
import type { InspectPathsEvent } from '../runs/inspect-paths.ts';
import type { ChosenRecipe } from '../runs/recipe-pipeline.ts';

/** What a measurement found: figures by name, units in the names. */
export interface Measured {
  readonly name: string;
  readonly figures: Readonly<Record<string, number>>;
  /** What is expected of the figures, and whether they are so. */
  readonly bar: string;
  readonly passed: boolean;
}

export interface MeasureContext {
  readonly chosen: ChosenRecipe;
  readonly device: DeviceRequest;
  readonly threads?: number;
  /** Files and folders with images, repeated until there are as many as a measurement needs. Default: generated. */
  readonly images?: readonly string[];
  /** Images of the end-to-end measurement. */
  readonly batchImages: number;
  /** Images of the memory measurement. */
  readonly memoryImages: number;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: InspectPathsEvent) => void;
}
