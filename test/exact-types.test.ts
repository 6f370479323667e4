import type { InferContractRouterInputs, InferContractRouterOutputs } from '@orpc/contract';
import { describe, expectTypeOf, it } from 'vitest';
import type { PUBLISHED_EVENTS } from '../src-main/api/published-events.ts';
import type { PyramidLayout } from '../src-main/codec/image-pyramid.ts';
import type { EngineClient, EngineRequests } from '../src-main/inference/engine-client.ts';
import type { InferenceClient, InferenceEvent } from '../src-main/inference/inference-client.ts';
import type { InferenceRequests } from '../src-main/inference/inference-protocol.ts';
import type { Segmentation } from '../src-main/inference/segmentation.ts';
import type { readManifest } from '../src-main/reports/export-manifest.ts';
import type { exportReport } from '../src-main/reports/export-report.ts';
import type { DoneImage } from '../src-main/reports/run-report.ts';
import type { ImageRecord } from '../src-main/services/runs/image-record.ts';
import type { addAnnotation } from '../src-main/store/annotations.ts';
import type { listBatchSummaries } from '../src-main/store/batch-summaries.ts';
import type { createBatch } from '../src-main/store/batches.ts';
import type { storedError } from '../src-main/store/error-columns.ts';
import type {
  FIELDS_WITH_COLUMNS,
  OTHER_FIELDS,
  regionColumns,
  toResult,
} from '../src-main/store/result-row.ts';
import type { StoredResult } from '../src-main/store/results.ts';
import type { Schema } from '../src-main/store/schema.ts';
import type { getSetting } from '../src-main/store/settings.ts';
import type { Judgement } from '../src-main/store/studies.ts';
import type { addVerdict } from '../src-main/store/verdicts.ts';
import type { Annotation } from '../src-shared/annotation.ts';
import type { Batch, BatchImage, BatchMetadata } from '../src-shared/batch.ts';
import type { BatchRange, BatchRanges, SampleKind, SampleRanges } from '../src-shared/batch-range.ts';
import type { Contract } from '../src-shared/contract/index.ts';
import type { RecipeRecord } from '../src-shared/contract/recipes.ts';
import type { NewAnnotation, NewVerdict, ReviewImage } from '../src-shared/contract/review.ts';
import type { DesktopBridge } from '../src-shared/desktop-bridge.ts';
import type { Device, DeviceReport, DeviceRequest, ServerRequest } from '../src-shared/device.ts';
import type { ERROR_CASES, ErrorDetails } from '../src-shared/error-cases.ts';
import type { ErrorRecord } from '../src-shared/error-record.ts';
import type { ExportFormat } from '../src-shared/export-formats.ts';
import type { ExportManifest, ManifestFile } from '../src-shared/export-manifest.ts';
import type { ImagePage, PageNumber } from '../src-shared/image-page.ts';
import type { Outcome } from '../src-shared/outcome.ts';
import type { Action, LEAST_ROLE } from '../src-shared/permissions.ts';
import type { InspectionResult, Region, Timings } from '../src-shared/result.ts';
import type { ReviewRow } from '../src-shared/review-table.ts';
import type { Run } from '../src-shared/run.ts';
import type { SampleRange } from '../src-shared/sample-range.ts';
import type { Scale } from '../src-shared/scale.ts';
import type { Study } from '../src-shared/study.ts';
import type { HumanVerdict, ModelVerdict, VerdictEntry } from '../src-shared/verdict.ts';

// Assignable is not enough: a field that is optional on one side and missing on the other gets lost without a word.

type Inputs = InferContractRouterInputs<Contract>;
type Outputs = InferContractRouterOutputs<Contract>;
type AnswerOf<F extends (...args: never[]) => unknown> = Awaited<ReturnType<F>>;
/** An intersection as one object, with the modifiers of its fields. */
type Flat<T> = T extends unknown ? { [K in keyof T]: T[K] } : never;
/** The same all the way down. */
type Plain<T> = T extends string | number | boolean | null | undefined ? T : { [K in keyof T]: Plain<T[K]> };
/** The same, with nothing that may be written to. */
type Frozen<T> = T extends string | number | boolean | null | undefined
  ? T
  : { readonly [K in keyof T]: Frozen<T[K]> };
