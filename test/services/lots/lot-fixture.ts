import { beginLot } from '../../../src-main/services/lots/begin-lot.ts';
import { lotDetails } from '../../../src-main/services/lots/lot-state.ts';
import { createBatch } from '../../../src-main/store/batches.ts';
import { addImages, listImages } from '../../../src-main/store/images.ts';
import { saveRecipe } from '../../../src-main/store/recipes.ts';
import { recordOutcome } from '../../../src-main/store/results.ts';
import { releaseClaim } from '../../../src-main/store/run-claims.ts';
import { setRunStatus, startRun } from '../../../src-main/store/run-lifecycle.ts';
import { addVerdict } from '../../../src-main/store/verdicts.ts';
import type { Workspace } from '../../../src-main/store/workspace.ts';
import type { NewLot } from '../../../src-shared/contract/lots.ts';
import type { Severity, VerdictEntry } from '../../../src-shared/verdict.ts';
import { context, inspectionResult, recipe } from '../../store/fixtures.ts';

export const inspector = 'ana';

const contentOf = (i: number) => i.toString(16).padStart(64, '0');

/** A batch of images that nobody inspected; those at the places in `unreadable` could not be read. */
export async function batchOf(
  workspace: Workspace,
  count: number,
  { partNumber = 'P-1', unreadable = [] as readonly number[] } = {},
): Promise<number> {
  const { id } = await createBatch(workspace, { name: 'delivery', partNumber, lot: 'L-7' }, inspector);
  const files = Array.from({ length: count }, (_, i) => ({
    path: `/pictures/${id}/${String(i).padStart(4, '0')}.png`,
    contentHash: unreadable.includes(i) ? null : contentOf(i),
    bytes: 10,
  }));
  await addImages(workspace, id, files, inspector);
  return id;
}

/** A run in which the model was in doubt about every image, so that no verdict overturns it. */
export async function runOf(workspace: Workspace, batchId: number): Promise<number> {
  const { hash } = await saveRecipe(workspace, recipe, { inspector });
  const claim = await startRun(workspace, batchId, hash, context);
  for (const { id, contentHash } of await listImages(workspace, batchId)) {
    if (contentHash === null) continue;
    const result = inspectionResult({ contentHash, verdict: 'warn', score: 0.5 });
    await recordOutcome(workspace, claim, id, { status: 'done', result });
  }
  await setRunStatus(workspace, claim, 'done', inspector);
  releaseClaim(claim);
  return claim.runId;
}

export const REQUEST = {
  size: 6000,
  standard: 'iso-2859-1',
  level: 'II',
  limits: { critical: 0, major: 2.5, minor: 4 },
  supplier: 'Nuts & Co',
  severities: {},
  lot: '',
  overrideReason: '',
  resubmits: null,
  inspector,
} as const satisfies Omit<NewLot, 'batchId'>;

/** 40 items at level S-1 with AQL 6.5: letter A, 2 images, none accepted. */
export const SMALL = { ...REQUEST, size: 40, level: 'S-1', limits: { major: 6.5 } } as const;

/** Verdicts on the first images of a lot's sample: a severity rejects, null accepts. */
export async function judge(
  workspace: Workspace,
  lotId: number,
  runId: number,
  severities: readonly (Severity | null)[],
): Promise<void> {
  const { images } = await lotDetails(workspace, lotId);
  for (const [i, severity] of severities.entries()) {
    await say(workspace, runId, images[i]!.imageId, severity ? 'reject' : 'accept', severity);
  }
}

/** One verdict. */
export async function say(
  workspace: Workspace,
  runId: number,
  imageId: number,
  verdict: VerdictEntry['verdict'],
  severity: Severity | null = null,
): Promise<void> {
  await addVerdict(workspace, { runId, imageId, verdict, severity, inspector });
}

/** A lot of {@link SMALL} in a batch of its own with a run; its id, and the run's. */
export async function smallLot(workspace: Workspace, changes: Partial<NewLot> = {}) {
  const batchId = await batchOf(workspace, 4);
  const runId = await runOf(workspace, batchId);
  const { lot } = await beginLot(workspace, { ...SMALL, batchId, ...changes });
  return { id: lot.id, batchId, runId, lot };
}
