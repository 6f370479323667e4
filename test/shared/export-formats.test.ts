import { expect, test } from 'vitest';
import { csvStyleOf } from '../../src-shared/export-formats.ts';

test.each([
  ['de-DE', ';', ','],
  ['fr-FR', ';', ','],
  ['pt-BR', ';', ','],
  ['de-CH', ',', '.'],
  ['en-US', ',', '.'],
  ['zh-CN', ',', '.'],
])('spreadsheets in %s expect %s between cells and %s in numbers', (region, separator, decimal) => {
  expect(csvStyleOf(region)).toEqual({ separator, decimal, bom: true });
});
