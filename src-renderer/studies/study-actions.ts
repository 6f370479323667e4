import type { HumanVerdict } from '../../src-shared/verdict.ts';
import type { UserAction } from '../keys/action.ts';
import { VERDICT_KEYS } from '../ui/verdict-keys.ts';

/** What the actions of a study work on. */
export interface StudyContext {
  /** Whether the image may be judged: its file is still the one that the study was set up with. */
  readonly canJudge: boolean;
  readonly canTakeBack: boolean;
  judge(verdict: HumanVerdict): void;
  takeBack(): void;
}

export const JUDGE = {
  accept: judge('accept'),
  reject: judge('reject'),
  uncertain: judge('uncertain'),
} as const;

function judge(verdict: HumanVerdict): UserAction<StudyContext> {
  return {
    ...VERDICT_KEYS[verdict],
    isEnabled: ({ canJudge }) => canJudge,
    run: (context) => context.judge(verdict),
  };
}

export const takeVerdictBack: UserAction<StudyContext> = {
  ...VERDICT_KEYS.undo,
  isEnabled: ({ canTakeBack }) => canTakeBack,
  run: (context) => context.takeBack(),
};

export const STUDY_ACTIONS: readonly UserAction<StudyContext>[] = [...Object.values(JUDGE), takeVerdictBack];
