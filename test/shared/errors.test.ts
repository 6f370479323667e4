import { describe, expect, expectTypeOf, it } from 'vitest';
import { errorRecordSchema } from '../../src-shared/error-record.ts';
import { ClipSamError, failure, fromErrorRecord, toErrorRecord } from '../../src-shared/errors.ts';

const details = { case: 'too-many-pixels', file: '/in/a.png', width: 9, height: 8, limit: 70 } as const;

describe('the details of an error', () => {
  it('survive a trip through JSON and between processes', () => {
    const error = new ClipSamError('image-too-large', 'a.png is too large.', { details });
    const record = JSON.parse(JSON.stringify(toErrorRecord(error)));
    expect(record).toEqual({ code: 'image-too-large', message: 'a.png is too large.', details });
    expect(errorRecordSchema.parse(record)).toEqual(record);
    expect(toErrorRecord(fromErrorRecord(record))).toEqual(record);
  });

  it('are left out where there are none', () => {
    const record = toErrorRecord(new ClipSamError('cancelled', 'Cancelled.'));
    expect(Object.keys(record)).toEqual(['code', 'message']);
    expect(errorRecordSchema.parse(record)).toEqual(record);
  });

  it('stay with the code that an older version stored them under', () => {
    const record = { code: 'input-invalid', message: 'x', details: { case: 'run-over', run: 3 } };
    expect(errorRecordSchema.parse(record)).toEqual(record);
  });
});

describe('the error for a case', () => {
  it('has the code of the catalogue, what its sentence names, and the cause', () => {
    const cause = new Error('EBUSY');
    const error = failure('run-elsewhere', { run: 3, host: 'lab-2' }, 'Run 3 is at work.', cause);
    expect(error).toMatchObject({ code: 'conflict', message: 'Run 3 is at work.', cause });
    expect(error.details).toEqual({ case: 'run-elsewhere', run: 3, host: 'lab-2' });
  });

  it('takes no values where its sentence names none', () => {
    const error = failure('run-busy', 'A run is at work.');
    expect(toErrorRecord(error)).toEqual({
      code: 'conflict',
      message: 'A run is at work.',
      details: { case: 'run-busy' },
    });
    expect(Object.hasOwn(error, 'cause')).toBe(false);
  });

  it('is held to its values by the compiler', () => {
    expectTypeOf(failure<'run-busy'>).parameters.toEqualTypeOf<
      ['run-busy', message: string, cause?: unknown]
    >();
    expectTypeOf(failure<'run-over'>)
      .parameter(1)
      .toEqualTypeOf<Readonly<Record<'run', string | number>>>();
    // @ts-expect-error A value is missing.
    failure('run-elsewhere', { run: 3 }, 'x');
    // @ts-expect-error The sentence names no host.
    failure('run-over', { run: 3, host: 'lab-2' }, 'x');
    const either = details.width > 8 ? 'annotations-too-fine' : 'annotations-too-long';
    // @ts-expect-error Not every one of the cases names the pixels.
    failure(either, { points: 1, limit: 1 }, 'x');
    // @ts-expect-error No such case.
    expect(() => failure('run-lazy', 'x')).toThrow();
  });
});
