import type { Box } from '../../src-shared/geometry.ts';
import { isWarning, type NoticeCode } from '../../src-shared/notice.ts';
import { overturns, type Severity } from '../../src-shared/verdict.ts';
import type { RecordedImage, RecordedSize, ReportRecords } from './report-records.ts';

/**
 * What is said of an image in the end: by the inspector's verdict, where there is none by the model's. `undecided`: the
 * inspector is uncertain, or nobody looked at what the model warns of. `failed`: it could not be inspected.
 */
export type ImageFinding = 'conforming' | 'nonconforming' | 'undecided' | 'failed';

export function findingOf({ found, human }: RecordedImage): ImageFinding {
  if (human) return HUMAN[human.verdict];
  return found ? MODEL[found.verdict] : 'failed';
}

const MODEL = { accept: 'conforming', warn: 'undecided', reject: 'nonconforming' } as const;
const HUMAN = { ...MODEL, uncertain: 'undecided', withdrawn: 'undecided' } as const;

/** A place in an image that does not conform, or all of an image in which none was marked. */
export interface Defect {
  readonly image: RecordedImage;
  /** From 1, through the whole report. */
  readonly number: number;
  /** Index of the model's region; null for what an inspector drew, and for a whole image. */
  readonly regionIndex: number | null;
  /** The inspector's mark, if any. */
  readonly annotationId: number | null;
  /** Empty: nobody named one. */
  readonly defectClass: string;
  readonly severity: Severity | null;
  /** Null: no place was marked. */
  readonly box: Box | null;
  readonly size: RecordedSize | null;
  /** The model's peak score there, 0..1. */
  readonly score: number | null;
  readonly comment: string;
}

/**
 * The defects of images that do not conform or are undecided, image after image. Regions that an inspector dismissed are
 * none, and those below the recipe's limits neither, unless an inspector marked them.
 */
export function defectsOf(images: readonly RecordedImage[]): Defect[] {
  const defects: Defect[] = [];
  for (const image of images) {
    const finding = findingOf(image);
    if (finding !== 'nonconforming' && finding !== 'undecided') continue;
    for (const place of placesIn(image)) defects.push({ image, number: defects.length + 1, ...place });
  }
  return defects;
}

function placesIn({ found, annotations, human }: RecordedImage): Omit<Defect, 'image' | 'number'>[] {
  const severity = human?.severity ?? null;
  const classOf = (own: string | undefined) => own || human?.defectClass || '';
  const ofModel = (found?.regions ?? []).flatMap((region) => {
    const mark = annotations.findLast(({ regionIndex }) => regionIndex === region.index);
    if (mark?.kind === 'false-positive' || (region.isBelowLimit && !mark)) return [];
    const { length, width, area, box } = mark?.drawn ?? region;
    return [
      {
        regionIndex: region.index,
        annotationId: mark?.id ?? null,
        defectClass: classOf(mark?.defectClass),
        severity,
        box,
        size: { length, width, area },
        score: region.peak,
        comment: mark?.comment ?? '',
      },
    ];
  });
  const drawn = annotations.flatMap((mark) => {
    if (mark.regionIndex !== null || !mark.drawn || mark.kind === 'false-positive') return [];
    const { length, width, area, box } = mark.drawn;
    return [
      {
        regionIndex: null,
        annotationId: mark.id,
        defectClass: classOf(mark.defectClass),
        severity,
        box,
        size: { length, width, area },
        score: null,
        comment: mark.comment,
      },
    ];
  });
  if (ofModel.length + drawn.length > 0) return [...ofModel, ...drawn];
  const whole = { regionIndex: null, annotationId: null, box: null, size: null };
  return [{ ...whole, defectClass: classOf(''), severity, score: found?.score ?? null, comment: '' }];
}

/** Figures of a report. */
export interface ReportFigures {
  /** Images that could be inspected. */
  readonly inspected: number;
  readonly findings: Readonly<Record<ImageFinding, number>>;
  /** Images whose finding is the model's alone. */
  readonly unreviewed: number;
  /** Of these: it rejects them. */
  readonly unreviewedNonconforming: number;
  readonly overturned: number;
  /** Conforming images that went through a rework. */
  readonly reworked: number;
  /** (conforming − reworked) / inspected; null without any. */
  readonly firstPassYield: number | null;
  readonly bySeverity: Readonly<Record<Severity | 'none', number>>;
  /** Nonconforming images per defect class, most first; '' stands for those without one. */
  readonly pareto: readonly { readonly defectClass: string; readonly count: number }[];
  /** Images per part of the score, by the model's verdict. */
  readonly scores: readonly Record<'accept' | 'warn' | 'reject', number>[];
  /** Notices that put verdicts in doubt, and in how many images. */
  readonly doubts: readonly { readonly code: NoticeCode; readonly images: number }[];
}

const BINS = 50;

export function figuresOf({ images }: ReportRecords): ReportFigures {
  const findings = { conforming: 0, nonconforming: 0, undecided: 0, failed: 0 };
  const bySeverity = { critical: 0, major: 0, minor: 0, none: 0 };
  const classes = new Map<string, number>();
  const doubts = new Map<NoticeCode, number>();
  const scores = Array.from({ length: BINS }, () => ({ accept: 0, warn: 0, reject: 0 }));
  let [unreviewed, unreviewedNonconforming, overturned, reworked] = [0, 0, 0, 0];
  for (const image of images) {
    const { found, human, disposition } = image;
    const finding = findingOf(image);
    findings[finding]++;
    if (found) scores[Math.min(Math.floor(found.score * BINS), BINS - 1)]![found.verdict]++;
    if (!human && found) unreviewed++;
    if (!human && finding === 'nonconforming') unreviewedNonconforming++;
    if (human && found && overturns(human.verdict, found.verdict)) overturned++;
    if (finding === 'conforming' && disposition?.disposition === 'rework') reworked++;
    if (finding === 'nonconforming') {
      const name = human?.defectClass ?? '';
      classes.set(name, (classes.get(name) ?? 0) + 1);
      bySeverity[human?.severity ?? 'none']++;
    }
    const codes = new Set((found?.notices ?? []).map(({ code }) => code).filter(isWarning));
    for (const code of codes) doubts.set(code, (doubts.get(code) ?? 0) + 1);
  }
  const inspected = images.length - findings.failed;
  return {
    ...{ inspected, findings, unreviewed, unreviewedNonconforming, overturned, reworked, bySeverity, scores },
    firstPassYield: inspected === 0 ? null : (findings.conforming - reworked) / inspected,
    pareto: [...classes]
      .map(([defectClass, count]) => ({ defectClass, count }))
      .sort((a, b) => b.count - a.count || (a.defectClass < b.defectClass ? -1 : 1)),
    doubts: [...doubts]
      .map(([code, count]) => ({ code, images: count }))
      .sort((a, b) => b.images - a.images || (a.code < b.code ? -1 : 1)),
  };
}
