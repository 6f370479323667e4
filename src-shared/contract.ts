import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { SAMPLE_KINDS } from './batch-range.ts';
import * as s from './domain-schemas.ts';
import { CSV_DECIMALS, CSV_SEPARATORS, EXPORT_FORMATS, PLAIN_CSV } from './export-formats.ts';
import { FILE_STATES } from './file-state.ts';
import { NOTICE_CODES } from './notice.ts';
import type { ExportSummary } from './progress.ts';
import { recipeSchema } from './recipe.ts';
import { IDLE_MINUTES_LIMIT } from './roles.ts';
import { sampleRangeSchema } from './sample-range.ts';
import { STUDY_ROUNDS, STUDY_SIZE } from './study.ts';

/**
 * What the window can ask of the workstation, whatever lies between them: Electron's MessagePort, a WebSocket or a
 * direct call. Errors that a user can act on come as `CLIPSAM` with an error record; anything else is a fault of
 * the program.
 */
const base = oc.errors({ CLIPSAM: { status: 422, data: s.errorRecordSchema } });

const count = z.int().min(0);
const inspector = { inspector: s.inspectorNameSchema };
const byId = z.object({ id: s.idSchema });
const ofImage = { runId: s.idSchema, imageId: s.idSchema };

export const runCountsSchema = z.object({ total: count, done: count, failed: count });
/** A run with how far it is. `rate`: images per second, `eta`: seconds left; null unless it is at work here. */
export const runProgressSchema = z.object({
  run: s.runSchema,
  ...runCountsSchema.shape,
  /** True when this program works on it. */
  active: z.boolean(),
  rate: z.number().nullable(),
  eta: z.number().nullable(),
});
export type RunProgress = z.infer<typeof runProgressSchema>;

/** An import that did not come to its end: the batch may lack images. */
export const stoppedImportSchema = z.object({
  inspector: z.string(),
  startedAt: z.string(),
  /** The first files and folders that were chosen, and how many there are besides. */
  paths: z.array(z.string()),
  more: count,
});
export type StoppedImport = z.infer<typeof stoppedImportSchema>;

/** A batch as the list of batches shows it. `verdicts` counts the newest run's images by the model's verdict. */
export const batchSummarySchema = z.object({
  batch: s.batchSchema,
  images: count,
  deletedAt: z.string().nullable(),
  stoppedImport: stoppedImportSchema.nullable(),
  run: runProgressSchema.nullable(),
  verdicts: z.object({ accept: count, warn: count, reject: count }),
  /** Images of the newest run whose notices put their verdict in doubt. */
  doubtful: count,
  /** Images with an inspector's verdict in the newest run. */
  reviewed: count,
  /** First images, for the batch's picture. */
  cover: z.array(s.idSchema).max(4),
});
export type BatchSummaryRow = z.infer<typeof batchSummarySchema>;

export const deviceStatusSchema = z.object({
  /** `stopped`: nothing was inspected yet, the process starts when it is needed. */
  state: z.enum(['stopped', 'starting', 'ready', 'failed']),
  asked: s.deviceRequestSchema,
  report: s.deviceReportSchema.nullable(),
  /** Memory of the inference process. */
  rssBytes: z.number().nullable(),
  /** Times that the inference process died and was started again. */
  restarts: count,
  error: s.errorRecordSchema.nullable(),
});
export type DeviceStatus = z.infer<typeof deviceStatusSchema>;

/** What speaks against working on as if nothing were. */
export const workspaceHealthSchema = z.object({
  problems: z.array(s.errorRecordSchema).readonly(),
  /** Another program is writing to the workspace, and something waits for it. */
  isWaiting: z.boolean(),
});
export type WorkspaceHealthReport = z.infer<typeof workspaceHealthSchema>;

