import type { StudyAgreement } from './agreement.ts';
import type { FileState } from './file-state.ts';
import type { HumanVerdict } from './verdict.ts';

/** How many images a study has, for its figures to mean something (AIAG: 20 to 50). */
export const STUDY_SIZE = { min: 20, max: 50, proposed: 30 } as const;
export const STUDY_ROUNDS = { min: 2, max: 5 } as const;

/** A blind agreement study: inspectors judge the same images of a batch several times, each in an order of his own. */
export interface Study {
  readonly id: number;
  readonly batchId: number;
  readonly name: string;
  readonly rounds: number;
  /** How many images it has; they were chosen when it was made. */
  readonly images: number;
  readonly inspector: string;
  readonly createdAt: string;
}

/** How far an inspector is: answers of `total`, all rounds together. */
export interface StudyProgress {
  readonly inspector: string;
  readonly done: number;
  readonly total: number;
}

/** What an inspector has to judge next, and nothing that would tell him what to say. */
export interface StudyTurn {
  readonly study: Study;
  /** From 1; the last one when all is done. */
  readonly round: number;
  /** Answers in this round. */
  readonly done: number;
  /** Null: he is through with all rounds. */
  readonly image: {
    readonly id: number;
    readonly version: string | null;
    /** Only the `same` as when the study was made is shown and judged. */
    readonly file: FileState;
  } | null;
  /** There is an answer in this round. */
  readonly canTakeBack: boolean;
}

/** An image that was not judged alike, with each inspector's answers by round. */
interface StudyDisagreement {
  readonly imageId: number;
  readonly name: string;
  readonly reference: 'accept' | 'reject' | null;
  readonly answers: readonly { readonly inspector: string; readonly verdicts: readonly HumanVerdict[] }[];
}

/** What comes out of the inspectors who are through with all rounds. */
export interface StudyResults extends StudyAgreement {
  readonly study: Study;
  /** Those who are not through. */
  readonly pending: readonly StudyProgress[];
  /** Images of which is known whether they are good or defective. */
  readonly known: number;
  readonly disagreements: readonly StudyDisagreement[];
}
