import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { exportReport } from '../../src-main/reports/export-report.ts';
import type { Polygon } from '../../src-shared/geometry.ts';
import { multiPage, plain } from '../multi-page.ts';
import {
  annotation,
  covers,
  HEIGHT,
  holed,
  regionOf,
  reportFixture,
  verdict,
  WIDTH,
} from './report-fixture.ts';

const square: Polygon = [
  [
    [16, 12],
    [32, 12],
    [32, 24],
    [16, 24],
    [16, 12],
  ],
];
const speck: Polygon = [
  [
    [3.1, 3.1],
    [3.2, 3.1],
    [3.2, 3.2],
    [3.1, 3.2],
  ],
  [
    [3.12, 3.12],
    [3.14, 3.12],
    [3.14, 3.14],
  ],
];

async function json(folder: string, name: string) {
  return JSON.parse(await readFile(join(folder, name), 'utf8'));
}

/** A page of a TIFF with two pictures, black and green. */
async function pageOf(fixture: Awaited<ReturnType<typeof reportFixture>>) {
  const image = fixture.done('stack.tif · page 2 of 2');
  const path = join(image.path, '..', 'stack.tif');
  const pages = [plain(WIDTH, HEIGHT, [0, 0, 0]), plain(WIDTH, HEIGHT, [0, 255, 0])];
  await writeFile(path, await multiPage('tiff', pages));
  return { ...image, path, page: { index: 1, number: 2, count: 2 } };
}

async function isGreen(path: string): Promise<boolean> {
  const { data, info } = await sharp(path).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  expect([info.width, info.height]).toEqual([WIDTH, HEIGHT]);
  return data.every((value, i) => value === (i % 3 === 1 ? 255 : 0));
}

describe('for CVAT', () => {
  test('regions are polygons in pixels, with label, group and attributes; names are escaped', async () => {
    const { out, done, report } = await reportFixture();
    const image = done('line "1"/<a> & b\n.png', {
      regions: [regionOf(1, [square], 0.9)],
      annotations: [
        annotation({ kind: 'missed-defect', polygons: [square, [square[0]!.map(([x, y]) => [x + 20, y])]] }),
      ],
    });
    const [file] = await exportReport(report([image]), ['cvat'], out);
    const xml = await readFile(join(file!.path, 'annotations.xml'), 'utf8');
    const body = xml.slice(xml.indexOf('<image '));
    const drawn = (points: string) =>
      `<polygon label="defect" source="manual" occluded="0" points="${points}" z_order="0" group_id="2"><attribute name="region"></attribute><attribute name="score"></attribute><attribute name="inspector">ana</attribute></polygon>`;
    expect(body.split('\n')).toEqual([
      '<image id="0" name="line &quot;1&quot;/&lt;a&gt; &amp; b&#10;.png" width="64" height="48">',
      '<polygon label="defect" source="auto" occluded="0" points="16.00,12.00;32.00,12.00;32.00,24.00;16.00,24.00" z_order="0"><attribute name="region">1</attribute><attribute name="score">0.9</attribute><attribute name="inspector"></attribute></polygon>',
      drawn('16.00,12.00;32.00,12.00;32.00,24.00;16.00,24.00'),
      drawn('36.00,12.00;52.00,12.00;52.00,24.00;36.00,24.00'),
      '</image>',
      '</annotations>',
      '',
    ]);
    expect(await json(file!.path, 'labels.json')).toMatchObject([{ name: 'defect', type: 'any' }, {}]);
    expect((await readdir(file!.path)).sort()).toEqual(['annotations.xml', 'labels.json', 'notes.json']);
  });

  test('a hole stays a hole: the region is a mask, and the notes say so', async () => {
    const { out, done, report } = await reportFixture();
    const images = [done('a.png', { regions: [regionOf(1, [holed], 0.9), regionOf(2, [speck], 0.8)] })];
    const [file] = await exportReport(report(images), ['cvat'], out);
    const xml = await readFile(join(file!.path, 'annotations.xml'), 'utf8');
    const [, rle, ...numbers] =
      /<mask [^>]*rle="([\d, ]+)" left="(\d+)" top="(\d+)" width="(\d+)" height="(\d+)"/.exec(xml)!;
    const [left, top, width, height] = numbers.map(Number) as [number, number, number, number];
    expect([left, top, width, height]).toEqual([40, 8, 20, 20]);
    const pixels = rle!.split(', ').flatMap((count, i) => new Array(Number(count)).fill(i % 2));
    const expected = Array.from({ length: width * height }, (_, i) =>
      covers([holed], left + (i % width) + 0.5, top + Math.floor(i / width) + 0.5) ? 1 : 0,
    );
    expect(pixels).toEqual(expected);
    expect(await json(file!.path, 'notes.json')).toMatchObject({
      masks: [{ image: 'a.png', region: 'defect 1' }],
      tooSmall: [{ image: 'a.png', region: 'defect 2' }],
    });
  });

  test('labels keep to 64 characters and stay apart; the notes name those that changed', async () => {
    const { out, done, report } = await reportFixture();
    const long = `${'n'.repeat(70)}`;
    const annotations = [`${long}a`, `${long}b`, 'two\nlines'].map((defectClass, id) =>
      annotation({ id, kind: 'missed-defect', polygons: [square], defectClass }),
    );
    const [file] = await exportReport(report([done('a.png', { regions: [], annotations })]), ['cvat'], out);
    const { labels } = await json(file!.path, 'notes.json');
    expect(labels).toEqual([
      { className: `${long}a`, label: 'n'.repeat(64) },
      { className: `${long}b`, label: `${'n'.repeat(60)} (2)` },
      { className: 'two\nlines', label: 'two lines' },
    ]);
  });
});

