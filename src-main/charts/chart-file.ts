import type { EChartsOption } from 'echarts';
import { type ChartLook, PAPER_LOOK } from '../../src-shared/charts/look.ts';
import { writeFileAtomically } from '../files/atomic-write.ts';
import { type ChartSize, chartSvg } from './chart-svg.ts';

/** Fonts of the machine that shows a chart: a file brings none. */
export const FILE_FONT = 'system-ui, Segoe UI, Noto Sans, Noto Sans SC, PingFang SC, sans-serif';

/** Of charts in files: they go into documents. */
export const FILE_LOOK: ChartLook = { ...PAPER_LOOK, font: FILE_FONT };

/**
 * Writes a chart as an SVG file, whole or not at all.
 * @param option made with {@link FILE_LOOK}
 * @throws ClipSamError `disk-full`, `path-denied`
 */
export async function writeChart(path: string, option: EChartsOption, size: ChartSize): Promise<void> {
  await writeFileAtomically(path, `${chartSvg(option, size)}\n`);
}