type OfKind<Event, Kind> = Extract<Event, { readonly kind: Kind }>;
type OfDone<T> = Extract<T, { readonly status: 'done' }>;
type EventOf<Stream> = Stream extends AsyncIterable<infer Event> ? Event : never;

describe('what inspectors say', () => {
  it('is a verdict or an annotation, but for what the store adds', () => {
    type Given = Omit<VerdictEntry, 'id' | 'createdAt' | 'supersedes'>;
    type Sent<Entry> = Flat<Required<Omit<Entry, 'idempotencyKey' | 'seenVerdictId'>>>;
    expectTypeOf<Sent<NewVerdict>>().toEqualTypeOf<Flat<Given>>();
    type Made = Omit<Annotation, 'id' | 'createdAt'>;
    expectTypeOf<Sent<NewAnnotation>>().toEqualTypeOf<Flat<Made>>();
  });
  it('comes to the store as the contract takes it', () => {
    expectTypeOf<Parameters<typeof addVerdict>[1]>().toEqualTypeOf<Inputs['review']['judge']>();
    expectTypeOf<Parameters<typeof addAnnotation>[1]>().toEqualTypeOf<Inputs['review']['annotate']>();
    expectTypeOf<AnswerOf<typeof addVerdict>>().toEqualTypeOf<Outputs['review']['judge']>();
    expectTypeOf<AnswerOf<typeof addAnnotation>>().toEqualTypeOf<Outputs['review']['annotate']>();
  });
  it('is a verdict with one withdrawal in every history', () => {
    expectTypeOf<VerdictEntry['verdict']>().toEqualTypeOf<HumanVerdict | 'withdrawn'>();
    expectTypeOf<Judgement['verdict']>().toEqualTypeOf<VerdictEntry['verdict']>();
    expectTypeOf<Exclude<ReviewRow['human'], null>>().toEqualTypeOf<HumanVerdict>();
  });
});

describe('what the store keeps in columns', () => {
  it('has no optional fields but what opinions say: each is read from its column, which the compiler sees to', () => {
    expectTypeOf<Annotation>().toEqualTypeOf<Required<Annotation>>();
    expectTypeOf<VerdictEntry>().toEqualTypeOf<Required<VerdictEntry>>();
    expectTypeOf<Omit<Batch, 'shard'>>().toEqualTypeOf<Required<Omit<Batch, 'shard'>>>();
    expectTypeOf<BatchImage>().toEqualTypeOf<Required<BatchImage>>();
    expectTypeOf<Run>().toEqualTypeOf<Required<Run>>();
    expectTypeOf<Study>().toEqualTypeOf<Required<Study>>();
    expectTypeOf<RecipeRecord>().toEqualTypeOf<Required<RecipeRecord>>();
    type Later = 'opinions' | 'length' | 'width' | 'belowLimit';
    expectTypeOf<Omit<Region, Later>>().toEqualTypeOf<Required<Omit<Region, Later>>>();
    expectTypeOf<ImagePage>().toEqualTypeOf<Required<ImagePage>>();
  });
  it('has a column for each part of what is taken apart', () => {
    // Which files and servers serve, and what ran out of memory, is told with each result: it changes within a run.
    type OfRun = Omit<DeviceReport, 'files' | 'outOfMemory' | 'servers'>;
    expectTypeOf<keyof OfRun>().toEqualTypeOf<'asked' | 'running' | 'fallbackReason'>();
    expectTypeOf<keyof ErrorRecord>().toEqualTypeOf<'code' | 'message' | 'details'>();
    expectTypeOf<ReturnType<typeof storedError>>().toEqualTypeOf<ErrorRecord | null>();
    expectTypeOf<keyof ReturnType<typeof regionColumns>>().toEqualTypeOf<keyof Schema['regions']>();
    expectTypeOf<Schema['results']['status']>().toEqualTypeOf<Outcome['status']>();
  });
  it('is a whole result', () => {
    type Restored = ReturnType<typeof toResult<unknown>>;
    type WithColumns = Pick<InspectionResult, keyof typeof FIELDS_WITH_COLUMNS>;
    expectTypeOf<Frozen<Restored>>().toEqualTypeOf<Frozen<WithColumns>>();
    type Others = keyof (typeof OTHER_FIELDS)['shape'];
    expectTypeOf<Others>().toEqualTypeOf<Exclude<keyof InspectionResult, keyof WithColumns>>();
    type Done = Extract<StoredResult, { status: 'done' }>;
    expectTypeOf<Done['result']>().toEqualTypeOf<InspectionResult>();
    expectTypeOf<DoneImage['result']>().toEqualTypeOf<InspectionResult>();
  });
  it('is a range with where it is from, for each kind of samples', () => {
    expectTypeOf<Omit<BatchRange, 'images' | 'setBy'>>().toEqualTypeOf<Omit<SampleRange, never>>();
    expectTypeOf<BatchRanges>().toEqualTypeOf<Readonly<Record<SampleKind, BatchRange | null>>>();
    expectTypeOf<SampleRanges>().toEqualTypeOf<Readonly<Record<SampleKind, SampleRange | null>>>();
    expectTypeOf<Exclude<BatchImage['sampleKind'], null>>().toEqualTypeOf<SampleKind | 'none'>();
  });
  it('is what a batch is made of and listed by', () => {
    type Metadata = Inputs['batches']['create']['metadata'];
    expectTypeOf<Flat<Parameters<typeof createBatch>[1]>>().toEqualTypeOf<Flat<Readonly<Metadata>>>();
    expectTypeOf<keyof BatchMetadata>().toEqualTypeOf<keyof Inputs['batches']['update']['changes']>();
    type Filter = Parameters<typeof listBatchSummaries>[1];
    type Search = Extract<Filter, { readonly search: string }>;
    expectTypeOf<Search>().toEqualTypeOf<Readonly<Required<NonNullable<Inputs['batches']['list']>>>>();
    expectTypeOf<keyof Outputs['batches']['get']['verdicts']>().toEqualTypeOf<ModelVerdict>();
  });
  it('is the minutes that the contract knows', () => {
    type Minutes = AnswerOf<typeof getSetting<'idle-minutes'>>;
    expectTypeOf<Minutes>().toEqualTypeOf<Outputs['people']['idleMinutes']>();
    expectTypeOf<Inputs['people']['changeIdleMinutes']['minutes']>().toEqualTypeOf<Minutes>();
  });
});

