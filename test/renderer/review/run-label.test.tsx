// @vitest-environment happy-dom
import { screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import { RunLabel } from '../../../src-renderer/review/run-label.tsx';
import type { NamedRun } from '../../../src-renderer/review/use-named-runs.ts';
import type { ReviewRow } from '../../../src-shared/review-table.ts';
import { renderPart } from '../render.tsx';

const run = {
  run: { id: 4 },
  started: '1 May 2026, 09:30',
  recipe: {
    hash: 'a',
    revision: 2,
    recipe: { name: 'Nuts', pack: 'lite', method: { name: 'winclip', refine: false } },
  },
} as unknown as NamedRun;
const done = { status: 'done', model: 'reject', score: 0.8734 } as ReviewRow;

it('says which run it is, what it was made with and what it says, and what differs in words', async () => {
  await renderPart(
    <RunLabel run={run} row={done} side="other" without="loading" differs={['verdict', 'method']} />,
  );
  const { textContent } = screen.getByTestId('run-other');
  expect(textContent).toBe(
    'To compareRun 4, 1 May 2026, 09:30WinCLIPNuts · revision 2liteReject 0.873Differs: verdict, method',
  );
  const marked = document.querySelectorAll('[data-differs]');
  expect([...marked].map((element) => element.textContent)).toEqual(['WinCLIP']);
});

it.each([
  ['the run did not reach', { status: 'pending' } as ReviewRow, 'Not inspected in this run'],
  ['it could not inspect', { status: 'failed' } as ReviewRow, 'Could not be inspected in this run'],
  ['it does not know', undefined, 'Loading the images'],
])('says so of an image that %s', async (_, row, text) => {
  await renderPart(
    <RunLabel
      run={run}
      row={row && { ...row, model: null, score: null }}
      side="reviewed"
      without="loading"
      differs={[]}
    />,
  );
  expect(screen.getByTestId('run-reviewed').textContent).toContain(text);
  expect(screen.queryByText(/Differs/)).toBeNull();
});
