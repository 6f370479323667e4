import { readdir, readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { encodeGrey8 } from '../../src-main/codec/image-codec.ts';
import { ArtifactStore } from '../../src-main/files/artifact-store.ts';
import { exportReport } from '../../src-main/reports/export-report.ts';
import type { Polygon } from '../../src-shared/geometry.ts';
import type { Notice } from '../../src-shared/notice.ts';
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
    [10, 10],
    [30, 10],
    [30, 20],
    [10, 20],
    [10, 10],
  ],
];
const triangle: Polygon = [
  [
    [2, 30],
    [22, 30],
    [2, 46],
  ],
];

/** Pixels whose centre is covered. */
function pixelsOf(polygons: readonly Polygon[], width = WIDTH, height = HEIGHT): number {
  let count = 0;
  for (let i = 0; i < width * height; i++) {
    if (covers(polygons, (i % width) + 0.5, Math.floor(i / width) + 0.5)) count++;
  }
  return count;
}

/** Fields of a CSV text (RFC 4180). */
function parseCsv(text: string, separator = ','): string[][] {
  const rows: string[][] = [[]];
  const cells = new RegExp(`(?:"((?:[^"]|"")*)"|([^"${separator}\\r\\n]*))([${separator}]|\\r\\n|$)`, 'g');
  for (const [, quoted, plain, end] of text.matchAll(cells)) {
    rows.at(-1)!.push(quoted?.replaceAll('""', '"') ?? plain!);
    if (end === '\r\n') rows.push([]);
    if (end === '') break;
  }
  return rows.filter((row) => row.length > 1);
}

/** The artifacts of an image in which nothing was found. */
async function blankResult(folder: string, width: number, height: number) {
  const store = new ArtifactStore(join(folder, 'blank'));
  const mask = await store.put(await encodeGrey8(width, height, new Uint8Array(width * height)), 'image/png');
  return { raster: store.pathOf(mask), artifacts: { coarseMap: mask, finalMap: mask, mask } };
}

describe('CSV', () => {
  test('one row per image with verdicts; hostile cells are text, not formulas', async () => {
    const { out, done, failed, report } = await reportFixture();
    const names = [
      '=cmd|calc!A1.png',
      '+1.png',
      '-2+3.png',
      '@SUM(A1).png',
      '\tx.png',
      'a,"b"\nc.png',
      'd\ne.png',
      'f\rg.png',
    ];
    const overturned = verdict({
      verdict: 'accept',
      overturnReason: '=HYPERLINK("http://evil")',
      severity: 'minor',
    });
    const images = [
      ...names.map((name) => done(name)),
      done('good.png', { score: 0.1, regions: [] }),
      done('dust.png', {
        verdict: overturned,
        annotations: [annotation({ regionIndex: 1 })],
      }),
      failed('broken.png', 'The file is cut off, sorry.'),
    ];
    const [file] = await exportReport(report(images), ['csv'], out);
    const text = await readFile(file!.path, 'utf8');
    expect(text.startsWith('\ufeffimage,')).toBe(true);
    const [header, ...rows] = parseCsv(text.slice(1));
    const table = rows.map((row) => Object.fromEntries(header!.map((name, i) => [name, row[i]])));
    expect(rows.every((row) => row.length === header!.length)).toBe(true);
    expect(table.map((row) => row.image)).toEqual([
      ...names.slice(0, 5).map((name) => `'${name}`),
      ...names.slice(5),
      'good.png',
      'dust.png',
      'broken.png',
    ]);
    for (const cell of rows.flat()) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
    expect(table[8]).toMatchObject({
      model_verdict: 'accept',
      score: '0.1',
      regions: '0',
      human_verdict: '',
    });
    expect(table[9]).toMatchObject({
      model_verdict: 'reject',
      human_verdict: 'accept',
      overturned: 'yes',
      overturn_reason: `'=HYPERLINK("http://evil")`,
      severity: 'minor',
      regions: '1',
      regions_after_review: '0',
      false_positives: '1',
    });
    expect(table[10]).toMatchObject({
      status: 'failed',
      error_code: 'image-unreadable',
      error: 'The file is cut off, sorry.',
      score: '',
    });
  });
});