/** What happens in the workstation, told to every window. */
export const workstationEventSchema = z.discriminatedUnion('kind', [
  /** A run moved on; at most a few a second. `imageIds`: results that came since the last such event. */
  z.object({ kind: z.literal('run'), progress: runProgressSchema, imageIds: z.array(s.idSchema) }),
  /** A batch was made, changed, archived, deleted, restored, or got images. */
  z.object({ kind: z.literal('batch'), batchId: s.idSchema }),
  /** An inspector judged or marked an image, here or in another window. */
  z.object({ kind: z.literal('reviewed'), ...ofImage }),
  z.object({ kind: z.literal('recipes') }),
  /** Somebody was added or removed, or got another role or PIN; or windows sign out after another time. */
  z.object({ kind: z.literal('people') }),
  /** A model pack was brought in, or the list of stopped downloads has changed. */
  z.object({ kind: z.literal('packs') }),
  z.object({ kind: z.literal('device'), status: deviceStatusSchema }),
  z.object({ kind: z.literal('health'), report: workspaceHealthSchema }),
]);
export type WorkstationEvent = z.infer<typeof workstationEventSchema>;

export const importProgressSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('listed'), total: count }),
  z.object({ kind: z.literal('imported'), done: count, total: count }),
  z.object({
    kind: z.literal('finished'),
    added: count,
    unchanged: count,
    changed: z.array(z.string()),
    /** Files of the batch that could not be read this time. */
    unread: z.array(z.string()),
    /** Images whose page their file no longer has. */
    vanished: z.array(z.string()),
    duplicates: z.array(z.object({ contentHash: s.hashSchema, paths: z.array(z.string()) })),
    unreadable: z.array(z.object({ path: z.string(), error: s.errorRecordSchema })),
    /** Pictures of kinds that are not read, and folders of masks beside the images. */
    passedOver: z.array(z.string()),
    truthFolders: z.array(z.string()),
  }),
]);
export type ImportProgress = z.infer<typeof importProgressSchema>;

/** What goes, or went, when deleted batches are removed for good. `bytes`: of files in the workspace. */
export const purgeSummarySchema = z.object({
  batches: count,
  images: count,
  results: count,
  verdicts: count,
  annotations: count,
  studies: count,
  bytes: count,
});
export type PurgeSummary = z.infer<typeof purgeSummarySchema>;

export const purgeProgressSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('removing'), done: count, total: count }),
  z.object({ kind: z.literal('finished'), summary: purgeSummarySchema }),
]);
export type PurgeProgress = z.infer<typeof purgeProgressSchema>;

export const reviewColumnsSchema = z.object({
  imageId: z.array(s.idSchema),
  name: z.array(z.string()),
  page: z.array(s.pageNumberSchema.nullable()),
  status: z.array(z.enum(['pending', 'done', 'failed'])),
  score: z.array(z.number().nullable()),
  model: z.array(s.modelVerdictSchema.nullable()),
  notices: z.array(z.array(z.enum(NOTICE_CODES)).readonly()),
  human: z.array(s.humanVerdictSchema.nullable()),
  defectClass: z.array(z.string()),
  severity: z.array(s.severitySchema.nullable()),
  overturned: z.array(z.boolean()),
  regions: z.array(count),
  falsePositives: z.array(count),
  missedDefects: z.array(count),
});

export const recipeRecordSchema = z.object({
  hash: s.hashSchema,
  recipe: recipeSchema,
  revision: count,
  parentHash: s.hashSchema.nullable(),
  inspector: z.string(),
  createdAt: z.string(),
});
export type RecipeRow = z.infer<typeof recipeRecordSchema>;

export const reviewTableSchema = z.object({
  batch: s.batchSchema,
  run: runProgressSchema.nullable(),
  /** Recipe of the run; of the next run where there is none. */
  recipe: recipeSchema,
  columns: reviewColumnsSchema,
  /** The last image of this page when more follow; null at the end. */
  next: s.idSchema.nullable(),
});
export type ReviewTable = z.infer<typeof reviewTableSchema>;

