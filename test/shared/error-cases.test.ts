import { expect, expectTypeOf, it } from 'vitest';
import { ERROR_CASES, type ErrorCase, knownDetails } from '../../src-shared/error-cases.ts';
import { ERROR_CODES, type ErrorCode } from '../../src-shared/error-codes.ts';

/** True for a type of one member. */
type IsOne<Type, All = Type> = Type extends All ? ([All] extends [Type] ? true : false) : never;

it('every case has one code, which is known', () => {
  type Codes = { [Case in ErrorCase]: (typeof ERROR_CASES)[Case]['code'] };
  expectTypeOf<Codes[ErrorCase]>().toExtend<ErrorCode>();
  expectTypeOf<{ [Case in ErrorCase]: IsOne<Codes[Case]> }[ErrorCase]>().toEqualTypeOf<true>();
  for (const { code } of Object.values(ERROR_CASES)) expect(ERROR_CODES).toContain(code);
});

it('details of another version are not taken for known ones', () => {
  const details = { case: 'too-many-pixels', file: '/in/a.png', width: 9, height: 8, limit: 70 } as const;
  expect(knownDetails(details)).toEqual(details);
  const { limit: _, ...incomplete } = details;
  for (const value of [null, 'x', {}, { case: 'toString' }, { case: 'of-tomorrow', file: 'a' }, incomplete]) {
    expect(knownDetails(value)).toBeUndefined();
  }
  expect(knownDetails({ ...details, width: null })).toBeUndefined();
});
