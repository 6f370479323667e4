import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatShare,
  ratePerUnit,
} from '../../../src-renderer/i18n/format.ts';

describe('formatDuration', () => {
  it.each([
    [0, '0 sec'],
    [0.4, '0 sec'],
    [45, '45 sec'],
    [200, '3 min 20 sec'],
    [7200, '2 hr'],
    [7500, '2 hr 5 min'],
    [7230, '2 hr'],
    [90_000, '1 day 1 hr'],
  ])('%d seconds are %s', (seconds, text) => {
    expect(formatDuration(seconds, 'en')).toBe(text);
  });

  it('speaks Chinese', () => {
    expect(formatDuration(200, 'zh-CN')).toBe('3分钟20秒');
  });
});

it('writes sizes in the largest unit that fits', () => {
  expect(formatBytes(0, 'en')).toBe('0 bytes');
  expect(formatBytes(29_196, 'en')).toBe('29 kB');
  expect(formatBytes(28_085_517, 'en')).toBe('28.1 MB');
  expect(formatBytes(3e12, 'en')).toBe('3 TB');
});

it('writes counts and shares as the language does', () => {
  expect(formatCount(100_000, 'en')).toBe('100,000');
  expect(formatShare(1, 3, 'en')).toBe('33.3%');
  expect(formatShare(0, 0, 'en')).toBe('–');
});

it('tells slow rates per minute', () => {
  expect(ratePerUnit(2.5)).toEqual({ unit: 'second', value: 2.5 });
  expect(ratePerUnit(0.25)).toEqual({ unit: 'minute', value: 15 });
});
