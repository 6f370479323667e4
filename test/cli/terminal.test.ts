import { expect, it } from 'vitest';
import { table } from '../../src-main/cli/terminal.ts';

it('a table’s columns stand one below the other', () => {
  expect(
    table([
      ['category', 'AUROC'],
      ['screw', '98.5'],
      ['nut', '100.0'],
    ]),
  ).toBe('category  AUROC\nscrew      98.5\nnut       100.0');
});

it('also beside signs that are two cells wide, and marks that take none', () => {
  const rows = [
    ['金属ナット', '1'],
    ['u\u0308bung', '12'],
    ['👩‍🔧', '3'],
  ];
  expect(table(rows)).toBe('金属ナット   1\nu\u0308bung       12\n👩‍🔧           3');
});
