import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MeasureContext, Measured } from './bench-context.ts';
import { measuredApart } from './measured-apart.ts';

/** How much is measured. */
interface MetricsSize {
  readonly images: number;
  /** Pixels of an image's side. */
  readonly side: number;
  readonly methods: number;
  readonly resamples: number;
}

const SIZE: MetricsSize = { images: 500, side: 1024, methods: 2, resamples: 1000 };
/** Megabytes that the process may take. */
const BAR = 2000;

/** What a process that made figures says of it. */
export interface MetricsCost {
  /** Resident memory, before and at most. */
  readonly startBytes: number;
  readonly peakBytes: number;
  /** Counting all maps and keeping the counts; making figures, intervals and differences of them. */
  readonly countSeconds: number;
  readonly figureSeconds: number;
  /** How far figures by groups of scores are from the exact ones, at most. */
  readonly groupedError: number;
}

/**
 * Figures of methods over generated maps, with intervals and paired differences, as `evaluate --methods` makes them, in a
 * process of its own whose memory is measured. Half of the images have defects.
 */
export async function measureMetrics(
  { signal }: Pick<MeasureContext, 'signal'>,
  size = SIZE,
): Promise<Omit<Measured, 'name'>> {
  const folder = await mkdtemp(join(tmpdir(), 'clipsam-bench-'));
  try {
    const { images, side, methods, resamples } = size;
    const args = [folder, ...[images, side, methods, resamples].map(String)];
    const module = new URL('./metrics-process.ts', import.meta.url);
    const cost = await measuredApart<MetricsCost>(module, args, 'makes figures', signal);
    const peakMegabytes = cost.peakBytes / (1 << 20);
    return {
      figures: {
        ...size,
        peakMegabytes,
        startMegabytes: cost.startBytes / (1 << 20),
        countMsPerMap: (1000 * cost.countSeconds) / (images * methods),
        figureSeconds: cost.figureSeconds,
        groupedErrorPoints: 100 * cost.groupedError,
      },
      bar: `peak ≤ ${BAR} MB, figures by groups within 0.1 points of the exact ones`,
      passed: peakMegabytes <= BAR && cost.groupedError <= 0.001,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
