import { z } from 'zod';
import { errorRecordSchema } from './error-record.ts';
import { hashSchema, immutable } from './field-schemas.ts';
import { brokerSettingsSchema } from './station-messages.ts';

/** What a followed folder's batches are for: a day, a lot, or a folder below it. */
export const BATCH_PER = ['day', 'lot', 'folder'] as const;
/** Whether a folder is listed again and again: where its file system tells of no changes, always, or never. */
export const POLLING = ['auto', 'always', 'never'] as const;

const text = z.string().max(200);

const settings = z.object({
  /** What its batches are called, with the day, lot or folder behind it. */
  name: text.min(1),
  batchPer: z.enum(BATCH_PER),
  objectName: text,
  partNumber: text,
  lot: text,
  recipeHash: hashSchema,
  polling: z.enum(POLLING),
  /** Seconds after which a file that is not whole, and does not grow, is inspected as it is. */
  waitSeconds: z.int().min(1).max(3600),
  /** Where results are told; null: nowhere. */
  broker: brokerSettingsSchema.nullable(),
});
/** How the images of a followed folder are inspected. */
export const followSettingsSchema = immutable(settings);
/** The same of a folder to follow; `recipeHash` null: the recipe of the program's own pack, about the object. */
export const followRequestSchema = immutable(settings.extend({ recipeHash: hashSchema.nullable() }));
export type FollowSettings = z.infer<typeof followSettingsSchema>;

/** How following a folder goes. */
export const followStateSchema = immutable(
  z.object({
    /** True: listed again and again, instead of being told of changes. */
    isPolled: z.boolean(),
    /** Why the folder cannot be looked into now. */
    away: errorRecordSchema.nullable(),
    /** Why its images cannot be inspected now; it is tried again. */
    trouble: errorRecordSchema.nullable(),
    /** The batch that its newest image went to. */
    batchId: z.number().int().nullable(),
    /** Images taken and inspected since it is followed. */
    taken: z.number().int(),
    inspected: z.number().int(),
    failed: z.number().int(),
    /** Files that are not whole yet: paths. */
    waiting: z.array(z.string()),
    /** Why the broker is not reached (null: it is), and how many results wait for it. Null: there is no broker. */
    broker: z.object({ problem: z.string().nullable(), waiting: z.int() }).nullable(),
  }),
);
export type FollowState = z.infer<typeof followStateSchema>;
