import { describe, expect, it } from 'vitest';
import { exitCodeOf } from '../../src-main/cli/exit-code.ts';

describe('the exit code of an error', () => {
  it.each([
    ['conflict', 75],
    ['workspace-locked', 75],
    ['not-found', 2],
    ['input-invalid', 2],
    ['disk-full', 1],
    ['cancelled', 130],
  ] as const)('%s is %i', (code, exit) => {
    expect(exitCodeOf(code)).toBe(exit);
  });
});
