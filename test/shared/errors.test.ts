import { describe, expect, it } from 'vitest';
import { errorRecordSchema } from '../../src-shared/domain-schemas.ts';
import { ClipSamError, fromErrorRecord, knownDetails, toErrorRecord } from '../../src-shared/errors.ts';

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

  it('of another version are not taken for known ones', () => {
    expect(knownDetails(details)).toEqual(details);
    const { limit: _, ...incomplete } = details;
    for (const value of [
      null,
      'x',
      {},
      { case: 'toString' },
      { case: 'of-tomorrow', file: 'a' },
      incomplete,
    ]) {
      expect(knownDetails(value)).toBeUndefined();
    }
    expect(knownDetails({ ...details, width: null })).toBeUndefined();
  });
});
