import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import { sampleRange } from '../../src-main/cli/options.ts';

describe('a range of sample values', () => {
  it.each([
    ['0-4095', 0, 4095],
    [' 0-1.5 ', 0, 1.5],
    ['-100-4000', -100, 4000],
    ['-20--10', -20, -10],
    ['1e-3-0.5', 0.001, 0.5],
  ])('is read from %s', (text, low, high) => {
    expect(sampleRange(text)).toEqual({ low, high });
  });

  it.each(['4095-0', '5-5', 'all', '0', '', '0-', '1-2-3', '0x10-20'])('is refused in %s', (text) => {
    expect(() => sampleRange(text)).toThrow(InvalidArgumentError);
  });
});
