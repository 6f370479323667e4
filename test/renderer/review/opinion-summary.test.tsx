// @vitest-environment happy-dom
import { screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import { OpinionSummary } from '../../../src-renderer/review/opinion-summary.tsx';
import type { OpinionScore } from '../../../src-shared/opinion.ts';
import { renderPart } from '../render.tsx';

const opinions: readonly OpinionScore[] = [
  { opinion: 'language', score: 0.41, weight: 0.2 },
  { opinion: 'references', score: 0.88, weight: 0.8 },
];
const nothing = { hash: 'd'.repeat(64), crowd: 0, references: 0, harmless: 0, counterExamples: 0 };

it('says of each opinion how it scores and how much it counts', async () => {
  await renderPart(<OpinionSummary opinions={opinions} comparison={{ ...nothing, references: 8 }} />);
  const rows = screen.getAllByRole('row').slice(1);
  expect(rows.map(({ textContent }) => textContent)).toEqual(['Language0.4120%', 'References0.8880%']);
});

it('says which maps are in units of their own', async () => {
  const [language, references] = opinions;
  await renderPart(<OpinionSummary opinions={[language!, { ...references!, perPosition: true }]} />);
  expect(screen.getByTestId('per-position').textContent).toMatch(/at each position.*: References$/);
});

it('names what the image was compared with, and nothing that there was none of', async () => {
  const comparison = { ...nothing, crowd: 24, references: 8, harmless: 1 };
  await renderPart(<OpinionSummary opinions={opinions} comparison={comparison} />);
  expect(screen.getByTestId('compared-with').textContent).toBe(
    'Compared with 24 images of the batch, 8 references, and 1 harmless mark',
  );
  expect(screen.queryByTestId('per-position')).toBeNull();
});

it('says it in Chinese', async () => {
  const comparison = { ...nothing, references: 8, counterExamples: 2 };
  await renderPart(<OpinionSummary opinions={opinions} comparison={comparison} />, { language: 'zh-CN' });
  expect(screen.getByTestId('compared-with').textContent).toBe('比较对象：8 个参考和2 个反例');
});