/** Everything about one image of a run. */
export const reviewImageSchema = z.object({
  image: s.batchImageSchema,
  /** Only what is the `same` as the model saw (or, before that, as was imported) may be shown and judged. */
  file: z.enum(FILE_STATES),
  outcome: z.discriminatedUnion('status', [
    z.object({ status: z.literal('pending') }),
    z.object({ status: z.literal('done'), result: s.inspectionResultSchema }),
    z.object({ status: z.literal('failed'), error: s.errorRecordSchema }),
  ]),
  /** Oldest first; the last one counts. */
  verdicts: z.array(s.verdictEntrySchema),
  /** Those that were not retracted. */
  annotations: z.array(s.annotationSchema),
  hasTruth: z.boolean(),
});
export type ReviewImage = z.infer<typeof reviewImageSchema>;

/** The tile pyramid of an image: level l has ceil(width / 2^l) × ceil(height / 2^l) pixels in square tiles. */
export const pyramidSchema = z.object({
  imageId: s.idSchema,
  /** Pixels after EXIF orientation. */
  width: count,
  height: count,
  tileSize: count,
  levels: count,
  /** Part of the tiles' addresses: another content, another version. */
  version: z.string(),
});
export type Pyramid = z.infer<typeof pyramidSchema>;

/** Prompts for SAM by hand. Without a box there must be a positive point. */
export const samPromptsSchema = z
  .object({
    box: s.boxSchema.nullable(),
    points: z
      .array(z.object({ x: z.number(), y: z.number(), label: z.union([z.literal(0), z.literal(1)]) }))
      .max(64)
      .readonly(),
  })
  .refine(({ box, points }) => box !== null || points.some(({ label }) => label === 1), {
    message: 'a box or a positive point is needed',
  });
export type SamPrompts = z.infer<typeof samPromptsSchema>;

export const newVerdictSchema = z.object({
  ...ofImage,
  ...inspector,
  verdict: z.enum(['accept', 'reject', 'uncertain', 'withdrawn']),
  defectClass: s.lineSchema.default(''),
  severity: s.severitySchema.nullable().default(null),
  overturnReason: s.textSchema.default(''),
  comment: s.textSchema.default(''),
});
export const newAnnotationSchema = z.object({
  ...ofImage,
  ...inspector,
  kind: s.annotationKindSchema,
  regionIndex: count.nullable().default(null),
  polygons: s.markSchema.nullable().default(null),
  defectClass: s.lineSchema.default(''),
  comment: s.textSchema.default(''),
});

/**
 * What θ would do to a run, at every θ of `thetas`: regions in all, those that would appear and vanish against the
 * run's own θ (summed per image), and images with at least one. Counted on the stored coarse maps, with the recipe's
 * minimal area and region limit.
 */
export const thetaProfileSchema = z.object({
  thetas: z.array(z.number()),
  regions: z.array(count),
  appearing: z.array(count),
  vanishing: z.array(count),
  imagesWithRegion: z.array(count),
  images: count,
});
export type ThetaProfile = z.infer<typeof thetaProfileSchema>;

export const packSummarySchema = z.object({
  /** How recipes name it. */
  id: z.string(),
  title: z.string(),
  version: z.string(),
  folder: z.string(),
  /** It was brought into the workspace; false: it comes with the program. */
  isImported: z.boolean(),
  /** What results keep of it; null when its description cannot be read. */
  packHash: s.hashSchema.nullable(),
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
  error: s.errorRecordSchema.nullable(),
});
export type PackSummary = z.infer<typeof packSummarySchema>;

export const packCheckSchema = z.object({
  files: z.array(z.object({ name: z.string(), ok: z.boolean(), error: s.errorRecordSchema.nullable() })),
  ok: z.boolean(),
});
export type PackCheck = z.infer<typeof packCheckSchema>;

/** A download of a pack that stopped before its end. `done` and `total` are bytes. */
export const unfinishedPackSchema = z.object({
  packHash: s.hashSchema,
  /** Id and version. */
  pack: z.string(),
  title: z.string(),
  /** Where it comes from: a path or an address. */
  place: z.string(),
  inspector: z.string(),
  startedAt: z.string(),
  done: count,
  total: count,
});
export type UnfinishedPack = z.infer<typeof unfinishedPackSchema>;

