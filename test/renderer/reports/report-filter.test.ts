import { expect, it } from 'vitest';
import { filteredReports } from '../../../src-renderer/reports/report-filter.ts';
import { report } from './report-fixture.ts';

const reports = [
  report({ id: 3, number: 'R-000002', template: 'summary', partNumber: 'PN-9' }),
  report({ id: 2, number: 'R-000001', revision: 2 }),
  report({ id: 1, number: 'R-000001', isNewest: false }),
];
const found = (text: string, template: 'batch' | 'summary' | null = null) =>
  filteredReports(reports, { text, template }).map(({ id }) => id);

it('shows the newest revision of each report', () => {
  expect(found('')).toEqual([3, 2]);
});

it('finds reports of which every word stands somewhere, whatever its case', () => {
  expect(found('pn-4711 ADA')).toEqual([2]);
  expect(found('r-000002')).toEqual([3]);
  expect(found('pn-4711 nobody')).toEqual([]);
});

it('finds reports of a kind', () => {
  expect(found('', 'summary')).toEqual([3]);
  expect(found('ada', 'batch')).toEqual([2]);
});
