import type { UserAction } from '../keys/action.ts';

/** What can be done on the screen of the lots. */
export interface LotsContext {
  /** Null: no lot is shown whose sample could be judged. */
  readonly judge: (() => void) | null;
  begin(): void;
}

export const beginLotAction: UserAction<LotsContext> = {
  id: 'lots.new',
  scope: 'lots',
  keys: ['N'],
  run: ({ begin }) => begin(),
};

export const judgeSampleAction: UserAction<LotsContext> = {
  id: 'lots.judge',
  scope: 'lots',
  keys: ['V'],
  isEnabled: ({ judge }) => judge !== null,
  run: ({ judge }) => judge?.(),
};

export const LOT_ACTIONS: readonly UserAction<LotsContext>[] = [beginLotAction, judgeSampleAction];
