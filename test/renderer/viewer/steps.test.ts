import { expect, it } from 'vitest';
import { levelOfRank, stepsOf } from '../../../src-renderer/viewer/steps.ts';
import type { Region } from '../../../src-shared/result.ts';

const region = {
  index: 1,
  levels: [
    { level: 1, quality: 0.7 },
    { level: 2, quality: 0.9 },
    { level: 3, quality: 0.4 },
  ],
} as unknown as Region;

it('plays map, prompts, masks from the worst to the best, and fusion', () => {
  const steps = stepsOf([region]);
  expect(steps.map(({ id }) => id)).toEqual([
    'image',
    'coarse',
    'prompts',
    'masks',
    'masks',
    'masks',
    'fusion',
  ]);
  const qualities = steps.flatMap(({ rank }) => (rank === null ? [] : [levelOfRank(region, rank)?.quality]));
  expect(qualities).toEqual([0.4, 0.7, 0.9]);
});

it('ends with the map where SAM was not asked', () => {
  expect(stepsOf([]).map(({ id }) => id)).toEqual(['image', 'coarse']);
});