describe('for Label Studio', () => {
  test('points are percent of the picture, images addresses of a local storage', async () => {
    const { out, done, report } = await reportFixture();
    const image = done('line 1/a+b&ü.png', {
      regions: [regionOf(1, [square], 0.9)],
      annotations: [annotation({ regionIndex: 1, kind: 'corrected-region', defectClass: 'dent' })],
      verdict: verdict({ verdict: 'reject' }),
    });
    const [file] = await exportReport(report([image], { imageRoot: '/data/lot 7' }), ['label-studio'], out);
    const [task] = await json(file!.path, 'tasks.json');
    expect(task.data).toMatchObject({
      image: '/data/local-files/?d=lot%207/line%201/a%2Bb%26%C3%BC.png',
      name: 'line 1/a+b&ü.png',
    });
    // 16 of 64 pixels are 25 %, 12 of 48 as well.
    const points = [
      [25, 25],
      [50, 25],
      [50, 50],
      [25, 50],
    ];
    const shape = { type: 'polygonlabels', from_name: 'label', to_name: 'image' };
    const size = { original_width: 64, original_height: 48, image_rotation: 0 };
    expect(task.predictions).toMatchObject([
      { score: 0.9, result: [{ id: 'm1', ...shape, ...size, value: { points, polygonlabels: ['defect'] } }] },
    ]);
    expect(task.annotations).toMatchObject([
      {
        result: [
          { id: 'r1', ...shape, ...size, value: { points, polygonlabels: ['dent'] } },
          { type: 'choices', from_name: 'verdict', to_name: 'image', value: { choices: ['reject'] } },
        ],
      },
    ]);
    const config = await readFile(join(file!.path, 'labels.xml'), 'utf8');
    for (const name of ['label', 'brush', 'verdict'])
      expect(config).toContain(`name="${name}" toName="image"`);
    expect(config.match(/<Label value="dent"\/>/g)).toHaveLength(2);
  });

  test('what nobody reviewed has predictions alone; a hole stays a hole as a brush mask', async () => {
    const { out, done, report } = await reportFixture();
    const images = [done('a.png', { regions: [regionOf(1, [holed], 0.9)] })];
    const [file] = await exportReport(report(images), ['label-studio'], out);
    const [task] = await json(file!.path, 'tasks.json');
    expect(task).not.toHaveProperty('annotations');
    const [{ type, value }] = task.predictions[0].result;
    expect([type, value.format, value.brushlabels]).toEqual(['brushlabels', 'rle', ['defect']]);
    // thi.ng's rle-pack: number of values, bits of a word, bits of the four lengths, then runs.
    const bits = (value.rle as number[]).map((byte) => byte.toString(2).padStart(8, '0')).join('');
    let at = 0;
    const read = (size: number) => {
      at += size;
      return Number.parseInt(bits.slice(at - size, at), 2);
    };
    const count = read(32);
    expect(count).toBe(WIDTH * HEIGHT * 4);
    expect(read(5)).toBe(7);
    const sizes = [1, 2, 3, 4].map(() => read(4) + 1);
    const values: number[] = [];
    while (values.length < count) {
      expect(read(1)).toBe(1);
      const length = read(sizes[read(2)]!) + 1;
      values.push(...new Array(length).fill(read(8)));
    }
    const expected = Array.from({ length: count }, (_, i) => {
      const pixel = Math.floor(i / 4);
      return covers([holed], (pixel % WIDTH) + 0.5, Math.floor(pixel / WIDTH) + 0.5) ? 255 : 0;
    });
    expect(values).toEqual(expected);
    expect(await json(file!.path, 'notes.json')).toMatchObject({ masks: [{ image: 'a.png' }] });
  });
});

describe.each(['cvat', 'label-studio'] as const)('for %s', (format) => {
  test('failed and changed images are left out and named; a page gets a picture of its own', async () => {
    const fixture = await reportFixture();
    const { out, done, failed, report } = fixture;
    const images = [
      failed('broken.png', 'no'),
      { ...done('other.png'), file: 'changed' as const },
      { ...done('away.png'), file: 'missing' as const },
      await pageOf(fixture),
    ];
    const [file] = await exportReport(report(images), [format], out);
    const notes = await json(file!.path, 'notes.json');
    expect(notes).toMatchObject({
      leftOut: [
        { image: 'broken.png', reason: 'failed: image-unreadable' },
        { image: 'other.png', reason: 'the file has changed since it was inspected' },
      ],
      notThere: [{ image: 'away.png' }],
      pictures: [{ image: 'stack.tif · page 2 of 2', picture: 'clipsam-pictures/stack-page-2.png' }],
    });
    expect(await isGreen(join(file!.path, 'clipsam-pictures', 'stack-page-2.png'))).toBe(true);
    const text = await readFile(
      join(file!.path, format === 'cvat' ? 'annotations.xml' : 'tasks.json'),
      'utf8',
    );
    expect(text).toContain('clipsam-pictures/stack-page-2.png');
    expect(text).not.toContain('other.png');
  });
});

test('a TIFF, which browsers do not show, gets a picture for Label Studio and none for CVAT', async () => {
  const fixture = await reportFixture();
  const page = await pageOf(fixture);
  const whole = { ...page, name: 'part.TIF', path: page.path, page: null };
  const written = await exportReport(fixture.report([whole]), ['cvat', 'label-studio'], fixture.out);
  const notes = await Promise.all(written.map(({ path }) => json(path, 'notes.json')));
  expect(notes.map(({ pictures }) => pictures.length)).toEqual([0, 1]);
});
