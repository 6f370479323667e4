import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { deviceReportSchema, deviceRequestSchema } from '../device.ts';
import { errorRecordSchema } from '../error-record.ts';
import { hashSchema, immutable } from '../field-schemas.ts';
import { timingsSchema } from '../result.ts';
import { modelVerdictSchema } from '../verdict.ts';
import { base, count, inspector } from './base.ts';

const packSummarySchema = z.object({
  /** How recipes name it. */
  id: z.string(),
  title: z.string(),
  version: z.string(),
  folder: z.string(),
  /** It was brought into the workspace; false: it comes with the program. */
  isImported: z.boolean(),
  /** What results keep of it; null when its description cannot be read. */
  packHash: hashSchema.nullable(),
  /** Markdown. */
  card: z.string(),
  files: z.array(
    z.object({
      name: z.string(),
      source: z.string(),
      licence: z.string(),
      provenance: z.string(),
      sha256: z.string(),
      bytes: count.nullable(),
    }),
  ),
  /** Why the pack cannot be used, as far as its description tells. */
  error: errorRecordSchema.nullable(),
});
export type PackSummary = z.infer<typeof packSummarySchema>;

const packCheckSchema = z.object({
  files: z.array(z.object({ name: z.string(), ok: z.boolean(), error: errorRecordSchema.nullable() })),
  ok: z.boolean(),
});
export type PackCheck = z.infer<typeof packCheckSchema>;

/** A download of a pack that stopped before its end. `done` and `total` are bytes. */
const unfinishedPackSchema = z.object({
  packHash: hashSchema,
  /** Id and version. */
  pack: z.string(),
  title: z.string(),
  /** Where it comes from: a path or an address. */
  source: z.string(),
  inspector: z.string(),
  startedAt: z.string(),
  done: count,
  total: count,
});
export type UnfinishedPack = z.infer<typeof unfinishedPackSchema>;

/** Progress of bringing in a model pack. `done` and `total` are bytes of its files. */
const packProgressSchema = immutable(
  z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('found'), pack: z.string(), title: z.string(), total: count }),
    z.object({
      kind: z.literal('bringing'),
      /** Name of the current file. */
      file: z.string(),
      /** True: it comes over the network. */
      isDownload: z.boolean(),
      done: count,
      total: count,
      /** Bytes per second over the last seconds, and seconds left; null at the start. */
      rate: z.number().nullable(),
      eta: z.number().nullable(),
    }),
    /** The server did not answer, or the connection broke; it is tried again after so many seconds. */
    z.object({ kind: z.literal('waiting'), seconds: z.number() }),
    /** Everything is there; hashes of what was there before, tensors and shapes are looked at. */
    z.object({ kind: z.literal('checking') }),
    z.object({
      kind: z.literal('finished'),
      /** How recipes name it. */
      id: z.string(),
      /** `repaired`: it was there, but not whole. */
      outcome: z.enum(['added', 'already-there', 'repaired']),
    }),
  ]),
);
export type PackProgress = z.infer<typeof packProgressSchema>;
export type PackImportEvent = Exclude<PackProgress, { kind: 'finished' }>;

const selfTestEventSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('starting'), image: z.string() }),
  z.object({ kind: z.literal('ready'), device: deviceReportSchema, startMs: z.number() }),
  z.object({
    kind: z.literal('finished'),
    device: deviceReportSchema,
    timings: timingsSchema,
    score: z.number(),
    verdict: modelVerdictSchema,
    regions: count,
    rssBytes: z.number().nullable(),
  }),
]);
export type SelfTestEvent = z.infer<typeof selfTestEventSchema>;

export const packs = {
  list: base.output(z.array(packSummarySchema)),
  /** Computes every file's SHA-256. */
  verify: base.input(z.object({ id: z.string().max(200) })).output(packCheckSchema),
  /** Brings a pack into the workspace: from a folder, a ZIP file, a pack.json or the address of one. */
  add: base
    .input(z.object({ source: z.string().trim().min(1).max(4096), ...inspector }))
    .output(eventIterator(packProgressSchema)),
  /** Downloads that stopped before their end. */
  unfinished: base.output(z.array(unfinishedPackSchema)),
  /** Goes on with one. */
  resume: base
    .input(z.object({ packHash: hashSchema, ...inspector }))
    .output(eventIterator(packProgressSchema)),
  /** Throws away what it has brought so far. */
  discard: base.input(z.object({ packHash: hashSchema })).output(z.array(unfinishedPackSchema)),
  selfTest: base
    .input(z.object({ pack: z.string().max(200), device: deviceRequestSchema }))
    .output(eventIterator(selfTestEventSchema)),
};
