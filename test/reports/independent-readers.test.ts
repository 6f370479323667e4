import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { writeFileAtomically } from '../../src-main/files/atomic-write.ts';
import { parquetPieces } from '../../src-main/parquet/parquet-pieces.ts';
import { exportReport } from '../../src-main/reports/export-report.ts';
import type { Polygon } from '../../src-shared/geometry.ts';
import { typedScale } from '../../src-shared/scale.ts';
import { tempFolder } from '../temp-folder.ts';
import { hasLibreOffice, hasReader, openWithLibreOffice, readWith } from './other-readers.ts';
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

const HOSTILE = [
  '=cmd|calc!A1.png',
  '+1.png',
  '-2+3.png',
  '@SUM(A1).png',
  '\tx.png',
  'a,"b"\nc.png',
  '缺陷 <&>.png',
];

const triangle: Polygon = [
  [
    [2, 30],
    [22, 30],
    [2, 46],
  ],
];
const square: Polygon = [
  [
    [10, 10],
    [30, 10],
    [30, 20],
    [10, 20],
    [10, 10],
  ],
];

/** Rows of pixels whose centre is covered. */
function rowsOf(polygons: readonly Polygon[]): number[][] {
  return Array.from({ length: HEIGHT }, (_, y) =>
    Array.from({ length: WIDTH }, (_, x) => (covers(polygons, x + 0.5, y + 0.5) ? 1 : 0)),
  );
}

const sum = (rows: readonly (readonly number[])[]) => rows.flat().reduce((a, b) => a + b, 0);

async function reviewedRun() {
  const { out, done, failed, report } = await reportFixture();
  const images = [
    ...HOSTILE.map((name) => done(name)),
    done('good.png', { score: 0.1, regions: [] }),
    done('two.png', {
      regions: [regionOf(1, [square, triangle], 0.9), regionOf(2, [holed], 0.8), regionOf(3, [square], 0.7)],
      annotations: [
        annotation({ regionIndex: 3 }),
        annotation({ id: 2, kind: 'missed-defect', polygons: [triangle], defectClass: 'crack "A" & B' }),
      ],
      verdict: verdict({ verdict: 'reject', severity: 'major', comment: '=1+1', defectClass: 'crack' }),
    }),
    failed('broken.png', '=The file is cut off'),
  ];
  const base = report(images);
  const scale = typedScale(0.1);
  return { out, images, report: { ...base, batch: { ...base.batch, scale } } };
}

describe.skipIf(!hasReader('csv'))('Python’s csv module, strict', () => {
  test('reads every cell of a CSV without a byte order mark as it was', async () => {
    const { out, images, report } = await reviewedRun();
    const csv = { separator: ',', decimal: '.', bom: false } as const;
    const [file] = await exportReport(report, ['csv'], out, { csv });
    const [header, ...rows] = readWith<string[][]>('csv', file!.path);
    expect(header![0]).toBe('image');
    expect(rows).toHaveLength(images.length);
    for (const row of rows) expect(row).toHaveLength(header!.length);
    const column = (name: string) => rows.map((row) => row[header!.indexOf(name)]!);
    // Cells that spreadsheets take for formulas have an apostrophe; the key has the name as it is.
    const told = images.map(({ name }) => (/^[=+\-@\t]/.test(name) ? `'${name}` : name));
    expect(column('image')).toEqual(told);
    expect(column('key').map(decodeURIComponent)).toEqual(images.map(({ name }) => name));
    expect(column('comment')[8]).toBe("'=1+1");
  });
});

