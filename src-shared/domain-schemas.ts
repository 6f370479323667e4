import { z } from 'zod';
import type { Agreement, ReferenceAgreement } from './agreement.ts';
import type { Annotation } from './annotation.ts';
import type { Batch, BatchImage, BatchMetadata, Run } from './batch.ts';
import { batchRangesSchema, sampleRangesSchema } from './batch-range.ts';
import { type ErrorDetails, knownDetails } from './error-cases.ts';
import { ERROR_CODES } from './error-codes.ts';
import { type ErrorRecord, toErrorRecord } from './errors.ts';
import { FILE_STATES } from './file-state.ts';
import type { ImagePage, PageNumber } from './image-page.ts';
import { checkMark } from './mark-limits.ts';
import { noticeSchema } from './notice.ts';
import type { PackedLevels } from './packed-levels.ts';
import {
  type ArtifactRef,
  type Box,
  DEVICES,
  type DeviceReport,
  type InspectionResult,
  type MaskLevel,
  type Point,
  type Polygon,
  type Region,
  type RegionPrompts,
  type Timings,
} from './result.ts';
import { type Person, PIN_LENGTH, ROLES } from './roles.ts';
import { sampleRangeSchema } from './sample-range.ts';
import type { Study, StudyProgress, StudyResults, StudyTurn } from './study.ts';
import type { ModelVerdict, VerdictEntry } from './verdict.ts';

// Each schema is declared as one of its domain type: the compiler keeps the two in step.

const finite = z.number();
export const idSchema = z.int().positive();
const count = z.int().min(0);
const hash = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hexadecimal digits');
/** A line of text that a person writes. */
export const lineSchema = z.string().max(500);
/** Several lines that a person writes. */
export const textSchema = z.string().max(10_000);
/** Who does something: goes into the history with it. */
export const inspectorNameSchema = z.string().trim().min(1, 'say who you are').max(100);
export const hashSchema = hash;
export const roleSchema = z.enum(ROLES);
export const pinSchema = z.string().min(PIN_LENGTH.min).max(PIN_LENGTH.max);
export const personSchema: z.ZodType<Person> = z.object({ name: z.string(), role: roleSchema });

export const errorRecordSchema: z.ZodType<ErrorRecord> = z.object({
  code: z.enum(ERROR_CODES),
  message: z.string(),
  details: z.custom<ErrorDetails>((value) => knownDetails(value) !== undefined).optional(),
});

export const pointSchema: z.ZodType<Point> = z.object({ x: finite, y: finite });
export const boxSchema: z.ZodType<Box> = z.object({
  x: finite,
  y: finite,
  width: finite.min(0),
  height: finite.min(0),
});
export const polygonSchema: z.ZodType<Polygon> = z
  .array(z.array(z.tuple([finite, finite])).max(100_000))
  .min(1);
export const polygonsSchema: z.ZodType<readonly Polygon[]> = z.array(polygonSchema).max(10_000);
/** What an inspector marks. */
export const markSchema: z.ZodType<readonly Polygon[]> = polygonsSchema.superRefine((polygons, context) => {
  try {
    checkMark(polygons);
  } catch (error) {
    context.addIssue({ code: 'custom', message: toErrorRecord(error).message });
  }
});
export const regionPromptsSchema: z.ZodType<RegionPrompts> = z.object({
  box: boxSchema,
  points: z.array(z.object({ x: finite, y: finite, label: z.union([z.literal(0), z.literal(1)]) })).max(64),
});
export const maskLevelSchema: z.ZodType<MaskLevel> = z.object({
  level: z.union([z.literal(1), z.literal(2), z.literal(3)]),
  quality: finite,
  area: finite,
  polygons: polygonsSchema,
});
export const packedLevelsSchema = z.custom<PackedLevels>((value) => typeof value === 'string');
export const regionSchema: z.ZodType<Region> = z.object({
  index: count,
  polygons: polygonsSchema,
  box: boxSchema,
  area: finite,
  peak: finite,
  mean: finite,
  prompts: regionPromptsSchema,
  levels: z.array(maskLevelSchema),
});

export const deviceRequestSchema = z.enum(DEVICES);
export const deviceReportSchema: z.ZodType<DeviceReport> = z.object({
  asked: deviceRequestSchema,
  running: deviceRequestSchema.exclude(['auto']),
  fallbackReason: z.string().optional(),
});
export const timingsSchema: z.ZodType<Timings> = z.object({
  read: finite,
  encode: finite,
  umci: finite,
  regions: finite,
  decode: finite,
  fuse: finite,
  write: finite,
  total: finite,
});
const artifactSchema: z.ZodType<ArtifactRef> = z.object({
  sha256: hash,
  bytes: count,
  mediaType: z.literal('image/png'),
});
export const modelVerdictSchema: z.ZodType<ModelVerdict> = z.enum(['accept', 'warn', 'reject']);
export const inspectionResultSchema: z.ZodType<InspectionResult> = z.object({
  contentHash: hash,
  width: count,
  height: count,
  score: finite,
  verdict: modelVerdictSchema,
  regions: z.array(regionSchema),
  notices: z.array(noticeSchema),
  artifacts: z.object({ coarseMap: artifactSchema, finalMap: artifactSchema, mask: artifactSchema }),
  timings: timingsSchema,
  device: deviceReportSchema,
  recipeHash: hash,
  packHash: hash,
  softwareVersion: z.string(),
});

