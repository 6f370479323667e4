import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { figureSchema, localTextSchema } from '../catalogue.ts';
import { deviceReportSchema, deviceRequestSchema } from '../device.ts';
import { errorRecordSchema } from '../error-record.ts';
import { hashSchema, immutable } from '../field-schemas.ts';
import { methodLackSchema, methodNameSchema } from '../method.ts';
import { timingsSchema } from '../result.ts';
import { modelVerdictSchema } from '../verdict.ts';
import { base, count, inspector } from './base.ts';

/** Where packs lie: with the program, in the store of this machine, in the open workspace. */
const packPlaceSchema = z.enum(['program', 'machine', 'workspace']);
export type PackPlace = z.infer<typeof packPlaceSchema>;

const packSummarySchema = z.object({
  /** How recipes name it. */
  id: z.string(),
  title: z.string(),
  version: z.string(),
  folder: z.string(),
  place: packPlaceSchema,
  /** What results keep of it; null when its description cannot be read. */
  packHash: hashSchema.nullable(),
  /** Markdown. */
  card: z.string(),
  /** What its user has to know. */
  notes: z.array(z.string()),
  /** Its SAM takes no boxes. */
  pointsOnly: z.boolean(),
  /** Null when its description cannot be read. */
  head: z.enum(['umci', 'linear', 'none']).nullable(),
  /** Ways to the map, and why it can't run one; null: it can. Empty when its description cannot be read. */
  methods: z.array(z.object({ name: methodNameSchema, lack: methodLackSchema.nullable() })),
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
      /** The files that are under way or came last; `total` null: nobody knows. */
      files: z.array(z.object({ name: z.string(), done: count, total: count.nullable() })),
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
      /** Files whose SHA-256 nobody knew: taken as they came, and enforced from now on. */
      taken: z.array(z.object({ file: z.string(), address: z.string(), sha256: hashSchema })),
      /** What was decided while it was put together, and why. */
      notes: z.array(z.string()),
    }),
  ]),
);
export type PackProgress = z.infer<typeof packProgressSchema>;
export type PackImportEvent = Exclude<PackProgress, { kind: 'finished' }>;

/** A pack of the catalogue, and how much of it is here. Sizes are in bytes. */
const catalogueItemSchema = z.object({
  id: z.string(),
  /** How recipes name it once it is installed. */
  reference: z.string(),
  title: z.string(),
  version: z.string(),
  purpose: localTextSchema,
  /** Memory that running it takes; null: not measured. */
  memoryBytes: count.nullable(),
  figures: z.array(figureSchema),
  /** Every licence once, with the files that it is of. Installing takes that all of them are accepted. */
  licences: z.array(z.object({ name: z.string(), address: z.string(), files: z.array(z.string()) })),
  files: z.array(
    z.object({
      name: z.string(),
      /** Address; `npm:` and a path for what comes with the program; `made:` of what is made of other files. */
      source: z.string(),
      /** Null: nobody knows yet. */
      bytes: count.nullable(),
      isApproximate: z.boolean(),
      /** Null: nobody knows yet; it is taken as it comes the first time. */
      sha256: z.string().nullable(),
      licence: z.string(),
      provenance: z.string(),
    }),
  ),
  /** What is downloaded, external data counted; on the disk it is as much. */
  bytes: count,
  isApproximate: z.boolean(),
  /** Where it is installed in this version; null: it is not. */
  installed: packPlaceSchema.nullable(),
  /** What an installation that stopped has brought; `packs.install` and `packs.resume` go on with it. */
  done: count,
});
export type CatalogueItem = z.infer<typeof catalogueItemSchema>;

/** What a workspace that is known here does with a pack. */
const packUseSchema = z.object({
  workspace: z.string(),
  /** Names of recipes that name the pack. */
  recipes: z.array(z.string()),
  /** Runs that were made with it, and results in them. */
  runs: count,
  results: count,
  /** Why the workspace could not be looked at; it may use the pack. */
  error: errorRecordSchema.nullable(),
});
export type PackUse = z.infer<typeof packUseSchema>;

const packUsesSchema = z.object({
  /** Workspaces that use it, or may; of all that are known, and others may be unknown. */
  workspaces: z.array(packUseSchema),
  /** Installed packs that were trained on it. */
  packs: z.array(z.string()),
  /** How many workspaces were looked at. */
  known: count,
});
export type PackUses = z.infer<typeof packUsesSchema>;

const origin = z.enum(['environment', 'setting', 'default']);

/** How packs are brought in on this machine. What the environment says counts before a setting. */
const packSettingsSchema = z.object({
  /** Folder of the machine's packs. `inUse` differs from `chosen` until the program starts again. */
  folder: z.object({ inUse: z.string(), chosen: z.string(), origin }),
  /** Base address that is asked instead of https://huggingface.co, with the same paths; null: none. */
  mirror: z.object({ value: z.string().nullable(), origin }),
  /** Whether the token is for the mirror's host; false: it is for huggingface.co. */
  tokenToMirror: z.boolean(),
  /** Whether the environment has a token (HF_TOKEN). */
  hasToken: z.boolean(),
  /** Address of the proxy, without its password; null: none. */
  proxy: z.object({ value: z.string().nullable(), origin }),
});
export type PackSettings = z.infer<typeof packSettingsSchema>;

/** What is left out stays; null goes back to the default. */
const packSettingsChangeSchema = z.object({
  folder: z.string().trim().min(1).max(4096).nullish(),
  mirror: z.string().trim().min(1).max(2048).nullish(),
  tokenToMirror: z.boolean().optional(),
  proxy: z.string().trim().min(1).max(2048).nullish(),
});
export type PackSettingsChange = z.infer<typeof packSettingsChangeSchema>;

const packFolderSchema = z.object({
  place: packPlaceSchema,
  folder: z.string(),
  packs: count,
  bytes: count,
  /** Free bytes of its disk; null: the system does not tell. */
  free: count.nullable(),
});
export type PackFolder = z.infer<typeof packFolderSchema>;

const packReference = z.string().max(200);

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
  /** Packs that can be installed, and what is there of each. */
  catalogue: base.output(z.array(catalogueItemSchema)),
  /** Downloads a pack of the catalogue into the machine's store; goes on where an earlier call stopped. */
  install: base
    .input(
      z.object({
        id: packReference,
        /** Names of the licences that were shown and accepted. */
        licences: z.array(z.string().max(200)).max(50),
        ...inspector,
      }),
    )
    .output(eventIterator(packProgressSchema)),
  /** What still uses an installed pack, as far as it can be known. */
  uses: base.input(z.object({ id: packReference })).output(packUsesSchema),
  /** Removes an installed pack; refused while something uses it, unless it is to be removed in spite of that. */
  remove: base
    .input(z.object({ id: packReference, force: z.boolean(), ...inspector }))
    .output(z.object({ id: z.string(), freed: count })),
  settings: base.output(packSettingsSchema),
  changeSettings: base.input(packSettingsChangeSchema.extend(inspector)).output(packSettingsSchema),
  /** The folders in which packs are looked up. */
  where: base.output(z.array(packFolderSchema)),
  /** Brings a pack into the machine's store: from a folder, a ZIP file, a pack.json or the address of one. */
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