/** `rate`: bytes per second, `eta`: seconds left; null where they are not known yet. */
export const packProgressSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('found'), pack: z.string(), title: z.string(), total: count }),
  z.object({
    kind: z.literal('bringing'),
    file: z.string(),
    isDownload: z.boolean(),
    done: count,
    total: count,
    rate: z.number().nullable(),
    eta: z.number().nullable(),
  }),
  z.object({ kind: z.literal('waiting'), seconds: z.number() }),
  z.object({ kind: z.literal('checking') }),
  z.object({
    kind: z.literal('finished'),
    id: z.string(),
    outcome: z.enum(['added', 'already-there', 'repaired']),
  }),
]);
export type PackProgress = z.infer<typeof packProgressSchema>;

export const selfTestEventSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('starting'), image: z.string() }),
  z.object({ kind: z.literal('ready'), device: s.deviceReportSchema, startMs: z.number() }),
  z.object({
    kind: z.literal('finished'),
    device: s.deviceReportSchema,
    timings: s.timingsSchema,
    score: z.number(),
    verdict: s.modelVerdictSchema,
    regions: count,
    rssBytes: z.number().nullable(),
  }),
]);
export type SelfTestEvent = z.infer<typeof selfTestEventSchema>;

const csvStyleSchema = z
  .object({ separator: z.enum(CSV_SEPARATORS), decimal: z.enum(CSV_DECIMALS) })
  .refine(({ separator, decimal }) => separator !== decimal, {
    message: 'the separator and the decimal mark must differ',
  })
  .default(PLAIN_CSV);

const exportSummarySchema: z.ZodType<ExportSummary> = z.object({
  images: count,
  failed: count,
  changed: count,
  missing: count,
  pending: count,
});

export const exportProgressSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('exported'), format: z.string(), done: count, total: count }),
  z.object({
    kind: z.literal('finished'),
    folder: z.string(),
    files: z.array(z.string()),
    summary: exportSummarySchema,
  }),
]);
export type ExportProgress = z.infer<typeof exportProgressSchema>;

/** A folder of the machine that runs the workstation, for choosing what to import without a native dialog. */
export const folderListingSchema = z.object({
  path: z.string(),
  parent: z.string().nullable(),
  folders: z.array(z.object({ name: z.string(), path: z.string() })),
  /** Files of the wanted kind right in it. */
  files: z.array(z.object({ name: z.string(), path: z.string() })),
  /** Pictures right in it that are not read, by the endings of their names. */
  passedOver: z.array(z.object({ ending: z.string(), count })),
});
export type FolderListing = z.infer<typeof folderListingSchema>;

/** Pictures on disk that can be made again, in bytes, and what they may take at most. */
export const cacheSizesSchema = z.object({
  thumbnails: z.object({ bytes: count, limit: count }),
  tiles: z.object({ bytes: count, limit: count }),
});
export type CacheSizes = z.infer<typeof cacheSizesSchema>;

export const appInfoSchema = z.object({
  version: z.string(),
  shell: z.enum(['electron', 'browser']),
  workspaceFolder: z.string(),
  /** Proposed name of the inspector: who is logged in on the machine. */
  userName: z.string(),
  platform: z.string(),
});
export type AppInfo = z.infer<typeof appInfoSchema>;

const tokenSchema = z.string().max(100);
const idleMinutesSchema = z.int().min(1).max(IDLE_MINUTES_LIMIT).nullable();
/** `token` gets a line that is opened anew signed in again. */
export const sessionSchema = z.object({ token: tokenSchema, person: s.personSchema });

/** An agreement study with who takes part in it, and how far they are. */
export const studyOverviewSchema = z.object({
  study: s.studySchema,
  inspectors: z.array(s.studyProgressSchema).readonly(),
});
export type StudyOverviewRow = z.infer<typeof studyOverviewSchema>;