const metadata = {
  name: lineSchema,
  objectName: z.string().max(100),
  partNumber: lineSchema,
  revision: lineSchema,
  lot: lineSchema,
  order: lineSchema,
  recipeHash: hash.nullable(),
};
export const batchMetadataSchema: z.ZodType<BatchMetadata> = z.object(metadata);
/** What may be changed on a batch: any part of its metadata. */
export const batchChangesSchema = z.strictObject({ ...metadata, name: lineSchema.min(1) }).partial();
export const newBatchSchema = batchChangesSchema.required({ name: true });
export const batchSchema: z.ZodType<Batch> = z.object({
  ...metadata,
  id: idSchema,
  createdAt: z.string(),
  archivedAt: z.string().nullable(),
  sampleRanges: batchRangesSchema,
});
export const imagePageSchema: z.ZodType<ImagePage> = z.object({
  index: count,
  number: count.min(1),
  count: count.min(2),
});
export const pageNumberSchema: z.ZodType<PageNumber> = z.object({
  number: count.min(1),
  count: count.min(2),
});
export const batchImageSchema: z.ZodType<BatchImage> = z.object({
  id: idSchema,
  batchId: idSchema,
  path: z.string(),
  page: imagePageSchema.nullable(),
  contentHash: hash.nullable(),
  bytes: count.nullable(),
  width: count.nullable(),
  height: count.nullable(),
  addedAt: z.string(),
  sampleKind: z.enum(['none', 'integer', 'float']).nullable(),
  range: sampleRangeSchema.nullable(),
  version: hash.nullable(),
});
export const runSchema: z.ZodType<Run> = z.object({
  id: idSchema,
  batchId: idSchema,
  recipeHash: hash,
  packHash: hash,
  device: deviceReportSchema,
  softwareVersion: z.string(),
  sampleRanges: sampleRangesSchema,
  status: z.enum(['running', 'paused', 'interrupted', 'cancelled', 'done']),
  startedAt: z.string(),
  endedAt: z.string().nullable(),
  error: errorRecordSchema.nullable(),
});

export const humanVerdictSchema = z.enum(['accept', 'reject', 'uncertain']);
export const severitySchema = z.enum(['critical', 'major', 'minor']);
export const verdictEntrySchema: z.ZodType<VerdictEntry> = z.object({
  id: idSchema,
  runId: idSchema,
  imageId: idSchema,
  verdict: z.enum(['accept', 'reject', 'uncertain', 'withdrawn']),
  defectClass: z.string(),
  severity: severitySchema.nullable(),
  overturnReason: z.string(),
  comment: z.string(),
  inspector: z.string(),
  createdAt: z.string(),
  supersedes: idSchema.nullable(),
});
export const annotationKindSchema = z.enum(['false-positive', 'missed-defect', 'corrected-region']);
export const annotationSchema: z.ZodType<Annotation> = z.object({
  id: idSchema,
  runId: idSchema,
  imageId: idSchema,
  kind: annotationKindSchema,
  regionIndex: count.nullable(),
  polygons: polygonsSchema.nullable(),
  defectClass: z.string(),
  comment: z.string(),
  inspector: z.string(),
  createdAt: z.string(),
});

export const studySchema: z.ZodType<Study> = z.object({
  id: idSchema,
  batchId: idSchema,
  name: z.string(),
  rounds: count,
  images: count,
  inspector: z.string(),
  createdAt: z.string(),
});
export const studyProgressSchema: z.ZodType<StudyProgress> = z.object({
  inspector: z.string(),
  done: count,
  total: count,
});
export const studyTurnSchema: z.ZodType<StudyTurn> = z.object({
  study: studySchema,
  round: count,
  done: count,
  image: z.object({ id: idSchema, version: hash.nullable(), file: z.enum(FILE_STATES) }).nullable(),
  canTakeBack: z.boolean(),
});
const agreement = {
  kappa: finite.nullable(),
  agreed: count,
  total: count,
  interval: z.tuple([finite, finite]).nullable(),
};
const agreementSchema: z.ZodType<Agreement> = z.object(agreement);
const referenceAgreementSchema: z.ZodType<ReferenceAgreement> = z.object({
  ...agreement,
  defective: count,
  misses: count,
  good: count,
  falseAlarms: count,
});
const referenceVerdictSchema = z.enum(['accept', 'reject']).nullable();
export const studyResultsSchema: z.ZodType<StudyResults> = z.object({
  study: studySchema,
  inspectors: z.array(
    z.object({
      inspector: z.string(),
      repeatability: agreementSchema,
      reference: referenceAgreementSchema.nullable(),
    }),
  ),
  overall: agreementSchema,
  pairs: z.array(z.object({ ...agreement, first: z.string(), second: z.string() })),
  pending: z.array(studyProgressSchema),
  known: count,
  disagreements: z.array(
    z.object({
      imageId: idSchema,
      name: z.string(),
      reference: referenceVerdictSchema,
      answers: z.array(z.object({ inspector: z.string(), verdicts: z.array(humanVerdictSchema) })),
    }),
  ),
});
