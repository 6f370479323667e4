import { expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import {
  FIELDS_WITH_COLUMNS,
  OTHER_FIELDS,
  regionColumns,
  resultColumns,
  toResult,
} from '../../src-main/store/result-row.ts';
import { type InspectionResult, inspectionResult } from '../../src-shared/result.ts';
import { inspectionResult as result } from './results-fixture.ts';

it('a result comes back as it was stored', () => {
  const regions = result().regions.map((region) => regionColumns(1, region));
  expect(toResult(resultColumns(result()), regions, OTHER_FIELDS)).toEqual(result());
  expectTypeOf(toResult(resultColumns(result()), regions, OTHER_FIELDS)).toExtend<InspectionResult>();
});

it('a field that the store knows nothing of comes back too, and older results have its default', () => {
  const extended = inspectionResult.extend({ sharpness: z.number().nullable().default(null) });
  const others = extended.omit(FIELDS_WITH_COLUMNS);
  const stored = resultColumns({ ...result(), sharpness: 0.25 } as InspectionResult);
  expect(toResult(stored, [], others)).toEqual({ ...result({ regions: [] }), sharpness: 0.25 });
  expect(toResult(resultColumns(result()), [], others)).toMatchObject({ sharpness: null });
  expect(toResult(stored, [], OTHER_FIELDS)).toEqual(result({ regions: [] }));
});

it('without a result all columns are empty', () => {
  const { doubts, ...columns } = resultColumns(undefined);
  expect(Object.values(columns).every((value) => value === null)).toBe(true);
  expect(doubts).toBe(0);
});

it('what second opinions say of an image and its regions comes back, with how far apart they are', () => {
  const plain = result();
  const opinions = [
    { opinion: 'language', score: 0.25, weight: 0.5 },
    { opinion: 'references', score: 0.75, weight: 0.5 },
  ] as const;
  const regions = plain.regions.map((region) => ({
    ...region,
    opinions: { language: 0.125, references: 1 },
  }));
  const told = { ...plain, regions, opinions };
  const columns = resultColumns(told);
  expect(columns.disagreement).toBe(0.5);
  expect(
    toResult(
      columns,
      regions.map((region) => regionColumns(1, region)),
      OTHER_FIELDS,
    ),
  ).toEqual(told);
});