describe.skipIf(!hasReader('openpyxl'))('openpyxl', () => {
  interface Book {
    readonly title: string;
    readonly created: string;
    readonly modified: string;
    readonly sheets: Record<string, Sheet>;
  }
  interface Sheet {
    readonly values: (string | number | null)[][];
    readonly types: string[][];
    readonly frozen: string | null;
    readonly filter: string | null;
    readonly widths: number[];
    readonly pictures: unknown[][];
  }

  test('finds typed cells, frozen headers, filters, widths, pictures and the run’s dates in a workbook', async () => {
    const { out, images, report } = await reviewedRun();
    const [file] = await exportReport(report, ['xlsx'], out);
    const book = readWith<Book>('openpyxl', file!.path);
    expect(Object.keys(book.sheets)).toEqual(['images', 'regions', 'rejected', 'summary', 'charts']);
    expect([book.title, book.created, book.modified]).toEqual([
      'Lot 7',
      '2024-05-01T09:29:00',
      '2024-05-01T09:30:00',
    ]);
    for (const sheet of Object.values(book.sheets)) {
      expect(sheet.frozen).toBe('A2');
      expect(sheet.types.flat()).not.toContain('f');
      for (const width of sheet.widths) expect(width).toBeGreaterThanOrEqual(8);
    }
    const table = (name: string) => {
      const { values, types } = book.sheets[name]!;
      const header = values[0]!.map(String);
      return (column: string) => {
        const at = header.indexOf(column);
        return { values: values.slice(1).map((row) => row[at]), types: types.slice(1).map((row) => row[at]) };
      };
    };
    const image = table('images');
    expect(image('image').values).toEqual(images.map(({ name }) => name));
    expect(new Set(image('image').types)).toEqual(new Set(['s']));
    expect(image('score').values.slice(6)).toEqual([0.9, 0.1, 0.9, null]);
    expect(image('score').types[8]).toBe('n');
    expect(image('finished_at (UTC)').values[0]).toBe('2024-05-01 09:30:00');
    expect(image('finished_at (UTC)').types[0]).toBe('d');
    expect(image('comment').values[8]).toBe('=1+1');
    expect(image('error').values[9]).toBe('=The file is cut off');
    expect(book.sheets.images!.filter).toMatch(/^A1:[A-Z]{2}11$/);
    // One region of the fixture per hostile name, three of the model's and one that was drawn.
    const region = table('regions');
    expect(region('image').values.slice(HOSTILE.length)).toEqual(new Array(4).fill('two.png'));
    const last = <T>(values: readonly T[]) => values.slice(-4);
    expect(last(region('class').values)).toEqual(['defect', 'defect', 'false-positive', 'crack "A" & B']);
    expect(last(region('area_px').values)).toEqual(
      [[square, triangle], [holed], [square], [triangle]].map((shape) => sum(rowsOf(shape))),
    );
    expect(last(region('score').values)).toEqual([0.9, 0.8, 0.7, null]);
    expect(book.sheets.regions!.filter).toBe(`A1:X${HOSTILE.length + 5}`);
    // The square is 20 × 10, its diagonal √500; the triangle's legs are 20 and 16.
    expect(last(region('length_px').values).slice(2)).toEqual([22.361, 25.612]);
    expect(last(region('width_px').values).slice(2)).toEqual([10, 12.494]);
    expect(last(region('length_mm').values).slice(2)).toEqual([2.236, 2.561]);
    expect(last(region('area_mm2').values)[2]).toBe(2);
    // Every hostile name is rejected by the model, and two.png by the inspector.
    const { pictures, filter } = book.sheets.rejected!;
    expect(filter).toBeNull();
    expect(pictures).toEqual([...HOSTILE, 'two.png'].map((_, i) => [i + 1, 0, 'jpeg', WIDTH, HEIGHT]));
    const charts = book.sheets.charts!;
    expect(charts.values.slice(1).map(([name]) => name)).toEqual(['Pareto of defect classes', 'Scores']);
    expect(charts.pictures).toEqual([0, 1].map((i) => [i + 1, 1, 'png', 1440, 720]));
    const summary = Object.fromEntries(book.sheets.summary!.values);
    expect(summary).toMatchObject({
      batch: 'Lot 7',
      recipe_revision: 3,
      images: 10,
      failed: 1,
      'model: reject': 8,
      'model: accept': 1,
      'inspector: reject': 1,
      'not reviewed': 8,
      'rejected images': 8,
      'pictures of rejected images': 8,
      'class: false-positive': 1,
    });
  });
});