describe('sizes', () => {
  /** 20 × 10 pixels; one of 10 × 10 that is below the limits. */
  const large = { ...regionOf(1, [square], 0.9), area: 200, length: Math.hypot(20, 10), width: 10 };
  const small = {
    ...regionOf(2, [holed], 0.99),
    area: 300,
    length: 30,
    width: 20,
    belowLimit: true as const,
  };
  const scale = { millimetresPerPixel: 0.5, source: 'typed', imageWidth: null, imageHeight: null } as const;

  async function written(scaled: boolean) {
    const { out, done, report } = await reportFixture();
    const image = done('a.png', { regions: [large, small] });
    const result = scaled ? { ...image.result, scale } : image.result;
    const files = await exportReport(report([{ ...image, result }]), ['csv', 'json', 'coco', 'html'], out);
    const pathOf = (format: string) => files.find((file) => file.format === format)!.path;
    const [header, row] = parseCsv((await readFile(pathOf('csv'), 'utf8')).slice(1));
    const json = JSON.parse(await readFile(pathOf('json'), 'utf8'));
    const coco = JSON.parse(await readFile(pathOf('coco'), 'utf8'));
    const pages = (await readdir(out, { recursive: true })).filter((name) => name.endsWith('.html'));
    const html = await Promise.all(pages.map((name) => readFile(join(out, name), 'utf8')));
    return {
      csv: Object.fromEntries(header!.map((name, i) => [name, row![i]])),
      content: json.results[0].resultContent,
      coco,
      html: html.join('\n'),
    };
  }

  test('are in pixels and millimetres with a scale, of what counts', async () => {
    const { csv, content, coco, html } = await written(true);
    expect(csv).toMatchObject({
      regions: '2',
      regions_below_limit: '1',
      largest_region_px: '200',
      region_length_px: '22.3607',
      region_width_px: '10',
      region_length_mm: '11.1803',
      region_width_mm: '5',
      region_area_mm2: '50',
      scale_mm_per_px: '0.5',
      width_px: String(WIDTH),
    });
    // The disc of the same area: π/4 · d² is 200, or 50 mm².
    expect((Number(csv.region_equivalent_diameter_px) ** 2 * Math.PI) / 4).toBeCloseTo(200, 1);
    expect((Number(csv.region_equivalent_diameter_mm) ** 2 * Math.PI) / 4).toBeCloseTo(50, 1);
    expect(content.scale).toEqual(scale);
    expect(content.regions[0].size.px).toMatchObject({ length: 22.3607, width: 10, area: 200 });
    expect(content.regions[0].size.mm).toMatchObject({ length: 11.1803, width: 5, area: 50 });
    expect(content.regions.map((region: { belowLimit?: true }) => region.belowLimit)).toEqual([
      undefined,
      true,
    ]);
    expect(coco.images[0].scale_mm_per_px).toBe(0.5);
    const [first, second] = coco.annotations;
    expect(first.attributes).toMatchObject({ below_limit: false, length_px: 22.3607, length_mm: 11.1803 });
    expect(first.attributes.area_mm2).toBeCloseTo(first.area * 0.25, 9);
    expect(second.attributes).toMatchObject({ below_limit: true, width_px: 20, width_mm: 10 });
    expect(html).toContain('0.5 mm per pixel');
    expect(html).toContain('length 11.18 mm · width 5 mm · area 50 mm²');
    expect(html).toContain('below the limit');
  });

  test('are in pixels without a scale, and that is said', async () => {
    const { csv, content, coco, html } = await written(false);
    expect(csv).toMatchObject({
      region_length_px: '22.3607',
      region_length_mm: '',
      region_area_mm2: '',
      scale_mm_per_px: '',
    });
    expect(content.scale).toBeNull();
    expect(content.regions[0].size.mm).toBeNull();
    expect(coco.images[0].scale_mm_per_px).toBeNull();
    expect(coco.annotations[0].attributes).toMatchObject({ length_px: 22.3607, length_mm: null });
    expect(html).toContain('not known: sizes are in pixels');
    expect(html).toContain('length 22.36 px · width 10 px');
  });
});

