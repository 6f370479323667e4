import type { Annotation } from '../../src-shared/annotation.ts';
import type { Batch } from '../../src-shared/batch.ts';
import type { DispositionEntry } from '../../src-shared/disposition.ts';
import type { ErrorRecord } from '../../src-shared/error-record.ts';
import type { Box, Polygon } from '../../src-shared/geometry.ts';
import type { ImagePage } from '../../src-shared/image-page.ts';
import type { Notice } from '../../src-shared/notice.ts';
import type { Outcome } from '../../src-shared/outcome.ts';
import type { Recipe } from '../../src-shared/recipe.ts';
import { outlineCalipers, type RegionSize, regionSize } from '../../src-shared/region-size.ts';
import type { Run } from '../../src-shared/run.ts';
import type { SampleFinding } from '../../src-shared/sampling/conformity.ts';
import type { LotDecision, LotNotice, LotRecord } from '../../src-shared/sampling/lot.ts';
import type { ClassPlan } from '../../src-shared/sampling/plan.ts';
import type { Scale } from '../../src-shared/scale.ts';
import type { Severity, VerdictEntry } from '../../src-shared/verdict.ts';
import { hashOfJson } from '../files/canonical-json.ts';
import { boxAround } from './reviewed-regions.ts';

/** Length, width and area in image pixels. */
export type RecordedSize = Omit<RegionSize, 'equivalentDiameter'>;

/** A region of the model as it goes into the records; `outline`: SHA-256 of the canonical JSON of its polygons. */
interface RecordedRegion extends RecordedSize {
  readonly index: number;
  readonly box: Box;
  readonly peak: number;
  readonly mean: number;
  readonly isBelowLimit: boolean;
  readonly outline: string;
}

/** What an inspector marked; `drawn`: null where the model's region is meant as it is. */
export interface RecordedAnnotation
  extends Pick<
    Annotation,
    'id' | 'kind' | 'regionIndex' | 'defectClass' | 'comment' | 'inspector' | 'createdAt'
  > {
  readonly drawn: (RecordedSize & { readonly box: Box; readonly outline: string }) | null;
}

/** An image of the run with everything that a report says of it. */
export interface RecordedImage {
  readonly imageId: number;
  /** Relative to the folder that the run's images share, and which page. Any text. */
  readonly name: string;
  readonly page: ImagePage | null;
  /** SHA-256 of what the model saw; of failed images, of what was imported. */
  readonly contentHash: string | null;
  readonly finishedAt: string;
  /** What the model found; null: the image could not be inspected. */
  readonly found: {
    readonly width: number;
    readonly height: number;
    readonly score: number;
    readonly verdict: 'accept' | 'warn' | 'reject';
    readonly notices: readonly Notice[];
    readonly regions: readonly RecordedRegion[];
    readonly scale: Scale | null;
    readonly packHash: string;
    readonly softwareVersion: string;
  } | null;
  readonly error: ErrorRecord | null;
  /** The inspector's verdict that counts. */
  readonly human: VerdictEntry | null;
  readonly annotations: readonly RecordedAnnotation[];
  readonly disposition: DispositionEntry | null;
}

/**
 * Everything that a report stands on, as plain data. `records_hash` is the SHA-256 of its canonical JSON (keys in order,
 * no white space, UTF-8), and an artifact of that name keeps it: what a revision changed is found by comparing two.
 */
export interface ReportRecords {
  readonly format: 'clipsam-report-records';
  readonly formatVersion: 1;
  readonly workspace: string;
  readonly batch: Pick<Batch, 'id' | 'name' | 'objectName' | 'partNumber' | 'revision' | 'lot' | 'order'>;
  readonly run: Pick<Run, 'id' | 'status' | 'startedAt' | 'endedAt' | 'device' | 'softwareVersion'>;
  readonly recipe: { readonly hash: string; readonly revision: number; readonly content: Recipe };
  readonly packHash: string;
  /** What is known of the lot: plan, sample, counts, disposition. Null: the report is not about one. */
  readonly lot: ReportLot | null;
  /** Images that the run covers, those without a result included. */
  readonly total: number;
  readonly images: readonly RecordedImage[];
}

/** A lot with its sampling plans and what was found. */
export interface ReportLot
  extends Pick<
    LotRecord,
    'id' | 'partNumber' | 'supplier' | 'lot' | 'size' | 'standard' | 'level' | 'overrideReason' | 'seed'
  > {
  /** The newest run of its batch, whose verdicts count; null: there is none. */
  readonly runId: number | null;
  /** Ids of the images of the sample, in the order in which they were drawn. */
  readonly sample: readonly number[];
  /** Of these, how many an inspector judged. */
  readonly reviewed: number;
  readonly conformity: SampleFinding['conformity'];
  /** By the severity of the defects that they are about. */
  readonly plans: readonly (ClassPlan & ClassFinding & { readonly of: Severity })[];
  readonly notices: readonly LotNotice[];
  /** Null: not decided yet. */
  readonly disposition:
    | (Pick<LotDecision, 'disposition' | 'comment' | 'inspector'> & { readonly at: string })
    | null;
}

type ClassFinding = NonNullable<SampleFinding['classes'][Severity]>;

/** What the model found in an image, as it goes into the records. */
export function recordedOutcome(outcome: Outcome): Pick<RecordedImage, 'found' | 'error'> {
  if (outcome.status === 'failed') return { found: null, error: outcome.error };
  const { width, height, score, verdict, notices, regions, scale, packHash, softwareVersion } =
    outcome.result;
  return {
    error: null,
    found: {
      ...{ width, height, score, verdict, notices, packHash, softwareVersion },
      scale: scale ?? null,
      regions: regions.map((region) => {
        const { equivalentDiameter: _, ...size } = regionSize(region);
        const { index, box, peak, mean, polygons } = region;
        const isBelowLimit = region.belowLimit === true;
        return { index, box, ...size, peak, mean, isBelowLimit, outline: hashOfJson(polygons) };
      }),
    },
  };
}

/** What an inspector marked, as it goes into the records. */
export function recordedAnnotation(annotation: Annotation): RecordedAnnotation {
  const { id, kind, regionIndex, polygons, defectClass, comment, inspector, createdAt } = annotation;
  return {
    ...{ id, kind, regionIndex, defectClass, comment, inspector, createdAt },
    drawn: polygons && drawnSize(polygons),
  };
}

function drawnSize(polygons: readonly Polygon[]): NonNullable<RecordedAnnotation['drawn']> {
  const box = boxAround(polygons);
  const area = polygons.reduce((sum, rings) => sum + areaOf(rings), 0);
  return { ...outlineCalipers({ polygons, box }), area, box, outline: hashOfJson(polygons) };
}

/** Of the outline less its holes, by the shoelace formula. */
function areaOf([outline, ...holes]: Polygon): number {
  const ringArea = (ring: Polygon[number] = []) => {
    let twice = 0;
    for (const [i, [x, y]] of ring.entries()) {
      const [nextX, nextY] = ring[(i + 1) % ring.length]!;
      twice += x * nextY - nextX * y;
    }
    return Math.abs(twice) / 2;
  };
  return ringArea(outline) - holes.reduce((sum, hole) => sum + ringArea(hole), 0);
}