describe.skipIf(!hasLibreOffice())('LibreOffice', () => {
  test('opens a workbook and shows its cells', async () => {
    const { out, images, report } = await reviewedRun();
    const [file] = await exportReport(report, ['xlsx'], out);
    const home = `-env:UserInstallation=file://${join(out, 'profile')}`;
    // Of all sheets, a file each.
    const filter = 'csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1';
    const args = ['--headless', home, '--convert-to', filter, '--outdir', join(out, 'csv'), file!.path];
    openWithLibreOffice(args);
    const text = (sheet: string) => readFile(join(out, 'csv', `results-${sheet}.csv`), 'utf8');
    const shown = await text('images');
    for (const { name } of images) expect(shown).toContain(name.replaceAll('"', '""'));
    expect(shown).toContain('2024-05-01 09:30:00');
    expect(shown).not.toMatch(/#NAME\?|Err:5/);
    expect(await text('regions')).toContain('crack ""A"" & B');
    expect(await text('summary')).toContain('model: reject,8');
  });
});

describe.skipIf(!hasReader('pycocotools'))('pycocotools', () => {
  interface Found {
    readonly category: string;
    readonly polygon: boolean;
    readonly area: number;
    readonly bbox: number[];
    readonly pixels: number;
    readonly box: number[];
  }

  test('reads masks of the areas that the annotations state', async () => {
    const { out, report } = await reviewedRun();
    const [file] = await exportReport(report, ['coco'], out);
    const found = readWith<Found[]>('pycocotools', file!.path);
    const two = found.slice(-4);
    expect(two.map(({ category }) => category)).toEqual([
      'defect',
      'defect',
      'false-positive',
      'crack "A" & B',
    ]);
    expect(two.map(({ polygon }) => polygon)).toEqual([true, false, true, true]);
    for (const { polygon, area, pixels, bbox, box } of found) {
      if (!polygon) {
        expect(pixels).toBe(area);
        expect(box).toEqual(bbox);
        continue;
      }
      // It draws polygons by another rule, which may take the pixels that the outline runs through.
      const [, , width, height] = bbox as [number, number, number, number];
      expect(Math.abs(pixels - area)).toBeLessThanOrEqual(2 * (width + height));
    }
    expect(two[1]!.pixels).toBe(sum(rowsOf([holed])));
  });
});

describe.skipIf(!hasReader('pyarrow'))('PyArrow', () => {
  interface Table {
    readonly types: Record<string, string>;
    readonly groups: number[];
    readonly metadata: Record<string, string>;
    readonly rows: Record<string, string | number | boolean | null>[];
  }
  type Tables = Record<'images' | 'regions', Table>;

  test('reads typed columns with what stands in CSV and JSON', async () => {
    const { out, images, report } = await reviewedRun();
    const csv = { separator: ',', decimal: '.', bom: false } as const;
    const files = await exportReport(report, ['csv', 'json', 'parquet'], out, { csv });
    const pathOf = Object.fromEntries(files.map(({ format, path }) => [format, path]));
    const tables = readWith<Tables>('pyarrow', pathOf.parquet!);
    const { types, rows, metadata } = tables.images;
    expect(metadata).toMatchObject({ 'clipsam.workspace': 'ws', 'clipsam.job': 'ws/1' });
    expect(types).toMatchObject({
      image: 'string',
      score: 'double',
      regions: 'int32',
      image_id: 'int64',
      overturned: 'bool',
      finished_at: 'timestamp[ms, tz=UTC]',
      reviewed_at: 'timestamp[ms, tz=UTC]',
    });
    const [header, ...lines] = readCsv(pathOf.csv!);
    expect(Object.keys(types)).toEqual(header);
    expect(rows).toHaveLength(images.length);
    for (const [i, row] of rows.entries()) expect(asCells(row)).toEqual(plain(lines[i]!));
    const { results } = JSON.parse(await readFile(pathOf.json!, 'utf8'));
    for (const [i, { resultId, resultContent, creationTime }] of results.entries()) {
      const { score = null, timings } = resultContent;
      const { result, finished_at, time_ms, image_id } = rows[i]!;
      expect({ result, image_id, score: rows[i]!.score, time_ms }).toEqual({
        result: resultId,
        image_id: resultContent.imageId,
        score,
        time_ms: timings?.total ?? null,
      });
      expect(Date.parse(String(finished_at))).toBe(Date.parse(creationTime));
    }
    // As the sheet of regions: the model's, and the one that was drawn.
    const last = tables.regions.rows.slice(-4);
    expect(last.map((row) => [row.image, row.region, row.class, row.area_px, row.below_limit])).toEqual([
      ['two.png', 1, 'defect', sum(rowsOf([square, triangle])), false],
      ['two.png', 2, 'defect', sum(rowsOf([holed])), false],
      ['two.png', 3, 'false-positive', sum(rowsOf([square])), false],
      ['two.png', null, 'crack "A" & B', sum(rowsOf([triangle])), false],
    ]);
    expect(last.map(({ polygons }) => JSON.parse(String(polygons)))).toEqual([
      [square, triangle],
      [holed],
      [square],
      [triangle],
    ]);
    const known = new Set(rows.map(({ result }) => result));
    expect(tables.regions.rows.every(({ result }) => known.has(result!))).toBe(true);
  });

  test('reads a run without images with all its columns', async () => {
    const { out, done, report } = await reportFixture();
    const [file] = await exportReport(report([done('a.png')]), ['parquet'], out);
    const { images, regions } = readWith<Tables>('pyarrow', file!.path);
    const [empty] = await exportReport(report([]), ['parquet'], out);
    const none = readWith<Tables>('pyarrow', empty!.path);
    expect([none.images.rows, none.regions.rows]).toEqual([[], []]);
    expect([none.images.types, none.regions.types]).toEqual([images.types, regions.types]);
  });

  test('reads rows in groups, with every value as it was', async () => {
    const folder = await tempFolder();
    const columns = { text: 'text', number: 'double', id: 'int64', at: 'time', is: 'boolean' } as const;
    const rows = Array.from({ length: 20_001 }, (_, i) => ({
      text: i % 5 === 0 ? null : `image ${i} 缺陷`,
      number: i % 7 === 0 ? null : i / 20_001,
      id: 2 ** 40 + i,
      at: new Date(1.7e12 + i).toISOString(),
      is: i % 3 === 0,
    }));
    const pieces = parquetPieces(columns, ReadableStream.from(rows), {});
    await writeFileAtomically(join(folder, 'rows.parquet'), pieces);
    const read = readWith<Record<'rows', Table>>('pyarrow', folder).rows;
    expect(read.groups).toEqual([10_000, 10_000, 1]);
    expect(read.rows.map((row) => ({ ...row, at: new Date(String(row.at)).toISOString() }))).toEqual(rows);
  });

  /** Rows of cells, as Python reads them. */
  const readCsv = (path: string) => readWith<string[][]>('csv', path);

  /** Cells without the apostrophe before what spreadsheets take for a formula. */
  const plain = (cells: readonly string[]) => cells.map((cell) => cell.replace(/^'(?=[=+\-@\t])/, ''));

  /** A row as the CSV has it. */
  function asCells(row: Table['rows'][number]): string[] {
    return Object.entries(row).map(([name, value]) => {
      if (value === null) return '';
      if (typeof value === 'boolean') return value ? 'yes' : 'no';
      if (name.endsWith('_at')) return new Date(String(value)).toISOString();
      if (name === 'score') return String(Number(Number(value).toFixed(6)));
      if (name === 'time_ms') return String(Number(Number(value).toFixed(1)));
      return String(value);
    });
  }
});

describe.skipIf(!hasReader('datumaro'))('Datumaro', () => {
  interface Dataset {
    readonly labels: string[];
    readonly items: {
      readonly id: string;
      readonly annotations: {
        readonly type: string;
        readonly label: string;
        readonly group: number;
        readonly attributes: Record<string, string>;
        readonly points: number[] | null;
        readonly rows: number[][] | null;
      }[];
    }[];
  }

  test('reads polygons, groups, masks with holes, labels and attributes of the file for CVAT', async () => {
    const { out, images, report } = await reviewedRun();
    const [file] = await exportReport(report, ['cvat'], out);
    const { labels, items } = readWith<Dataset>('datumaro', file!.path);
    expect(labels).toEqual(['defect', 'false-positive', 'crack "A" & B']);
    const shown = images.slice(0, -1).map(({ name }) => name.replace(/\.png$/, ''));
    expect(items.map(({ id }) => id)).toEqual(shown);
    const two = items.at(-1)!.annotations;
    expect(two.map(({ type, label, group }) => [type, label, group])).toEqual([
      ['polygon', 'defect', 1],
      ['polygon', 'defect', 1],
      ['mask', 'defect', 0],
      ['polygon', 'false-positive', 0],
      ['polygon', 'crack "A" & B', 0],
    ]);
    expect(two[1]!.points).toEqual([2, 30, 22, 30, 2, 46]);
    expect(two[2]!.rows).toEqual(rowsOf([holed]));
    expect(two[2]!.attributes).toEqual({ region: '2', score: '0.8', inspector: '' });
    expect(two[4]!.attributes).toEqual({ region: '', score: '', inspector: 'ana' });
  });
});

describe.skipIf(!hasReader('label_studio_sdk'))('Label Studio’s SDK', () => {
  interface Found {
    readonly tasks: {
      readonly predictions: boolean;
      readonly annotations: boolean;
      readonly masks: number[][][];
    }[];
  }

  test('takes interface, tasks, predictions and annotations, and reads the brush masks', async () => {
    const { out, images, report } = await reviewedRun();
    const [file] = await exportReport(report, ['label-studio'], out);
    const { tasks } = readWith<Found>('label_studio_sdk', file!.path);
    expect(tasks).toHaveLength(images.length - 1);
    for (const task of tasks) expect(task).toMatchObject({ predictions: true, annotations: true });
    // Once as the model's, once as reviewed.
    expect(tasks.at(-1)!.masks).toEqual([rowsOf([holed]), rowsOf([holed])]);
  });
});
