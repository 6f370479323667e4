import { sep } from 'node:path';
import type { LotPage } from '../../../src-shared/contract/lots.ts';
import { judgeSample, type SampleFinding } from '../../../src-shared/sampling/conformity.ts';
import type {
  LotDetails,
  LotImage,
  LotNotice,
  LotRecord,
  LotState,
} from '../../../src-shared/sampling/lot.ts';
import { commonFolder } from '../../store/common-folder.ts';
import {
  type DecidedLot,
  drawnImages,
  getLot,
  type LotSurroundings,
  listLots,
  lotSurroundings,
  resubmissionsOf,
} from '../../store/lots.ts';
import { reviewRows, type StoredReviewRow } from '../../store/review-table.ts';
import type { Workspace } from '../../store/workspace.ts';
import { standingDecision } from './lot-switching.ts';

/** A lot with what the verdicts in its batch's newest run say of it now. */
export async function lotState(workspace: Workspace, lot: DecidedLot): Promise<LotState> {
  const { images: _, ...state } = await examined(workspace, lot);
  return state;
}

/** Lots of batches that were not deleted, newest first, a page at a time. */
export async function lotPage(
  workspace: Workspace,
  which: { readonly batchId: number | null; readonly before: number | null; readonly limit: number },
): Promise<LotPage> {
  const page = await listLots(workspace, { ...which, limit: which.limit + 1 });
  const shown = page.slice(0, which.limit);
  const lots: LotState[] = [];
  for (const lot of shown) lots.push(await lotState(workspace, lot));
  return { lots, next: page.length > shown.length ? shown.at(-1)!.lot.id : null };
}

/** @throws ClipSamError `not-found` when there is none */
export async function lotDetails(workspace: Workspace, id: number): Promise<LotDetails> {
  const lot = await getLot(workspace, id);
  const folder = await commonFolder(workspace, lot.lot.batchId);
  const from = folder.endsWith(sep) ? folder.length : folder.length + 1;
  const { images, ...state } = await examined(workspace, lot);
  const named = images.map(
    ({ path, row, changed }, place): LotImage => ({
      place: place + 1,
      imageId: row.imageId,
      name: path.slice(from).replaceAll(sep, '/'),
      page: row.page,
      human: row.human,
      severity: row.severity,
      defectClass: row.defectClass,
      marks: marksOf(row),
      changed,
    }),
  );
  return { ...state, images: named, decisions: lot.decisions };
}

interface ExaminedImage {
  readonly path: string;
  readonly row: StoredReviewRow;
  readonly changed: boolean;
}

async function examined(
  workspace: Workspace,
  { lot, decisions }: DecidedLot,
): Promise<LotState & { readonly images: readonly ExaminedImage[] }> {
  const drawn = await drawnImages(workspace, lot.id);
  const surroundings = await lotSurroundings(workspace, lot);
  const rows = new Map(
    (
      await reviewRows(workspace, lot.batchId, surroundings.runId, {
        imageIds: drawn.map(({ imageId }) => imageId),
      })
    ).map((row) => [row.imageId, row]),
  );
  const images = drawn.map(({ imageId, ...image }) => ({ ...image, row: rows.get(imageId)! }));
  const finding = judgeSample(
    lot.plans,
    images.map(({ row }) => ({ human: row.human, severity: row.severity, marks: marksOf(row) })),
  );
  const decision = standingDecision(decisions) ?? null;
  const again = (await resubmissionsOf(workspace, lot.id)).find(
    (other) => standingDecision(other.decisions)?.disposition !== 'cancelled',
  );
  return {
    lot,
    runId: surroundings.runId,
    finding,
    decision,
    resubmittedAs: again?.lot.id ?? null,
    notices: noticesOf(lot, surroundings, finding, images, decision?.finding),
    images,
  };
}

/** What is marked in an image: the model's regions less the false ones, and what it missed. */
function marksOf(row: StoredReviewRow): number {
  return Math.max(0, row.regions - row.falsePositives) + row.missedDefects;
}

function noticesOf(
  lot: LotRecord,
  { runId, judgedEarlier, imagesAdded, isBatchDeleted }: LotSurroundings,
  finding: SampleFinding,
  images: readonly ExaminedImage[],
  decided: SampleFinding | undefined,
): LotNotice[] {
  const classes = Object.values(finding.classes);
  const plans = Object.values(lot.plans);
  const counts: Readonly<Record<LotNotice['code'], number>> = {
    'no-run': runId === null ? images.length : 0,
    'newer-run': judgedEarlier,
    'images-added': imagesAdded,
    'images-changed': images.filter(({ changed }) => changed).length,
    failed: images.filter(({ row }) => row.status === 'failed').length,
    uncertain: finding.uncertain,
    unclassified: finding.unclassified,
    beyond: classes.reduce((sum, found) => sum + (found?.beyond ?? 0), 0),
    'by-marks': plans.filter((plan) => plan?.counts === 'nonconformities').length,
    'changed-since-decided': decided ? differences(decided, finding) : 0,
    'batch-deleted': isBatchDeleted ? 1 : 0,
  };
  return Object.entries(counts).flatMap(([code, count]) =>
    count > 0 ? { code: code as LotNotice['code'], count } : [],
  );
}

/** Figures of a finding that are others now. */
function differences(before: SampleFinding, now: SampleFinding): number {
  const figures = ({ classes, missing, uncertain, unclassified }: SampleFinding) => [
    ...[classes.critical, classes.major, classes.minor].flatMap((found) => [found?.found, found?.beyond]),
    ...[missing, uncertain, unclassified],
  ];
  const old = figures(before);
  return figures(now).filter((figure, i) => figure !== old[i]).length;
}