describe('joining', () => {
  const names = [
    '=1+1.png',
    '-2.png',
    '+3.png',
    '@x.png',
    "'a.png",
    'line 1/ü–"b".png',
    'c,d;e.png',
    '\ud800.png',
  ];

  test('every export has the same key and id for an image, and no key is a formula', async () => {
    const { out, done, report } = await reportFixture();
    const images = names.map((name) => done(name));
    const written = await exportReport(report(images), ['csv', 'json', 'coco', 'masks'], out);
    const text = async (at: number, name = '') => readFile(join(written[at]!.path, name), 'utf8');
    const [header, ...rows] = parseCsv((await text(0)).slice(1));
    const column = (name: string) => rows.map((row) => row[header!.indexOf(name)]!);
    const keys = column('key');
    expect(keys.map(decodeURIComponent)).toEqual(names.map((name) => name.toWellFormed()));
    for (const key of keys) expect(key).toMatch(/^[A-Za-z0-9%'.][A-Za-z0-9%'._~!*()-]*$/);
    const { results } = JSON.parse(await text(1));
    expect(results.map((r: { resultContent: { key: string } }) => r.resultContent.key)).toEqual(keys);
    const coco = JSON.parse(await text(2));
    expect(coco.images.map(({ key }: { key: string }) => key)).toEqual(keys);
    const { masks } = JSON.parse(await text(3, 'class-map.json'));
    expect(masks.map(({ key }: { key: string }) => key)).toEqual(keys);
    const ids = column('image_id').map(Number);
    expect(ids).toEqual(images.map(({ imageId }) => imageId));
    expect(results.map((r: { resultContent: { imageId: number } }) => r.resultContent.imageId)).toEqual(ids);
    expect(coco.images.map(({ id }: { id: number }) => id)).toEqual(ids);
    expect(masks.map(({ imageId }: { imageId: number }) => imageId)).toEqual(ids);
  });

  test('a German spreadsheet gets semicolons and decimal commas', async () => {
    const { out, done, report } = await reportFixture();
    const images = names.map((name, i) => done(name, { score: 0.5 + i / 1000 }));
    const csv = { separator: ';', decimal: ',', bom: true } as const;
    const [file] = await exportReport(report(images), ['csv'], out, { csv });
    const [header, ...rows] = parseCsv((await readFile(file!.path, 'utf8')).slice(1), ';');
    expect(rows.every((row) => row.length === header!.length)).toBe(true);
    const column = (name: string) => rows.map((row) => row[header!.indexOf(name)]!);
    expect(column('score')).toEqual(['0,5', '0,501', '0,502', '0,503', '0,504', '0,505', '0,506', '0,507']);
    expect(column('image')[6]).toBe('c,d;e.png');
  });
});

describe('JSON', () => {
  test('records are named after OPC 40100-1', async () => {
    const { out, done, failed, report } = await reportFixture();
    const images = [done('a/1.png', { verdict: verdict({ verdict: 'reject' }) }), failed('2.png', 'no')];
    const [file] = await exportReport(report(images), ['json'], out);
    const { results, ...head } = JSON.parse(await readFile(file!.path, 'utf8'));
    expect(head).toMatchObject({
      format: 'clipsam-results',
      total: 2,
      batch: { lot: 'L7' },
      recipe: { theta: 0.5 },
    });
    expect(results).toMatchObject([
      {
        resultId: 'ws/1/a/1.png',
        isPartial: false,
        isSimulated: false,
        resultState: 1,
        partId: 'a/1.png',
        productId: 'PN-1',
        jobId: 'ws/1',
        internalRecipeId: { id: 'Default r3', hash: 'b'.repeat(64) },
        creationTime: '2024-05-01T09:30:00.000Z',
        processingTimes: {
          startTime: '2024-05-01T09:29:59.972Z',
          endTime: '2024-05-01T09:30:00.000Z',
          processingDuration: 28,
        },
        resultContent: { score: 0.9, regions: [{ index: 1 }], humanVerdict: { verdict: 'reject' } },
      },
      { resultState: 4, resultContent: { error: { code: 'image-unreadable', message: 'no' } } },
    ]);
  });
});

