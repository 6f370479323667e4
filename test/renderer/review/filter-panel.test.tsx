// @vitest-environment happy-dom
import { screen } from '@testing-library/react';
import { useState } from 'react';
import { expect, it } from 'vitest';
import { FilterChips } from '../../../src-renderer/review/filter-chips.tsx';
import { FilterPanel } from '../../../src-renderer/review/filter-panel.tsx';
import { EMPTY_FILTER, type ReviewCounts, type ReviewFilter } from '../../../src-shared/review-queue.ts';
import { type Scale, typedScale } from '../../../src-shared/scale.ts';
import { renderPart } from '../render.tsx';

const COUNTS: ReviewCounts = {
  total: 1300,
  model: { accept: 1000, warn: 30, reject: 20 },
  human: { accept: 7, reject: 6, uncertain: 5 },
  unreviewed: 1282,
  overturned: 4,
  marked: 3,
  compared: 0,
  disagreeing: 0,
  runsDiffer: null,
  measured: 0,
  belowLimit: 0,
  status: { done: 1050, pending: 200, failed: 50 },
  classes: [
    ['dent', 4],
    ['crack', 2],
  ],
  confusion: {
    accept: { accept: 0, warn: 0, reject: 0 },
    reject: { accept: 0, warn: 0, reject: 0 },
  },
  doubtful: 0,
  noticed: 0,
  notices: [],
};

/** The panel and the chips over one filter, as Review has them. */
async function filterOf(start: Partial<ReviewFilter> = {}, counts = COUNTS, scale: Scale | null = null) {
  const filters: ReviewFilter[] = [];
  function Both() {
    const [filter, setFilter] = useState<ReviewFilter>({ ...EMPTY_FILTER, ...start });
    const onFilter = (to: ReviewFilter) => {
      filters.push(to);
      setFilter(to);
    };
    const thresholds = { warn: 0.3, reject: 0.6 };
    return (
      <>
        <FilterChips filter={filter} sampleProgress={null} scale={scale} onFilter={onFilter} />
        <FilterPanel {...{ filter, counts, thresholds, scale, onFilter }} />
      </>
    );
  }
  const user = await renderPart(<Both />);
  return { user, filters };
}

const condition = (group: string, name: RegExp) => {
  const groups = screen.getAllByRole('group', { name: group });
  const boxes = groups.flatMap((element) => [...element.querySelectorAll<HTMLInputElement>('input')]);
  return boxes.find((box) => name.test(box.parentElement?.textContent ?? ''))!;
};

it('says for how many images each condition holds', async () => {
  await filterOf();
  const said = screen.getAllByRole('checkbox').map((box) => box.parentElement?.textContent);
  expect(said).toEqual([
    'Accept 1,000',
    'Warn 30',
    'Reject 20',
    'Accept 7',
    'Uncertain 5',
    'Reject 6',
    'Unreviewed 1,282',
    'Overturned 4',
    'With annotations 3',
    'Failed 50',
    'Pending 200',
  ]);
});

it('adds conditions and takes them away again, by the panel and by the chips', async () => {
  const { user, filters } = await filterOf();
  const clear = screen.getByRole<HTMLButtonElement>('button', { name: 'Clear all filters' });
  expect(clear.disabled).toBe(true);
  await user.click(condition('Model', /Warn/));
  await user.click(condition('Model', /Reject/));
  await user.click(condition('Inspector', /Unreviewed/));
  expect(filters.at(-1)).toEqual({ ...EMPTY_FILTER, model: ['warn', 'reject'], unreviewed: true });
  await user.click(condition('Model', /Warn/));
  expect(filters.at(-1)).toEqual({ ...EMPTY_FILTER, model: ['reject'], unreviewed: true });
  await user.click(screen.getByRole('button', { name: /Unreviewed/ }));
  expect(filters.at(-1)).toEqual({ ...EMPTY_FILTER, model: ['reject'] });
  await user.click(screen.getAllByRole('button', { name: 'Clear all filters' }).at(-1)!);
  expect(filters.at(-1)).toEqual(EMPTY_FILTER);
  expect(clear.disabled).toBe(true);
});

