import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { throwIfCancelled } from '../../../src-shared/errors.ts';
import { median } from '../../pipeline/calibration.ts';
import { addMadeUpBatches } from '../../store/made-up-batches.ts';
import { openWorkspace } from '../../store/open-workspace.ts';
import { saveRecipe } from '../../store/recipes.ts';
import { checkTotals } from '../../store/total-checks.ts';
import { dashboard } from '../stats/dashboard.ts';
import type { MeasureContext, Measured } from './bench-context.ts';

const SIZE = { batches: 100, images: 1000 } as const;
const TIMES = 5;

/**
 * The whole dashboard over 100,000 verdicts, in a workspace that was just opened, beside counting everything in full once.
 * Fails too where the running totals are not what the full count gives.
 */
export async function measureDashboard({ chosen, signal }: MeasureContext): Promise<Omit<Measured, 'name'>> {
  const folder = await mkdtemp(join(tmpdir(), 'clipsam-bench-'));
  try {
    const made = await openWorkspace(folder, { create: true });
    let verdicts = 0;
    try {
      const { hash } = await saveRecipe(made, chosen.recipe, { inspector: 'bench' });
      verdicts = await addMadeUpBatches(made, hash, SIZE);
    } finally {
      await made.close();
    }
    const workspace = await openWorkspace(folder);
    try {
      const times: number[] = [];
      for (let i = 0; i < TIMES; i++) {
        throwIfCancelled(signal);
        const start = performance.now();
        await dashboard(workspace, {}, i % 2 === 0 ? 'lot' : 'day');
        times.push(performance.now() - start);
      }
      const start = performance.now();
      const wrong = await checkTotals(workspace);
      const fullCountMs = performance.now() - start;
      const firstMs = times[0]!;
      const ratio = firstMs / fullCountMs;
      return {
        figures: {
          verdicts,
          firstMs,
          medianMs: median(times),
          fullCountMs,
          ratio,
          wrongTables: wrong.length,
        },
        bar: 'first < 1000 ms, ratio ≤ 0.25, no table wrong',
        passed: firstMs < 1000 && ratio <= 0.25 && wrong.length === 0,
      };
    } finally {
      await workspace.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
