// @vitest-environment happy-dom
import { screen, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import { Chart } from '../../../src-renderer/charts/chart.tsx';
import { renderPart } from '../render.tsx';

it('shows its numbers as a table when it is asked with the keyboard, and names what would turn the text around', async () => {
  const user = await renderPart(
    <Chart
      label="Shares"
      fileName="shares"
      option={() => ({})}
      numbers={{
        columns: [
          { name: 'Lot' },
          { name: 'Images' },
          { name: 'Share', format: (share) => `${share * 100} %` },
        ],
        rows: [
          ['L\u202e1', 12_345, 0.5],
          ['L2', 0, null],
        ],
      }}
    />,
  );
  expect(screen.getByRole('img', { name: 'Shares' })).toBeDefined();
  await user.tab();
  await user.keyboard('{Enter}');
  const rows = within(screen.getByRole('table', { name: 'Shares' })).getAllByRole('row');
  const texts = rows.map((row) => [...row.children].map((cell) => cell.textContent));
  expect(texts).toEqual([
    ['Lot', 'Images', 'Share'],
    ['L‹U+202E›1', '12,345', '50 %'],
    ['L2', '0', '–'],
  ]);
  expect(screen.queryByRole('img', { name: 'Shares' })).toBeNull();
});
