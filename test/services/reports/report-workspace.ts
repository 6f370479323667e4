import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeRgb } from '../../../src-main/codec/image-codec.ts';
import { sha256 } from '../../../src-main/files/hash.ts';
import { createBatch } from '../../../src-main/store/batches.ts';
import { addImages } from '../../../src-main/store/images.ts';
import { saveRecipe } from '../../../src-main/store/recipes.ts';
import { recordOutcome } from '../../../src-main/store/results.ts';
import { setRunStatus, startRun } from '../../../src-main/store/run-lifecycle.ts';
import { addVerdict } from '../../../src-main/store/verdicts.ts';
import type { Workspace } from '../../../src-main/store/workspace.ts';
import { type ReportOptions, reportOptionsSchema } from '../../../src-shared/report.ts';
import { context, inspectionResult, recipe } from '../../store/fixtures.ts';

const inspector = 'ana';

/**
 * A run over real picture files of 64 × 48 pixels: the last one is accepted, the others are rejected with a region; the
 * first is judged a scratch of major severity.
 */
export async function inspectedPictures(workspace: Workspace, names: readonly string[]) {
  const folder = join(workspace.folder, 'photos');
  await mkdir(folder, { recursive: true });
  const batch = await createBatch(
    workspace,
    { name: 'Lot 7 批', partNumber: 'PN-4711', revision: 'C', lot: 'L-0815', order: '90210' },
    inspector,
  );
  const files: { path: string; contentHash: string; bytes: number }[] = [];
  for (const [i, name] of names.entries()) {
    const data = Uint8Array.from({ length: 64 * 48 * 3 }, (_, at) => (at * (i + 3)) % 251);
    const bytes = await encodeRgb({ width: 64, height: 48, data }, { format: 'png' });
    const path = join(folder, name);
    await writeFile(path, bytes);
    files.push({ path, contentHash: sha256(bytes), bytes: bytes.length });
  }
  await addImages(workspace, batch.id, files, inspector);
  const { hash } = await saveRecipe(workspace, recipe, { inspector });
  const claim = await startRun(workspace, batch.id, hash, context);
  const ids = names.map((_, i) => i + 1);
  for (const [i, { contentHash }] of files.entries()) {
    const isLast = i === files.length - 1;
    const result = inspectionResult({
      contentHash,
      ...(isLast && { score: 0.125, verdict: 'accept' as const, regions: [] }),
    });
    await recordOutcome(workspace, claim, ids[i]!, { status: 'done', result });
  }
  await setRunStatus(workspace, claim, 'done', inspector);
  await addVerdict(workspace, {
    ...{ runId: claim.runId, imageId: 1, verdict: 'reject', inspector },
    ...{ defectClass: '划痕', severity: 'major', comment: 'at the rim' },
  });
  return { batch, runId: claim.runId, files, claim };
}

export function optionsFor(runId: number, changes: Record<string, unknown> = {}): ReportOptions {
  return reportOptionsSchema.parse({
    ...{ template: 'batch', runId, timeZone: 'Asia/Shanghai' },
    company: { name: 'ACME 检测', address: '1 Main Street', logo: null },
    ...changes,
  });
}