describe('what windows get', () => {
  it('is an outcome, or that there is none yet', () => {
    type Pending = { readonly status: 'pending' };
    expectTypeOf<Plain<Exclude<ReviewImage['outcome'], Pending>>>().toEqualTypeOf<Plain<Outcome>>();
    expectTypeOf<Extract<ReviewImage['outcome'], Pending>>().toEqualTypeOf<Pending>();
    expectTypeOf<ReviewRow['status']>().toEqualTypeOf<ReviewImage['outcome']['status']>();
    expectTypeOf<Flat<Exclude<ReviewRow['page'], null>>>().toEqualTypeOf<Flat<PageNumber>>();
    expectTypeOf<Flat<Omit<ImagePage, 'index'>>>().toEqualTypeOf<Flat<PageNumber>>();
  });
  it('is the layout of the tiles, with where they are', () => {
    type Layout = Omit<Outputs['review']['pyramid'], 'imageId' | 'version' | 'tileSize'>;
    expectTypeOf<Readonly<Layout>>().toEqualTypeOf<Flat<PyramidLayout>>();
  });
  it('is a reason for every error that has a sentence', () => {
    expectTypeOf<ErrorDetails['case']>().toEqualTypeOf<keyof typeof ERROR_CASES>();
    type Values = { [C in keyof typeof ERROR_CASES]: (typeof ERROR_CASES)[C]['values'][number] };
    type Told = {
      [C in keyof typeof ERROR_CASES]: Exclude<keyof Extract<ErrorDetails, { case: C }>, 'case'>;
    };
    expectTypeOf<Told>().toEqualTypeOf<Values>();
    expectTypeOf<ErrorRecord['details']>().toEqualTypeOf<ErrorDetails | undefined>();
  });
  it('is an action for every procedure, and an event of procedures alone', () => {
    type Groups<T> = { [G in keyof T & string]: `${G}.${keyof T[G] & string}` }[keyof T & string];
    expectTypeOf<keyof typeof LEAST_ROLE>().toEqualTypeOf<Action>();
    type MeetsOthers =
      | 'review.judge-after-others'
      | 'review.retract-of-others'
      | 'references.reject-of-others'
      | 'signatures.withdraw-of-others';
    type Overrides = 'lots.override';
    expectTypeOf<Exclude<Action, MeetsOthers | Overrides>>().toEqualTypeOf<Groups<Contract>>();
    expectTypeOf<Exclude<Groups<typeof PUBLISHED_EVENTS>, Groups<Contract>>>().toEqualTypeOf<never>();
  });
  it('is a bridge that is whole, in the window of the desktop', () => {
    expectTypeOf<DesktopBridge>().toEqualTypeOf<Required<DesktopBridge>>();
  });
});

