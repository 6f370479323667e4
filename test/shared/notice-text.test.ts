import { expect, it } from 'vitest';
import { NOTICE_CODES, NOTICE_LEVELS, type Notice } from '../../src-shared/notice.ts';
import { NOTICE_LANGUAGES, noticeName, noticeText, tellNotice } from '../../src-shared/notice-text.ts';

const EVERY: Readonly<Record<Notice['code'], Notice>> = {
  'sample-range': { code: 'sample-range', low: 0, high: 4095, kind: 'integer', source: 'batch' },
  'samples-clipped': { code: 'samples-clipped', low: 0, high: 4095, share: 0.0004 },
  page: { code: 'page', page: 2, pages: 3 },
  'frames-skipped': { code: 'frames-skipped', frames: 12 },
  'previews-skipped': { code: 'previews-skipped', previews: 1 },
  'scaled-thin': { code: 'scaled-thin', width: 12000, height: 40, modelWidth: 1024, modelHeight: 3 },
  tiled: { code: 'tiled', tiles: 50, scale: 3.2, width: 320, height: 40 },
  'tiles-limited': { code: 'tiles-limited', scale: 4, wanted: 8, by: 'enlargement' },
  'defect-below-scale': { code: 'defect-below-scale', modelPixels: 0.7 },
  'not-aligned': { code: 'not-aligned', reason: 'cut-off' },
  'comparison-incomplete': { code: 'comparison-incomplete', opinion: 'references', used: 3, of: 4 },
  'marks-unusable': { code: 'marks-unusable', marks: 2 },
  'consensus-mixed': { code: 'consensus-mixed' },
  'out-of-device-memory': { code: 'out-of-device-memory', device: 'cuda', running: 'cpu' },
  'servers-away': { code: 'servers-away', running: 'cpu' },
  'server-gave-way': { code: 'server-gave-way', servers: 'grpc://a:8001' },
  'server-unproven': { code: 'server-unproven', servers: 'grpc://a:8001' },
  'no-trained-head': { code: 'no-trained-head' },
  'other-method': { code: 'other-method', method: 'april-gan' },
  'points-only': { code: 'points-only' },
  'single-reference': { code: 'single-reference' },
  'consensus-unavailable': { code: 'consensus-unavailable', images: 4 },
  'region-accepted': { code: 'region-accepted' },
  'doubt-without-region': { code: 'doubt-without-region' },
  'maps-dropped': { code: 'maps-dropped', date: '2026-11-30' },
  'colour-converted': { code: 'colour-converted', from: 'cmyk' },
  'profile-ignored': { code: 'profile-ignored' },
  transparency: { code: 'transparency', share: 0.125 },
  'alpha-ignored': { code: 'alpha-ignored' },
  'bands-ignored': { code: 'bands-ignored', bands: 2 },
  'single-colour': { code: 'single-colour', red: 117, green: 117, blue: 117 },
  'nearly-black': { code: 'nearly-black', highest: 9 },
  'decoder-warning': { code: 'decoder-warning', message: 'extraneous bytes before marker 0xd2' },
  'area-ignored': { code: 'area-ignored', share: 0.4 },
  'area-stretched': { code: 'area-stretched', width: 900, height: 900, areaWidth: 1200, areaHeight: 900 },
  'part-not-found': { code: 'part-not-found', reason: 'size' },
  'scale-of-other-size': {
    code: 'scale-of-other-size',
    width: 640,
    height: 480,
    scaleWidth: 1600,
    scaleHeight: 1200,
  },
  'regions-below-limit': { code: 'regions-below-limit', regions: 3, specks: 2 },
};

it.each(NOTICE_LANGUAGES)('tells every notice in %s, with its values and nothing left open', (language) => {
  const texts = NOTICE_CODES.map((code) => noticeText(EVERY[code], language));
  expect(new Set(texts).size).toBe(NOTICE_CODES.length);
  for (const text of texts) expect(text).not.toMatch(/undefined|NaN|\{|\[object/);
  expect(noticeText(EVERY['sample-range'], language)).toContain('4,095');
  expect(noticeText(EVERY['scaled-thin'], language)).toContain('12,000 × 40');
  expect(noticeText(EVERY.tiled, language)).toContain('320%');
  const many = { code: 'tiles-limited', scale: 0.7, wanted: 1, by: 'count' } as const;
  expect(noticeText(many, language)).not.toBe(noticeText({ ...many, by: 'enlargement' }, language));
  expect(noticeText(EVERY.transparency, language)).toContain('12.5%');
  expect(noticeText(EVERY['samples-clipped'], language)).toContain('< 0.1%');
});

it.each(NOTICE_LANGUAGES)('has a name of its own for every kind in %s', (language) => {
  const names = NOTICE_CODES.map((code) => noticeName(code, language));
  expect(new Set(names).size).toBe(NOTICE_CODES.length);
  for (const name of names) expect(name).toMatch(/^\S.{1,24}$/);
});

it('tells other programs the values, the level and both texts', () => {
  expect(tellNotice({ code: 'page', page: 2, pages: 3 })).toEqual({
    code: 'page',
    page: 2,
    pages: 3,
    level: 'information',
    text: { en: 'Page 2 of 3 of the file.', 'zh-CN': '文件共 3 页，这是第 2 页。' },
  });
});

it('knows for every code whether it puts the verdict in doubt', () => {
  expect(Object.keys(NOTICE_LEVELS).sort()).toEqual([...NOTICE_CODES].sort());
});
