import { type Sweep, sweepChart } from '../../../src-shared/charts/sweep-chart.ts';
import { FILE_LOOK, writeChart } from '../../charts/chart-file.ts';

/** CSS pixels that a step takes, and the axis with its labels. */
const STEP = 110;
const MARGIN = 96;
const LEAST_WIDTH = 480;
const HEIGHT = 360;

/**
 * Draws a sweep, or the variants of an ablation, into an SVG file, whole or not at all. Figures are shares of 0..1, shown in
 * percent.
 * @param names of what was changed (empty where the steps' names say it), and of the figure
 * @throws ClipSamError `disk-full`, `path-denied`
 */
export async function writeSweepPlot(
  path: string,
  sweep: Sweep,
  names: { readonly parameter: string; readonly figure: string },
): Promise<void> {
  const percent = (share: number) => `${Number((100 * share).toFixed(1))} %`;
  const option = sweepChart(sweep, { ...names, chosen: 'in use', number: percent }, FILE_LOOK);
  const width = Math.max(LEAST_WIDTH, MARGIN + STEP * sweep.steps.length);
  await writeChart(path, option, { width, height: HEIGHT });
}
