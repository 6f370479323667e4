import type { HeadFigures } from './head-validation.ts';
import type { LengthFigures } from './measured-lengths.ts';
import type { TrainingPlan } from './training-plan.ts';

/** What training leaves behind beside the weights: `training-log.json`. */
export interface TrainingLog {
  readonly command: string;
  readonly plan: TrainingPlan;
  readonly pictures: { readonly trained: number; readonly heldOut: number; readonly failed: number };
  readonly textLoss: readonly { readonly step: number; readonly loss: number }[];
  readonly headLoss: readonly { readonly step: number; readonly loss: number }[];
  /** By group, on pictures never trained on. */
  readonly figures: Readonly<Record<string, HeadFigures>>;
  /** The same where the learning rate begins anew, and at the end. Logs from before have none. */
  readonly lengths?: readonly LengthFigures[];
  readonly seconds: { readonly features: number; readonly text: number; readonly head: number };
}
