import { z } from 'zod';
import { asDownload, madeDownload } from '../download.ts';
import { csvStyleSchema, PLAIN_CSV } from '../export-formats.ts';
import { idSchema, immutable, lineSchema } from '../field-schemas.ts';
import {
  STUDY_ROUNDS,
  STUDY_SIZE,
  studyProgressSchema,
  studyResultsSchema,
  studySchema,
  studyTurnSchema,
} from '../study.ts';
import { humanVerdictSchema } from '../verdict.ts';
import { base, byId, count, inspector } from './base.ts';

/** An agreement study with who takes part in it, and how far they are. */
const studyOverviewSchema = immutable(
  z.object({ study: studySchema, inspectors: z.array(studyProgressSchema) }),
);
export type StudyOverview = z.infer<typeof studyOverviewSchema>;

/** Blind agreement studies; `inspector` is whoever asks, makes the study or judges in it. */
export const studies = {
  list: base.input(z.object({ batchId: idSchema })).output(z.array(studyOverviewSchema)),
  create: base
    .input(
      z.object({
        batchId: idSchema,
        name: lineSchema.trim().min(1),
        /** Clipped to what the batch has. */
        size: z.int().min(STUDY_SIZE.min).max(STUDY_SIZE.max).default(STUDY_SIZE.proposed),
        rounds: z.int().min(STUDY_ROUNDS.min).max(STUDY_ROUNDS.max).default(STUDY_ROUNDS.min),
        ...inspector,
      }),
    )
    .output(studyOverviewSchema),
  /** The image that is the inspector's next; nothing that would tell them what to say. */
  next: base.input(byId.extend(inspector)).output(studyTurnSchema),
  /** Refused unless it is the image's turn. `milliseconds`: from its appearance to the answer. */
  judge: base
    .input(
      byId.extend({
        imageId: idSchema,
        verdict: humanVerdictSchema,
        milliseconds: count.max(86_400_000),
        ...inspector,
      }),
    )
    .output(studyTurnSchema),
  /** The last answer, within the round that the inspector is in. */
  takeBack: base.input(byId.extend(inspector)).output(studyTurnSchema),
  /** Refused while the inspector who asks is in the midst of their rounds. */
  results: base.input(byId.extend(inspector)).output(studyResultsSchema),
  /** Every answer as CSV in the workspace's `exports`; refused as `results` is. */
  exportAnswers: base
    .input(byId.extend({ ...inspector, csv: csvStyleSchema.default(PLAIN_CSV), ...asDownload }))
    .output(z.object({ path: z.string(), ...madeDownload })),
};
