import { expect, it } from 'vitest';
import { numbersAsCsv } from '../../../src-renderer/charts/chart-numbers.ts';

const numbers = {
  columns: [{ name: 'Lot' }, { name: 'Share', format: () => 'for the page only' }],
  rows: [
    ['a, "b"', 0.25],
    ['=1+1', null],
    ['two\nlines', 1],
  ],
};

it('writes numbers as they are, and text that no spreadsheet computes', () => {
  expect(numbersAsCsv(numbers, { separator: ',', decimal: '.', bom: true })).toBe(
    '\uFEFFLot,Share\r\n"a, ""b""",0.25\r\n\'=1+1,\r\n"two\nlines",1\r\n',
  );
});

it('writes for regions where the decimal mark is a comma', () => {
  expect(numbersAsCsv(numbers, { separator: ';', decimal: ',', bom: false }).split('\r\n')).toEqual([
    'Lot;Share',
    '"a, ""b""";0,25',
    "'=1+1;",
    '"two\nlines";1',
    '',
  ]);
});