export const contract = {
  app: {
    info: base.output(appInfoSchema),
    /** Starts with the device's status, the workspace's health and the progress of every run at work, then goes on until it is aborted. */
    events: base.output(eventIterator(workstationEventSchema)),
    cache: base.output(cacheSizesSchema),
    clearCache: base.output(cacheSizesSchema),
    /** Reads all of the database; what is damaged, if anything, is a problem in the report from then on. */
    checkDatabase: base.output(workspaceHealthSchema),
    folder: base
      .input(
        z.object({
          path: z.string().max(4096).nullable(),
          /** `packs`: ZIP files and descriptions of model packs. */
          files: z.enum(['images', 'packs']).default('images'),
        }),
      )
      .output(folderListingSchema),
  },
  batches: {
    list: base
      .input(
        z.object({
          search: s.lineSchema.default(''),
          show: z.enum(['current', 'archived', 'deleted']).default('current'),
        }),
      )
      .output(z.array(batchSummarySchema)),
    get: base.input(byId).output(batchSummarySchema),
    create: base.input(z.object({ metadata: s.newBatchSchema, ...inspector })).output(s.batchSchema),
    update: base
      .input(z.object({ id: s.idSchema, changes: s.batchChangesSchema, ...inspector }))
      .output(s.batchSchema),
    /**
     * What is black and white from now on in images of more than 8 bits whose files do not say; `range` null: what
     * the first images say. Results that are there keep what they were made with.
     */
    changeSampleRange: base
      .input(byId.extend({ kind: z.enum(SAMPLE_KINDS), range: sampleRangeSchema.nullable(), ...inspector }))
      .output(batchSummarySchema),
    archive: base
      .input(z.object({ id: s.idSchema, archived: z.boolean(), ...inspector }))
      .output(s.batchSchema),
    /** Takes the batch out of sight, or (`deleted: false`) brings it back as it was. */
    delete: base
      .input(z.object({ id: s.idSchema, deleted: z.boolean(), ...inspector }))
      .output(s.batchSchema),
    /** What {@link purge} would remove. `id` null: all deleted batches. */
    purgePreview: base.input(z.object({ id: s.idSchema.nullable() })).output(purgeSummarySchema),
    /**
     * Removes deleted batches for good, with everything that was found and said about them; the image files are not
     * touched. It cannot be cancelled: who stops listening does not stop it.
     */
    purge: base
      .input(z.object({ id: s.idSchema.nullable(), ...inspector }))
      .output(eventIterator(purgeProgressSchema)),
    import: base
      .input(
        z.object({
          id: s.idSchema,
          /** Null: the rest of what was stopped before its end. */
          paths: z.array(z.string().min(1).max(4096)).min(1).max(100_000).nullable(),
          ...inspector,
        }),
      )
      .output(eventIterator(importProgressSchema)),
    /** The batch is whole as it is: the rest of a stopped import is not wanted. */
    dismissImport: base.input(z.object({ id: s.idSchema, ...inspector })).output(batchSummarySchema),
  },
  runs: {
    list: base.input(z.object({ batchId: s.idSchema })).output(z.array(runProgressSchema)),
    /** Inspects all images of the batch: with the given recipe, else with the batch's, else with the pack's default. */
    start: base
      .input(
        z.object({ batchId: s.idSchema, recipeHash: s.hashSchema.nullable().default(null), ...inspector }),
      )
      .output(runProgressSchema),
    pause: base.input(byId.extend(inspector)).output(runProgressSchema),
    /** Goes on with a paused, interrupted or abandoned run. */
    resume: base
      .input(z.object({ id: s.idSchema, retryFailed: z.boolean().default(false), ...inspector }))
      .output(runProgressSchema),
    cancel: base.input(byId.extend(inspector)).output(runProgressSchema),
    failures: base.input(z.object({ id: s.idSchema, limit: count.max(10_000).default(1000) })).output(
      z.array(
        z.object({
          imageId: s.idSchema,
          path: z.string(),
          page: s.pageNumberSchema.nullable(),
          error: s.errorRecordSchema,
        }),
      ),
    ),
  },
  review: {
    /**
     * The images of a batch with what the run (default: the newest) says about them, a page of 5,000 at a time in
     * the order of their import: no page holds the workstation or the window for long.
     */
    table: base
      .input(
        z.object({
          batchId: s.idSchema,
          runId: s.idSchema.nullable().default(null),
          after: s.idSchema.nullable().default(null),
        }),
      )
      .output(reviewTableSchema),
    /** The same for some images only, to follow a run or another window. */
    rows: base
      .input(z.object({ runId: s.idSchema, imageIds: z.array(s.idSchema).max(5000) }))
      .output(reviewColumnsSchema),
    image: base
      .input(z.object({ imageId: s.idSchema, runId: s.idSchema.nullable() }))
      .output(reviewImageSchema),
    /** Makes the image's tiles, if they are not there yet, and tells their layout. */
    pyramid: base.input(z.object({ imageId: s.idSchema })).output(pyramidSchema),
    judge: base.input(newVerdictSchema).output(s.verdictEntrySchema),
    annotate: base.input(newAnnotationSchema).output(s.annotationSchema),
    retract: base.input(z.object({ id: s.idSchema, ...inspector })).output(z.object({ id: s.idSchema })),
    /**
     * Asks SAM's decoder on the image's (cached) embedding. `milliseconds`: of the whole round in the main side;
     * `decodeMs`: of these, the decoder's bare session time.
     */
    askSam: base
      .input(z.object({ ...ofImage, prompts: samPromptsSchema }))
      .output(z.object({ levels: s.packedLevelsSchema, milliseconds: z.number(), decodeMs: z.number() })),
    /** Defect classes in use, most frequent first. */
    defectClasses: base.output(z.array(z.string())),
  },
  recipes: {
    list: base.output(z.array(recipeRecordSchema)),
    /** Default recipe of a pack. */
    default: base.input(z.object({ pack: z.string().default('lite') })).output(recipeSchema),
    save: base
      .input(z.object({ recipe: recipeSchema, parentHash: s.hashSchema.nullable(), ...inspector }))
      .output(recipeRecordSchema),
  },
  whatIf: {
    /** Ends with `profile`. What was counted is kept, so the second time is quick. */
    thetaProfile: base
      .input(z.object({ runId: s.idSchema }))
      .output(
        eventIterator(
          z.discriminatedUnion('kind', [
            z.object({ kind: z.literal('counting'), done: count, total: count }),
            z.object({ kind: z.literal('profile'), profile: thetaProfileSchema }),
          ]),
        ),
      ),
  },
  models: {
    list: base.output(z.array(packSummarySchema)),
    /** Computes every file's SHA-256. */
    verify: base.input(z.object({ id: z.string().max(200) })).output(packCheckSchema),
    /** Brings a pack into the workspace: from a folder, a ZIP file, a pack.json or the address of one. */
    add: base
      .input(z.object({ place: z.string().trim().min(1).max(4096), ...inspector }))
      .output(eventIterator(packProgressSchema)),
    /** Downloads that stopped before their end. */
    unfinished: base.output(z.array(unfinishedPackSchema)),
    /** Goes on with one. */
    resume: base
      .input(z.object({ packHash: s.hashSchema, ...inspector }))
      .output(eventIterator(packProgressSchema)),
    /** Throws away what it has brought so far. */
    discard: base.input(z.object({ packHash: s.hashSchema })).output(z.array(unfinishedPackSchema)),
    selfTest: base
      .input(z.object({ pack: z.string().max(200), device: s.deviceRequestSchema }))
      .output(eventIterator(selfTestEventSchema)),
    device: base.output(deviceStatusSchema),
    /** Takes effect for the next start of the inference process; refused while a run is at work. */
    chooseDevice: base.input(z.object({ device: s.deviceRequestSchema })).output(deviceStatusSchema),
  },
  /** Blind agreement studies; `inspector` is the inspector everywhere. */
  studies: {
    list: base.input(z.object({ batchId: s.idSchema })).output(z.array(studyOverviewSchema)),
    create: base
      .input(
        z.object({
          batchId: s.idSchema,
          name: s.lineSchema.trim().min(1),
          /** Clipped to what the batch has. */
          size: z.int().min(STUDY_SIZE.min).max(STUDY_SIZE.max).default(STUDY_SIZE.proposed),
          rounds: z.int().min(STUDY_ROUNDS.min).max(STUDY_ROUNDS.max).default(STUDY_ROUNDS.min),
          ...inspector,
        }),
      )
      .output(studyOverviewSchema),
    /** The image that is the inspector's next; nothing that would tell him what to say. */
    next: base.input(byId.extend(inspector)).output(s.studyTurnSchema),
    /** Refused unless it is the image's turn. `milliseconds`: from its appearance to the answer. */
    judge: base
      .input(
        byId.extend({
          imageId: s.idSchema,
          verdict: s.humanVerdictSchema,
          milliseconds: count.max(86_400_000),
          ...inspector,
        }),
      )
      .output(s.studyTurnSchema),
    /** The last answer, within the round that the inspector is in. */
    takeBack: base.input(byId.extend(inspector)).output(s.studyTurnSchema),
    /** Refused while the inspector who asks is in the midst of his rounds. */
    results: base.input(byId.extend(inspector)).output(s.studyResultsSchema),
    /** Every answer as CSV in the workspace's `exports`; refused as `results` is. */
    exportAnswers: base
      .input(byId.extend({ ...inspector, csv: csvStyleSchema }))
      .output(z.object({ path: z.string() })),
  },
  exports: {
    /** Into `folder`, or a new one in it (`subfolder`), or a new one in the workspace. Nothing of others is replaced. */
    run: base
      .input(
        z.object({
          runId: s.idSchema,
          formats: z.array(z.enum(EXPORT_FORMATS)).min(1),
          folder: z.string().max(4096).nullable().default(null),
          subfolder: z.boolean().default(false),
          csv: csvStyleSchema,
        }),
      )
      .output(eventIterator(exportProgressSchema)),
  },
  /**
   * Who may do what: see {@link LEAST_ROLE}. Without people everything is open; the first one has to be an engineer,
   * and from then on who changes something has to sign in, on this line.
   */
  people: {
    list: base.output(z.array(s.personSchema)),
    signIn: base.input(z.object({ name: s.inspectorNameSchema, pin: s.pinSchema })).output(sessionSchema),
    /** Signs in with the token of an earlier line; null when that is over. */
    resume: base.input(z.object({ token: tokenSchema })).output(s.personSchema.nullable()),
    signOut: base.output(z.null()),
    /** Somebody is there: the minutes of {@link idleMinutes} begin anew. Null when the session is over. */
    stay: base.output(s.personSchema.nullable()),
    /** One's own. `present` is the one until now; this session goes on, the person's others end. */
    changePin: base
      .input(z.object({ present: s.pinSchema, pin: s.pinSchema, ...inspector }))
      .output(s.personSchema),
    /** Minutes without a key or a move after which a window signs out, and the session is over; null: never. */
    idleMinutes: base.output(idleMinutesSchema),
    changeIdleMinutes: base
      .input(z.object({ minutes: idleMinutesSchema, ...inspector }))
      .output(idleMinutesSchema),
    /** Somebody who was removed comes back. */
    add: base
      .input(z.object({ name: s.inspectorNameSchema, role: s.roleSchema, pin: s.pinSchema, ...inspector }))
      .output(s.personSchema),
    changeRole: base
      .input(z.object({ name: s.inspectorNameSchema, role: s.roleSchema, ...inspector }))
      .output(s.personSchema),
    resetPin: base
      .input(z.object({ name: s.inspectorNameSchema, pin: s.pinSchema, ...inspector }))
      .output(s.personSchema),
    /** May not sign in any more; what they did keeps their name. */
    remove: base.input(z.object({ name: s.inspectorNameSchema, ...inspector })).output(s.personSchema),
  },
};
export type Contract = typeof contract;