describe('COCO', () => {
  test('boxes, areas and references agree with the shapes', async () => {
    const { out, done, failed, report } = await reportFixture();
    const images = [
      done('good.png', { regions: [], score: 0.1 }),
      failed('broken.png', 'no'),
      done('two.png', {
        regions: [
          regionOf(1, [square, triangle], 0.9),
          regionOf(2, [holed], 0.8),
          regionOf(3, [square], 0.7),
          regionOf(4, [], 0.6),
        ],
        annotations: [
          annotation({ regionIndex: 3 }),
          annotation({
            kind: 'corrected-region',
            regionIndex: 2,
            polygons: [holed, triangle],
            defectClass: 'dent',
          }),
          annotation({ kind: 'missed-defect', polygons: [triangle], defectClass: 'crack' }),
        ],
      }),
    ];
    const [file] = await exportReport(report(images), ['coco'], out);
    const coco = JSON.parse(await readFile(file!.path, 'utf8'));
    expect(coco.images).toEqual([
      {
        id: 1,
        file_name: 'good.png',
        width: WIDTH,
        height: HEIGHT,
        scale_mm_per_px: null,
        key: 'good.png',
        result: 'ws/1/good.png',
        file_now: 'same',
        notices: [],
      },
      {
        id: 3,
        file_name: 'two.png',
        width: WIDTH,
        height: HEIGHT,
        scale_mm_per_px: null,
        key: 'two.png',
        result: 'ws/1/two.png',
        file_now: 'same',
        notices: [],
      },
    ]);
    expect(coco.left_out).toEqual([{ file_name: 'broken.png', image_id: 2, error: 'image-unreadable' }]);
    expect(coco.categories.map((c: { id: number; name: string }) => `${c.id} ${c.name}`)).toEqual([
      '1 defect',
      '2 false-positive',
      '3 dent',
      '4 crack',
    ]);
    expect(
      coco.annotations.map((a: Record<string, unknown>) => [
        a.id,
        a.image_id,
        a.category_id,
        a.score,
        a.iscrowd,
      ]),
    ).toEqual([
      [1, 3, 1, 0.9, 0],
      [2, 3, 3, 0.8, 0],
      [3, 3, 2, 0.7, 0],
      [4, 3, 1, 0.6, 0],
      [5, 3, 4, undefined, 0],
    ]);
    const [two, corrected, , boxOnly, missed] = coco.annotations;
    expect(two.segmentation).toEqual([
      [10, 10, 30, 10, 30, 20, 10, 20],
      [2, 30, 22, 30, 2, 46],
    ]);
    expect(two.bbox).toEqual([2, 10, 28, 36]);
    expect(two.area).toBe(pixelsOf([square, triangle]));
    expect(corrected.area).toBe(pixelsOf([holed, triangle]));
    expect(corrected.segmentation.size).toEqual([HEIGHT, WIDTH]);
    const columns = (corrected.segmentation.counts as number[]).flatMap((n, i) => new Array(n).fill(i % 2));
    const pixels = columns.map((_, i) =>
      covers([holed, triangle], Math.floor(i / HEIGHT) + 0.5, (i % HEIGHT) + 0.5) ? 1 : 0,
    );
    expect(columns).toEqual(pixels);
    expect(boxOnly.bbox).toEqual([10, 10, 20, 10]);
    expect(missed.segmentation).toEqual([[2, 30, 22, 30, 2, 46]]);
    expect(missed.attributes).toMatchObject({ region: null, reviewed_by: 'ana' });
  });
});

