import { expect, it } from 'vitest';
import { levelOfRank, stepsOf } from '../../../src-renderer/viewer/steps.ts';
import type { OpinionScore } from '../../../src-shared/opinion.ts';
import type { Region } from '../../../src-shared/result.ts';

const region = {
  index: 1,
  levels: [
    { level: 1, quality: 0.7 },
    { level: 2, quality: 0.9 },
    { level: 3, quality: 0.4 },
  ],
} as unknown as Region;
const said = (...opinions: OpinionScore['opinion'][]) =>
  opinions.map((opinion): OpinionScore => ({ opinion, score: 0.5, weight: 0.5 }));

it('plays map, prompts, masks from the worst to the best, and fusion', () => {
  const steps = stepsOf({ regions: [region] });
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
  expect(stepsOf({ regions: [] }).map(({ id }) => id)).toEqual(['image', 'coarse']);
});

it('plays each opinion’s own map, then what they became, before the prompts', () => {
  const opinions = said('references', 'language', 'consensus');
  const steps = stepsOf({ regions: [region], opinions });
  expect(steps.slice(0, 6).map(({ id, layers }) => [id, ...layers])).toEqual([
    ['image'],
    ['language', 'language'],
    ['consensus', 'consensus'],
    ['references', 'references'],
    ['opinions', 'coarse'],
    ['prompts', 'coarse', 'prompts'],
  ]);
});

it('leaves out an opinion that there is none of', () => {
  const steps = stepsOf({ regions: [], opinions: said('language', 'references') });
  expect(steps.map(({ id }) => id)).toEqual(['image', 'language', 'references', 'opinions']);
});
