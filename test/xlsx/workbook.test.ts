import { buffer } from 'node:stream/consumers';
import { expect, test, vi } from 'vitest';
import { fromBufferPromise } from 'yauzl';
import { cellText, LONGEST_CELL } from '../../src-main/xlsx/cell-text.ts';
import { workbook } from '../../src-main/xlsx/workbook.ts';

const dates = { created: new Date('2024-05-01T09:29:00Z'), modified: new Date('2024-05-01T09:30:06Z') };
const sheet = {
  name: 'a',
  header: ['text', 'number', 'date'],
  rows: [
    ['=1+1', 1.5, new Date('2024-05-01T12:00:00Z')],
    [null, Number.NaN, null],
  ],
  filter: true,
};

test('the same content and dates give the same bytes at any time', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2025-01-01') });
  try {
    const first = await workbook([sheet], 'Lot 7', dates);
    vi.setSystemTime(new Date('2031-12-31T23:59:58Z'));
    expect(Buffer.compare(await workbook([sheet], 'Lot 7', dates), first)).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test('every file in the archive has the given date, and the sheet its filter and typed cells', async () => {
  const zip = await fromBufferPromise(Buffer.from(await workbook([sheet], 'Lot 7', dates)));
  const texts: Record<string, string> = {};
  for await (const entry of zip.eachEntry()) {
    // MS-DOS, in steps of two seconds: 2024-05-01 is 0x58a1, 09:30:06 is 0x4bc3.
    expect([entry.lastModFileDate, entry.lastModFileTime]).toEqual([0x58a1, 0x4bc3]);
    texts[entry.fileName] = (await buffer(await zip.openReadStreamPromise(entry))).toString('utf8');
  }
  const xml = texts['xl/worksheets/sheet1.xml']!;
  expect(xml).toContain('</sheetData><autoFilter ref="A1:C3"/>');
  expect(xml).not.toContain('<f>');
  expect(xml).toMatch(/<c r="B2"( s="\d+")?><v>1\.5<\/v>/);
  // 45413 is 2024-05-01 counted from 1899-12-30.
  expect(xml).toMatch(/<c r="C2" s="\d+"><v>45413\.5<\/v>/);
  expect(texts['docProps/core.xml']).toContain('>2024-05-01T09:29:00Z</dcterms:created>');
  expect(texts['xl/sharedStrings.xml']).toContain('<t>=1+1</t>');
  expect(texts['xl/sharedStrings.xml']).toContain('<t>NaN</t>');
});

test.each([
  ['a\r\nb\rc', 'a\nb\nc'],
  ['bell\u0007, half \ud800, \ufffe', 'bell?, half ?, ?'],
  // What stands for a letter in these files is written so that it stands for itself.
  ['_x0041_', '_x005F_x0041_'],
  ['_xyz_', '_xyz_'],
  ['缺陷 🔩', '缺陷 🔩'],
  // Names that plain objects have.
  ['constructor', '_x0063_onstructor'],
  ['toString', '_x0074_oString'],
])('cell text of %j', (text, expected) => {
  expect(cellText(text)).toBe(expected);
});

test('a text that is too long for a cell is cut and says so', () => {
  const text = cellText('n'.repeat(LONGEST_CELL + 1));
  expect(text).toHaveLength(LONGEST_CELL);
  expect(text.endsWith('n … (cut)')).toBe(true);
  expect(cellText('n'.repeat(LONGEST_CELL))).toBe('n'.repeat(LONGEST_CELL));
});

test('a class that is called as a property of objects leaves the workbook whole', async () => {
  const rows = [['constructor'], ['toString'], ['__proto__'], ['__proto__']];
  const bytes = await workbook([{ name: 'a', header: ['class'], rows, filter: true }], 't', dates);
  const zip = await fromBufferPromise(Buffer.from(bytes));
  for await (const entry of zip.eachEntry()) {
    if (!entry.fileName.startsWith('xl/worksheets/sheet')) continue;
    const xml = (await buffer(await zip.openReadStreamPromise(entry))).toString('utf8');
    const cells = [...xml.matchAll(/<c r="A\d+"[^>]*><v>([^<]*)<\/v>/g)].map(([, value]) => value);
    expect(cells).toHaveLength(5);
    for (const value of cells) expect(value).toMatch(/^\d+$/);
  }
});
