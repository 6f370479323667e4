// @vitest-environment happy-dom
import i18next from 'i18next';
import { describe, expect, it } from 'vitest';
import {
  type FigureWording,
  paretoNumbers,
  pChartNumbers,
  scoreNumbers,
  throughputNumbers,
  timeText,
} from '../../../src-renderer/dashboard/figures.ts';
import { reviewFilterOf } from '../../../src-renderer/dashboard/gallery-card.tsx';
import { startI18n } from '../../../src-renderer/i18n/index.ts';
import { EMPTY_FILTER } from '../../../src-shared/review-queue.ts';

await startI18n('en');
const wording: FigureWording = { t: i18next.getFixedT('en', ['dashboard', 'app']), language: 'en' };

describe('the numbers of a chart', () => {
  it('name a class that nobody gave, and have every severity', () => {
    const severities = { critical: 1, major: 2, minor: 3, none: 4 };
    const { columns, rows } = paretoNumbers(
      [{ defectClass: '', severities, count: 10, weighted: 27, cumulative: 1 }],
      wording,
    );
    expect(rows).toEqual([['no class given', 10, 1, 2, 3, 4, 27, 1]]);
    expect(columns).toHaveLength(8);
    expect(columns[7]!.format?.(1)).toBe('100%');
  });

  it('say which rules a point breaks, and leave out what an empty one has not', () => {
    const point = { key: 'L1', partNumber: 'P', batchIds: [1], inspected: 4, nonconforming: 1, undecided: 2 };
    const points = [
      { ...point, share: 0.25, lower: 0, upper: 0.2, violations: [1, 2] as (1 | 2)[] },
      { ...point, inspected: 0, nonconforming: 0, share: null, lower: null, upper: null, violations: [] },
    ];
    expect(pChartNumbers({ by: 'lot', centre: 0.1, points }, wording).rows).toEqual([
      ['L1', 'P', 4, 1, 2, 0.25, 0, 0.2, 'rule 1, rule 2'],
      ['L1', 'P', 0, 0, 2, null, null, null, ''],
    ]);
    const byDay = pChartNumbers({ by: 'day', centre: 0.1, points }, wording);
    expect(byDay.rows[0]).toHaveLength(byDay.columns.length);
    expect(byDay.columns.map(({ name }) => name)).not.toContain('Part number');
  });

  it('have the ranges of scores that there are images in', () => {
    const bins = Array.from({ length: 100 }, () => ({ accept: 0, warn: 0, reject: 0 }));
    bins[7] = { accept: 3, warn: 1, reject: 0 };
    bins[99] = { accept: 0, warn: 0, reject: 5 };
    expect(scoreNumbers({ bins, thresholds: null }, wording).rows).toEqual([
      ['0.07–0.08', 3, 1, 0],
      ['0.99–1.00', 0, 0, 5],
    ]);
  });

  it('tell a time in the unit that it is read in', () => {
    const day = {
      day: '2026-01-02',
      inspected: 5,
      reviewed: 2,
      medianMilliseconds: 182,
      p95Milliseconds: null,
    };
    const { columns, rows } = throughputNumbers([day], wording);
    expect(rows).toEqual([['2026-01-02', 5, 2, 182, null]]);
    expect(columns[3]!.format?.(182)).toBe('182 ms');
    expect(timeText(12_340, wording)).toBe('12.3 s');
    expect(timeText(null, wording)).toBe('–');
  });
});

describe('the queue beside an image of a gallery', () => {
  it('has the images of its cell', () => {
    const image = { model: 'warn', human: null } as const;
    expect(reviewFilterOf({ model: 'warn', human: 'none' }, image)).toEqual({
      ...EMPTY_FILTER,
      model: ['warn'],
      unreviewed: true,
    });
    expect(
      reviewFilterOf({ model: 'warn', human: 'uncertain' }, { model: 'warn', human: 'uncertain' }),
    ).toEqual({ ...EMPTY_FILTER, model: ['warn'], human: ['uncertain'] });
  });

  it('has false positives by verdict, or those that are marked, as the image is one or the other', () => {
    expect(reviewFilterOf('false-positives', { model: 'reject', human: 'accept' })).toEqual({
      ...EMPTY_FILTER,
      model: ['reject'],
      human: ['accept'],
    });
    expect(reviewFilterOf('false-positives', { model: 'reject', human: 'reject' })).toEqual({
      ...EMPTY_FILTER,
      marked: true,
    });
    expect(reviewFilterOf('missed-defects', { model: 'accept', human: 'reject' })).toEqual({
      ...EMPTY_FILTER,
      model: ['accept'],
      human: ['reject'],
    });
  });
});
