import { expect, it } from 'vitest';
import { measureMetrics } from '../../../src-main/services/evaluation/bench-metrics.ts';

it('makes figures of generated maps in another process, and tells its memory and what groups of scores cost', async () => {
  const size = { images: 6, side: 96, methods: 2, resamples: 20 };
  const { figures, passed } = await measureMetrics({}, size);
  expect(figures).toMatchObject(size);
  expect(figures.peakMegabytes).toBeGreaterThan(figures.startMegabytes!);
  expect(figures.groupedErrorPoints).toBeGreaterThan(0);
  expect(figures.groupedErrorPoints).toBeLessThan(0.1);
  expect(passed).toBe(figures.peakMegabytes! <= 2000);
});
