import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { drawnPolygonsSchema } from '../annotation.ts';
import { hashSchema, idSchema, immutable, textSchema } from '../field-schemas.ts';
import { productSchema } from '../product.ts';
import { memoryChangeSchema, memoryItemSchema, memoryKindSchema, REFERENCE_LIMIT } from '../reference-set.ts';
import { humanVerdictSchema, modelVerdictSchema } from '../verdict.ts';
import { base, byId, count, inspector, ofImage } from './base.ts';

/** A product with how much it remembers. */
const productSummarySchema = immutable(
  z.object({
    product: productSchema,
    references: count,
    harmless: count,
    counterExamples: count,
    /** Changes that wait for a reviewer, and those that are being examined. */
    waiting: count,
    examining: count,
    /** The last change that counted, or was asked for. */
    changedAt: z.string().nullable(),
  }),
);
export type ProductSummary = z.infer<typeof productSummarySchema>;

/** A reference as the set shows it. */
const shownReferenceSchema = immutable(
  z.object({
    item: memoryItemSchema,
    /** What counts on its image now; null: nothing, or the image is gone. */
    verdict: humanVerdictSchema.nullable(),
    /** By the other references alone, 0..1 (0.5: as far as the farthest good token); null: not measured yet. */
    distance: z.number().nullable(),
    /** How much farther the others would be without it, mean over them, 0..1; null: not measured yet. */
    contribution: z.number().nullable(),
  }),
);

const shownSetSchema = immutable(
  z.object({
    product: productSchema,
    /** SHA-256 over everything that counts: part of what results say they were compared with. */
    hash: hashSchema,
    references: z.array(shownReferenceSchema),
    harmless: z.array(memoryItemSchema),
    counterExamples: z.array(memoryItemSchema),
    /** Mean of the references' distances, 0..1: the lower, the more alike; null: not measured yet. */
    tightness: z.number().nullable(),
  }),
);
export type ShownSet = z.infer<typeof shownSetSchema>;

/** What a run's images are compared with, as much as Review needs to offer them as references. */
const setOfRunSchema = immutable(
  z.object({
    product: productSchema,
    references: count,
    /** Changes that wait for a reviewer. */
    waiting: count,
    /** Images of the run's batch that are references, with the items that they are; being examined among them. */
    images: z.array(z.object({ imageId: idSchema, itemId: idSchema, counts: z.boolean() })),
  }),
);
export type SetOfRun = z.infer<typeof setOfRunSchema>;

const images = z.array(z.object(ofImage)).min(1).max(REFERENCE_LIMIT);
const items = z.array(idSchema).min(1).max(REFERENCE_LIMIT);
/** A place in an image: the model's region, or what was drawn. */
const mark = {
  ...ofImage,
  as: memoryKindSchema.exclude(['reference']),
  regionIndex: count.nullable().default(null),
  polygons: drawnPolygonsSchema.nullable().default(null),
};

/** A change as it is asked for; of `mark` and `add`, see the procedures of these names. */
const wantedChangeSchema = immutable(
  z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('add'), images }),
    z.object({ kind: z.literal('remove'), items }),
    z.object({ kind: z.literal('mark'), ...mark }),
    z.object({ kind: z.literal('undo'), id: idSchema }),
  ]),
);
export type WantedChange = z.infer<typeof wantedChangeSchema>;

/** What a change would do to images that inspectors judged. */
const whatIfSchema = immutable(
  z.object({
    /** Reviewed images of the product; of these, the newest that were scored, and could not be. */
    reviewed: count,
    examined: count,
    unread: count,
    /** As of an examination. */
    withoutCrowd: count.optional(),
    withoutPart: count.optional(),
    /** Images whose verdict would be another. */
    flips: z.array(
      z.object({
        ...ofImage,
        name: z.string(),
        human: humanVerdictSchema,
        before: z.object({ score: z.number(), verdict: modelVerdictSchema }),
        after: z.object({ score: z.number(), verdict: modelVerdictSchema }),
      }),
    ),
    /** Images on which inspector and model agree (`warn` agrees with neither), before and after. */
    agreeing: z.object({ before: count, after: count }),
  }),
);
export type ReferenceWhatIf = z.infer<typeof whatIfSchema>;

const scoring = z.object({ kind: z.literal('scoring'), done: count, total: count });
const whatIfEventSchema = z.discriminatedUnion('kind', [
  scoring,
  z.object({ kind: z.literal('finished'), whatIf: whatIfSchema }),
]);
export type ReferenceWhatIfEvent = z.infer<typeof whatIfEventSchema>;

const measureEventSchema = z.discriminatedUnion('kind', [
  scoring,
  z.object({ kind: z.literal('finished'), set: shownSetSchema }),
]);
export type MeasureEvent = z.infer<typeof measureEventSchema>;

const ofProduct = z.object({ product: productSchema });

/**
 * What products remember: accepted parts, places that are harmless, defects that were missed. A change counts at once
 * unless confirmed defects would be missed then: whoever asks for one gets it back as `effective`, or `examining`, and
 * hears by the event `references` what became of it.
 */
export const references = {
  /** Products that remember something, or have changes under way. */
  products: base.output(z.array(productSummarySchema)),
  get: base.input(ofProduct).output(shownSetSchema),
  ofRun: base.input(z.object({ runId: idSchema })).output(setOfRunSchema),
  /** Refused for images without an accepting verdict, for those of several products, and beyond the limit. */
  add: base.input(z.object({ images, ...inspector })).output(memoryChangeSchema),
  remove: base.input(z.object({ items, ...inspector })).output(memoryChangeSchema),
  /** Annotations are learnt from without it. */
  mark: base.input(z.object({ ...mark, ...inspector })).output(memoryChangeSchema),
  undo: base.input(byId.extend(inspector)).output(memoryChangeSchema),
  /** Changes that are being examined or wait for a reviewer, oldest first. */
  proposals: base.output(z.array(memoryChangeSchema)),
  /** Lets a change count although confirmed defects would be missed. */
  approve: base
    .input(byId.extend({ comment: textSchema.default(''), ...inspector }))
    .output(memoryChangeSchema),
  /** Drops a change that waits; cancels one that is being examined. */
  reject: base
    .input(byId.extend({ comment: textSchema.default(''), ...inspector }))
    .output(memoryChangeSchema),
  /** Every change of a product, newest first. `before`: those that came before this one. */
  history: base
    .input(
      ofProduct.extend({ before: idSchema.nullable().default(null), limit: count.max(500).default(100) }),
    )
    .output(z.array(memoryChangeSchema)),
  /** What a change would do, which is not made; or one that waits. */
  whatIf: base
    .input(
      z.object({
        change: z.union([wantedChangeSchema, z.object({ kind: z.literal('proposal'), id: idSchema })]),
      }),
    )
    .output(eventIterator(whatIfEventSchema)),
  /** Measures distances and contributions of the references that count; kept until the set changes. */
  measure: base.input(ofProduct).output(eventIterator(measureEventSchema)),
};
