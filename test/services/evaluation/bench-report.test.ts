import { expect, it } from 'vitest';
import { measureReport } from '../../../src-main/services/evaluation/bench-report.ts';
import { chooseRecipe } from '../../../src-main/services/runs/recipe-pipeline.ts';

it('makes a report with as many pictures as asked for in another process, and tells its memory', async () => {
  const chosen = await chooseRecipe({});
  const { figures, passed } = await measureReport({ chosen }, { images: 120, different: 2, pictures: 8 });
  expect(figures).toMatchObject({ images: 120, pictures: 8, withoutPicture: 0 });
  expect(figures.peakMegabytes).toBeGreaterThan(figures.startMegabytes!);
  expect(figures.ratio).toBeCloseTo((1000 * figures.seconds!) / 8 / figures.pictureMs!, 6);
  expect(passed).toBe(figures.peakMegabytes! <= 600);
});