describe('COCO of shapes that cross themselves', () => {
  // Drawn in Review, four corners crosswise, on an image of 640 × 480.
  const bowTie: Polygon = [
    [
      [117.92, 312.63],
      [203.36, 398.08],
      [203.36, 312.63],
      [117.92, 398.08],
    ],
  ];

  test('a bow tie has the 3,612 pixels of its mask: in area, run lengths and PNG', async () => {
    const { out, done, report } = await reportFixture();
    const [width, height] = [640, 480];
    const image = done('bow.png', {
      regions: [],
      annotations: [annotation({ kind: 'missed-defect', polygons: [bowTie] })],
    });
    const { raster, ...big } = await blankResult(out, width, height);
    const wide = { ...image, result: { ...image.result, width, height, artifacts: big.artifacts } };
    const written = await exportReport(
      report([wide], { artifactPath: () => raster }),
      ['coco', 'masks'],
      out,
    );
    const coco = JSON.parse(await readFile(written[0]!.path, 'utf8'));
    const [bow] = coco.annotations;
    expect(bow.area).toBe(3612);
    expect(pixelsOf([bowTie], width, height)).toBe(3612);
    const { counts } = bow.segmentation as { counts: number[] };
    expect(counts.filter((_, i) => i % 2).reduce((a, b) => a + b)).toBe(3612);
    // As pycocotools 2 measures those run lengths.
    expect(bow.bbox).toEqual([118, 313, 85, 84]);
    const mask = await sharp(join(written[1]!.path, 'bow.png')).extractChannel(0).raw().toBuffer();
    expect(mask.filter((value) => value === 1)).toHaveLength(3612);
  });

  test('only shapes that every reader takes alike stay polygons', async () => {
    const { out, done, report } = await reportFixture();
    const line: Polygon = [
      [
        [3, 3],
        [20, 9],
      ],
    ];
    // Its line touches one of its own corners.
    const pinched: Polygon = [
      [
        [2, 2],
        [20, 2],
        [20, 20],
        [11, 2],
        [2, 20],
      ],
    ];
    const shapes = [square, holed, line, pinched, triangle];
    const annotations = shapes.map((shape, id) =>
      annotation({ id, kind: 'missed-defect', polygons: [shape] }),
    );
    const [file] = await exportReport(report([done('a.png', { regions: [], annotations })]), ['coco'], out);
    const coco = JSON.parse(await readFile(file!.path, 'utf8'));
    const kinds = coco.annotations.map(({ segmentation }: { segmentation: unknown }) =>
      Array.isArray(segmentation),
    );
    expect(kinds).toEqual([true, false, false, false, true]);
    const areas = coco.annotations.map(({ area }: { area: number }) => area);
    expect(areas).toEqual(shapes.map((shape) => pixelsOf([shape])));
  });
});

describe('masks', () => {
  test('hold class numbers at the image’s size, with the inspectors’ annotations over the model’s', async () => {
    const { out, done, failed, report } = await reportFixture();
    const regions = [regionOf(1, [square], 0.9)];
    const images = [
      done('line 1/part.jpg', { regions }),
      done('line 2/part.jpg', {
        regions,
        annotations: [
          annotation({ regionIndex: 1 }),
          annotation({ kind: 'missed-defect', polygons: [triangle], defectClass: 'crack' }),
        ],
      }),
      done('../../escape.png', {
        regions,
        annotations: [annotation({ kind: 'corrected-region', regionIndex: 1, polygons: [triangle] })],
      }),
      failed('broken.png', 'no'),
    ];
    const [exported] = await exportReport(report(images), ['masks'], out);
    const { path } = exported!;
    const map = JSON.parse(await readFile(join(path, 'class-map.json'), 'utf8'));
    expect(map.classes).toEqual({ 0: 'background', 1: 'defect', 2: 'false-positive', 3: 'crack' });
    expect(map.masks).toEqual([
      {
        image: 'line 1/part.jpg',
        imageId: 1,
        key: 'line%201%2Fpart.jpg',
        mask: 'part.png',
        fileNow: 'same',
        notices: [],
      },
      {
        image: 'line 2/part.jpg',
        imageId: 2,
        key: 'line%202%2Fpart.jpg',
        mask: 'part-2.png',
        fileNow: 'same',
        notices: [],
      },
      {
        image: '../../escape.png',
        imageId: 3,
        key: '..%2F..%2Fescape.png',
        mask: 'escape.png',
        fileNow: 'same',
        notices: [],
      },
    ]);
    expect(map.leftOut).toEqual([{ image: 'broken.png', imageId: 4, error: 'image-unreadable' }]);
    expect((await readdir(path)).sort()).toEqual(['class-map.json', 'escape.png', 'part-2.png', 'part.png']);
    const classAt = async (mask: string) => {
      const image = sharp(join(path, mask));
      expect(await image.metadata()).toMatchObject({
        width: WIDTH,
        height: HEIGHT,
        channels: 1,
        depth: 'uchar',
      });
      const data = await image.extractChannel(0).raw().toBuffer();
      return [...data];
    };
    const expected = (inSquare: number, inTriangle: number) =>
      Array.from({ length: WIDTH * HEIGHT }, (_, i) => {
        const [x, y] = [(i % WIDTH) + 0.5, Math.floor(i / WIDTH) + 0.5];
        return covers([triangle], x, y) ? inTriangle : covers([square], x, y) ? inSquare : 0;
      });
    expect(await classAt('part.png')).toEqual(expected(1, 0));
    expect(await classAt('part-2.png')).toEqual(expected(2, 3));
    expect(await classAt('escape.png')).toEqual(expected(0, 1));
  });
});