it('narrows the score with the keyboard; the whole range is no condition', async () => {
  const { user, filters } = await filterOf();
  const [from] = screen.getAllByRole('slider');
  from!.focus();
  await user.keyboard('{ArrowRight}{ArrowRight}');
  expect(filters.at(-1)?.score).toEqual([0.02, 1]);
  screen.getByText('0.02 – 1.00');
  await user.keyboard('{ArrowLeft}{ArrowLeft}');
  expect(filters.at(-1)?.score).toBeNull();
});

it('narrows to images whose verdict is in doubt, or that have a notice of a kind', async () => {
  const { user, filters } = await filterOf(
    {},
    {
      ...COUNTS,
      doubtful: 3,
      noticed: 40,
      notices: [
        ['sample-range', 40],
        ['nearly-black', 3],
      ],
    },
  );
  const field = screen.getByRole('combobox', { name: 'Notice' });
  await user.click(field);
  expect(screen.getAllByRole('option').map(({ textContent }) => textContent)).toEqual([
    'Verdict in doubt (3)',
    'With a notice (40)',
    'Sample range (40)',
    'Nearly black (3)',
  ]);
  await user.click(screen.getByRole('option', { name: /Nearly black/ }));
  expect(filters.at(-1)).toEqual({ ...EMPTY_FILTER, notice: 'nearly-black' });
  await user.click(field);
  await user.click(screen.getByRole('option', { name: /in doubt/ }));
  expect(filters.at(-1)).toEqual({ ...EMPTY_FILTER, notice: 'doubtful' });
  await user.click(screen.getByRole('button', { name: /Remove the filter “Verdict in doubt”/ }));
  expect(filters.at(-1)).toEqual(EMPTY_FILTER);
});

it('filters by the length of the longest region in pixels where nobody has said how large a pixel is', async () => {
  const { user, filters } = await filterOf({}, { ...COUNTS, measured: 40 });
  await user.type(screen.getByLabelText('Shortest length (px)'), '12.5');
  expect(filters.at(-1)!.length).toEqual([12.5, null]);
  screen.getByRole('button', { name: 'Remove the filter “Length from 12.5 px”' });
  await user.clear(screen.getByLabelText('Shortest length (px)'));
  expect(filters.at(-1)!.length).toBeNull();
});

it('takes lengths in millimetres with a scale, and filters by pixels', async () => {
  const { user, filters } = await filterOf({}, { ...COUNTS, measured: 40 }, typedScale(0.05));
  await user.type(screen.getByLabelText('Shortest length (mm)'), '0.5');
  expect(screen.getByLabelText<HTMLInputElement>('Shortest length (mm)').value).toBe('0.5 mm');
  await user.type(screen.getByLabelText('Greatest length (mm)'), '2');
  // 0.5 / 0.05 and 2 / 0.05.
  expect(filters.at(-1)!.length).toEqual([10, 40]);
  await user.click(screen.getByRole('button', { name: 'Remove the filter “Length 0.5 mm–2 mm”' }));
  expect(filters.at(-1)!.length).toBeNull();
  expect(screen.getByLabelText<HTMLInputElement>('Shortest length (mm)').value).toBe('');
});

it('asks for images with regions below the limit where there are some', async () => {
  const { user, filters } = await filterOf({}, { ...COUNTS, belowLimit: 6 });
  await user.click(condition('Also', /below the limit 6/));
  expect(filters.at(-1)!.belowLimit).toBe(true);
  await user.click(screen.getByRole('button', { name: 'Remove the filter “With regions below the limit”' }));
  expect(filters.at(-1)!.belowLimit).toBe(false);
});

it('does not ask for lengths of a batch in which no region counts', async () => {
  await filterOf();
  expect(screen.queryByText(/Longest region/)).toBeNull();
  expect(screen.queryByText(/below the limit/)).toBeNull();
});
