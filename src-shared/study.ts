import { z } from 'zod';
import { agreementOfStudy } from './agreement.ts';
import { countSchema, hashSchema, idSchema, immutable } from './field-schemas.ts';
import { FILE_STATES } from './file-state.ts';
import { humanVerdictSchema } from './verdict.ts';

/** How many images a study has, for its figures to mean something (AIAG: 20 to 50). */
export const STUDY_SIZE = { min: 20, max: 50, proposed: 30 } as const;
export const STUDY_ROUNDS = { min: 2, max: 5 } as const;

/**
 * A blind agreement study: inspectors judge the same images of a batch several times, each in an order of their own.
 */
export const studySchema = immutable(
  z.object({
    id: idSchema,
    batchId: idSchema,
    name: z.string(),
    rounds: countSchema,
    /** How many images it has; they were chosen when it was made. */
    images: countSchema,
    inspector: z.string(),
    createdAt: z.string(),
  }),
);
export type Study = z.infer<typeof studySchema>;

/** How far an inspector is: answers of `total`, all rounds together. */
export const studyProgressSchema = immutable(
  z.object({ inspector: z.string(), done: countSchema, total: countSchema }),
);
export type StudyProgress = z.infer<typeof studyProgressSchema>;

/** What an inspector has to judge next, and nothing that would tell them what to say. */
export const studyTurnSchema = immutable(
  z.object({
    study: studySchema,
    /** From 1; the last one when all is done. */
    round: countSchema,
    /** Answers in this round. */
    done: countSchema,
    /** Null: they are through with all rounds. */
    image: z
      .object({
        id: idSchema,
        version: hashSchema.nullable(),
        /** Only the `same` as when the study was made is shown and judged. */
        file: z.enum(FILE_STATES),
      })
      .nullable(),
    /** There is an answer in this round. */
    canTakeBack: z.boolean(),
  }),
);
export type StudyTurn = z.infer<typeof studyTurnSchema>;

/** What comes out of the inspectors who are through with all rounds. */
export const studyResultsSchema = immutable(
  agreementOfStudy.extend({
    study: studySchema,
    /** Those who are not through. */
    pending: z.array(studyProgressSchema),
    /** Images of which is known whether they are good or defective. */
    known: countSchema,
    /** Images that were not judged alike, with each inspector's answers by round. */
    disagreements: z.array(
      z.object({
        imageId: idSchema,
        name: z.string(),
        reference: z.enum(['accept', 'reject']).nullable(),
        answers: z.array(z.object({ inspector: z.string(), verdicts: z.array(humanVerdictSchema) })),
      }),
    ),
  }),
);
export type StudyResults = z.infer<typeof studyResultsSchema>;