test('a cancelled export leaves no half-written file', async () => {
  const { out, done, report } = await reportFixture();
  const abort = new AbortController();
  const images = ['1.png', '2.png', '3.png'].map((name) => done(name));
  const onEvent = ({ done: count }: { done: number }) => count === 2 && abort.abort();
  for (const format of ['csv', 'json', 'coco'] as const) {
    await expect(
      exportReport(report(images), [format], out, { signal: abort.signal, onEvent }),
    ).rejects.toMatchObject({ code: 'cancelled' });
  }
  expect(await readdir(out)).toEqual([]);
});

test('everything lands in the folder, and progress counts the images of each format', async () => {
  const { out, done, report } = await reportFixture();
  const events: string[] = [];
  const written = await exportReport(report([done('1.png'), done('2.png')]), ['csv', 'masks', 'csv'], out, {
    onEvent: ({ format, done: count, total }) => events.push(`${format} ${count}/${total}`),
  });
  expect(written.map(({ format }) => format)).toEqual(['csv', 'masks']);
  expect(written.every(({ path }) => path.startsWith(out + sep))).toBe(true);
  expect(events).toEqual(['csv 1/2', 'csv 2/2', 'masks 1/2', 'masks 2/2']);
});

test('COCO of a run at work: what is stored between its two passes is left to the next export', async () => {
  const { out, done, failed, report } = await reportFixture();
  const [first, last] = [done('first.png'), done('last.png')];
  let passes = 0;
  const growing = report([first, failed('retried.png', 'no'), last], {
    async *images() {
      yield first;
      if (passes++ > 0) yield done('retried.png');
      else yield failed('retried.png', 'no');
      yield last;
      if (passes > 1) yield done('new.png');
    },
  });
  const [file] = await exportReport(growing, ['coco'], out);
  const coco = JSON.parse(await readFile(file!.path, 'utf8'));
  const names = new Map(
    coco.images.map(({ id, file_name }: { id: number; file_name: string }) => [id, file_name]),
  );
  expect([...names.values()]).toEqual(['first.png', 'last.png']);
  const marked = coco.annotations.map(({ image_id }: { image_id: number }) => names.get(image_id));
  expect(marked).toEqual(['first.png', 'last.png']);
});

test('notices stand beside the verdict in every format', async () => {
  const { out, done, report } = await reportFixture();
  const image = done('grey.png', { score: 0.3, regions: [] });
  const notices: Notice[] = [
    { code: 'single-colour', red: 7, green: 7, blue: 7 },
    { code: 'samples-clipped', low: 0, high: 1023, share: 0.25 },
  ];
  const images = [{ ...image, result: { ...image.result, notices } }, done('plain.png', { regions: [] })];
  const files = await exportReport(report(images), ['csv', 'json', 'coco', 'masks'], out);
  const read = async (name: string) => readFile(join(out, name), 'utf8');
  const told = [
    {
      ...notices[0],
      level: 'warning',
      text: { en: expect.stringContaining('one colour'), 'zh-CN': expect.stringContaining('一种颜色') },
    },
    {
      ...notices[1],
      level: 'warning',
      text: { en: expect.stringContaining('25%'), 'zh-CN': expect.stringContaining('25%') },
    },
  ];
  expect(files).toHaveLength(4);
  const [header, first, second] = parseCsv((await read('results.csv')).slice(1));
  const cell = (row: string[], name: string) => row[header!.indexOf(name)];
  expect(cell(first!, 'model_verdict')).toBe('accept');
  expect(cell(first!, 'notices')).toBe('single-colour; samples-clipped');
  expect(cell(first!, 'notice_texts')).toMatch(/one colour.* 25% of the pixels/);
  expect([cell(second!, 'notices'), cell(second!, 'notice_texts')]).toEqual(['', '']);
  const { results } = JSON.parse(await read('results.json'));
  expect(results[0].resultContent.notices).toEqual(told);
  expect(results[1].resultContent.notices).toEqual([]);
  const coco = JSON.parse(await read('coco.json'));
  expect(coco.images.map(({ notices }: { notices: unknown }) => notices)).toEqual([told, []]);
  const { masks } = JSON.parse(await read(join('masks', 'class-map.json')));
  expect(masks.map(({ notices }: { notices: unknown }) => notices)).toEqual([told, []]);
});
