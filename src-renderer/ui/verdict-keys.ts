import type { AnyAction } from '../keys/action.ts';

/** What the actions of a screen for verdicts have in common: the same keys mean the same wherever one judges. */
export const VERDICT_KEYS = {
  accept: { id: 'review.accept', scope: 'review', keys: ['G'] },
  reject: { id: 'review.reject', scope: 'review', keys: ['R'] },
  uncertain: { id: 'review.uncertain', scope: 'review', keys: ['U'] },
  undo: { id: 'review.undo', scope: 'review', keys: ['Ctrl+Z'] },
} as const satisfies Record<string, Pick<AnyAction, 'id' | 'scope' | 'keys'>>;