describe('what the inference process answers', () => {
  it('is opened with the same, and tells as much of it as is asked for', () => {
    type Opened = EngineRequests['open']['result'];
    expectTypeOf<EngineRequests['open']['job']>().toEqualTypeOf<InferenceRequests['open']['job']>();
    expectTypeOf<
      Flat<Omit<Opened, 'vision' | 'segmenter' | 'head' | 'frameSide' | 'takesBytes'>>
    >().toEqualTypeOf<Flat<InferenceRequests['open']['result']>>();
    expectTypeOf<EngineClient['device']>().toEqualTypeOf<DeviceReport>();
    expectTypeOf<InferenceClient['device']>().toEqualTypeOf<DeviceReport>();
    expectTypeOf<OfKind<InferenceEvent, 'ready'>['device']>().toEqualTypeOf<DeviceReport>();
    expectTypeOf<Exclude<DeviceRequest, 'auto' | ServerRequest>>().toEqualTypeOf<Device>();
  });
  it('is a result with the time of every step', () => {
    expectTypeOf<InferenceRequests['inspect']['result']>().toEqualTypeOf<InspectionResult>();
    expectTypeOf<InspectionResult['timings']>().toEqualTypeOf<Timings>();
    expectTypeOf<Timings>().toEqualTypeOf<Required<Timings>>();
    expectTypeOf<keyof Segmentation['timings']>().toEqualTypeOf<
      'encode' | 'umci' | 'compare' | 'regions' | 'decode'
    >();
    type Tested = OfKind<EventOf<Outputs['packs']['selfTest']>, 'finished'>;
    expectTypeOf<Tested['timings']>().toEqualTypeOf<Timings>();
    expectTypeOf<Tested['device']>().toEqualTypeOf<DeviceReport>();
  });
  it('is what SAM is asked by hand, and its masks', () => {
    type Asked = InferenceRequests['askSam'];
    expectTypeOf<Flat<Asked['job']['prompts']>>().toEqualTypeOf<
      Flat<Readonly<Inputs['review']['askSam']['prompts']>>
    >();
    expectTypeOf<EngineRequests['askSam']['job']['prompts']>().toEqualTypeOf<Asked['job']['prompts']>();
    type Answer = Omit<Outputs['review']['askSam'], 'milliseconds'>;
    expectTypeOf<Readonly<Answer>>().toEqualTypeOf<Flat<Asked['result']>>();
  });
});

describe('what goes to other programs', () => {
  it('is a manifest of the formats that there are', () => {
    expectTypeOf<Exclude<AnswerOf<typeof readManifest>, null | undefined>>().toEqualTypeOf<ExportManifest>();
    expectTypeOf<ManifestFile['format']>().toEqualTypeOf<ExportFormat>();
    expectTypeOf<AnswerOf<typeof exportReport>[number]['format']>().toEqualTypeOf<ExportFormat>();
    expectTypeOf<Inputs['exports']['run']['formats'][number]>().toEqualTypeOf<ExportFormat>();
  });
  it('is every field of a result, notices in words and artifacts with their paths', () => {
    type Told = OfDone<ImageRecord>;
    type Picture = 'path' | 'page' | 'pages' | 'status';
    expectTypeOf<Exclude<keyof Told, Picture>>().toEqualTypeOf<keyof InspectionResult>();
    type Same = Exclude<keyof InspectionResult, 'notices' | 'artifacts' | 'regions' | 'scale'>;
    expectTypeOf<Flat<Pick<Told, Same>>>().toEqualTypeOf<Flat<Pick<InspectionResult, Same>>>();
    expectTypeOf<Exclude<keyof Told['regions'][number], 'size'>>().toEqualTypeOf<keyof Region>();
    expectTypeOf<Told['scale']>().toEqualTypeOf<Scale | null>();
  });
});
