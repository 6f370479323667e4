import writeXlsxFile, { type Cell, type Feature, type Image, type Sheet } from 'write-excel-file/node';
import { cellText } from './cell-text.ts';
import { setZipDates } from './zip-dates.ts';

/** Rows that a sheet can have, its header included. */
export const MOST_ROWS = 1_048_576;
const DATE_FORMAT = 'yyyy-mm-dd hh:mm:ss';
const [NARROWEST, WIDEST] = [8, 60];
/** Rows whose texts a column's width is taken from. */
const MEASURED = 1000;
const POINTS_PER_PIXEL = 0.75;
const HEADER = { fontWeight: 'bold', backgroundColor: '#E7ECF2' } as const;

type Content = Image['content'];

export type CellValue = string | number | Date | null;

/** A picture whose upper left corner lies in a cell. */
export interface SheetPicture {
  /** Of {@link SheetContent.rows}, from 0. */
  readonly row: number;
  readonly column: number;
  readonly bytes: Uint8Array;
  readonly mediaType: 'image/jpeg' | 'image/png';
  /** Pixels at 96 to the inch. */
  readonly width: number;
  readonly height: number;
  readonly description: string;
}

export interface SheetContent {
  /** At most 31 characters. */
  readonly name: string;
  /** Titles of the columns: the first row, which stays in place when the sheet is scrolled. */
  readonly header: readonly string[];
  /** Texts are never formulas; dates are shown in UTC. */
  readonly rows: readonly (readonly CellValue[])[];
  /** Whether the header has filters. */
  readonly filter: boolean;
  readonly pictures?: readonly SheetPicture[];
}

/** When the content came to be: the dates of the document. */
export interface WorkbookDates {
  readonly created: Date;
  readonly modified: Date;
}

/**
 * A workbook (Office Open XML). The same content and dates give the same bytes.
 */
export async function workbook(
  sheets: readonly SheetContent[],
  title: string,
  dates: WorkbookDates,
): Promise<Uint8Array> {
  // No font of its own: with one, the library looks up the style of every cell.
  const options = { features: [filters(sheets), properties(title, dates)] };
  const bytes = await writeXlsxFile(sheets.map(toSheet), options).toBuffer();
  setZipDates(bytes, dates.modified);
  return bytes;
}

function toSheet({ name, header, rows, pictures = [] }: SheetContent): Sheet<Content> {
  const heights = new Map<number, number>();
  for (const { row, height } of pictures) {
    heights.set(row, Math.max(heights.get(row) ?? 0, (height + 4) * POINTS_PER_PIXEL));
  }
  return {
    sheet: name,
    stickyRowsCount: 1,
    columns: header.map((_, i) => ({ width: widthOf(header, rows, pictures, i) })),
    data: [
      header.map((text) => ({ ...HEADER, type: String, value: cellText(text) })),
      ...rows.map((row, i) =>
        row.map((value, column) => toCell(value, column === 0 ? heights.get(i) : undefined)),
      ),
    ],
    images: pictures.map(toImage),
  };
}

function toCell(value: CellValue, height: number | undefined): Cell {
  const tall = height === undefined ? {} : { height };
  if (value === null || value === '')
    return height === undefined ? null : { ...tall, type: String, value: ' ' };
  if (value instanceof Date) return { ...tall, type: Date, value, format: DATE_FORMAT };
  if (typeof value === 'string') return { ...tall, type: String, value: cellText(value) };
  // A number that the format has no sign for.
  if (!Number.isFinite(value)) return { ...tall, type: String, value: String(value) };
  return { ...tall, type: Number, value };
}

function toImage({ row, column, bytes, mediaType, width, height, description }: SheetPicture): Image {
  const anchor = { row: row + 2, column: column + 1 };
  return {
    ...{ content: Buffer.from(bytes), contentType: mediaType, width, height, dpi: 96, anchor },
    ...{ offsetX: 2, offsetY: 2, description: cellText(description) },
  };
}

/** In characters. */
function widthOf(
  header: readonly string[],
  rows: readonly (readonly CellValue[])[],
  pictures: readonly SheetPicture[],
  column: number,
): number {
  const texts = rows.slice(0, MEASURED).map((row) => lengthOf(row[column] ?? null));
  const wide = pictures.filter((picture) => picture.column === column).map(({ width }) => (width + 4) / 7);
  const wanted = [...texts, ...wide].reduce(
    (widest, one) => Math.max(widest, one),
    header[column]!.length + 4,
  );
  return Math.min(Math.max(Math.ceil(wanted) + 1, NARROWEST), WIDEST);
}

function lengthOf(value: CellValue): number {
  if (value instanceof Date) return DATE_FORMAT.length;
  return String(value ?? '').length;
}

/** Filters on the headers of the sheets that want them. */
function filters(sheets: readonly SheetContent[]): Feature<Content> {
  const transform = (xml: string, _: unknown, { sheetIndex }: { sheetIndex: number }) => {
    const { filter, header, rows } = sheets[sheetIndex]!;
    if (!filter) return xml;
    const range = `A1:${columnName(header.length - 1)}${rows.length + 1}`;
    return xml.replace(/<\/sheetData>|<sheetData\/>/, (end) => `${end}<autoFilter ref="${range}"/>`);
  };
  return { files: { transform: { 'xl/worksheets/sheet{id}.xml': { transform } } } };
}

/** `A` … `Z`, `AA` … @param index from 0 */
function columnName(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : columnName(Math.floor(index / 26) - 1) + letter;
}

const PROPERTIES = 'docProps/core.xml';
const PROPERTIES_TYPE = 'application/vnd.openxmlformats-package.core-properties+xml';
const PROPERTIES_RELATION =
  'http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties';

function properties(title: string, { created, modified }: WorkbookDates): Feature<Content> {
  const escaped = cellText(title).replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  const time = (name: string, date: Date) =>
    `<dcterms:${name} xsi:type="dcterms:W3CDTF">${date.toISOString().slice(0, 19)}Z</dcterms:${name}>`;
  const xml = [
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>',
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"',
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"',
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">',
    `<dc:title>${escaped}</dc:title><dc:creator>ClipSAM Workstation</dc:creator>`,
    `${time('created', created)}${time('modified', modified)}</cp:coreProperties>`,
  ].join('');
  const relation = `<Relationship Id="rId-properties" Type="${PROPERTIES_RELATION}" Target="${PROPERTIES}"/>`;
  const type = `<Override PartName="/${PROPERTIES}" ContentType="${PROPERTIES_TYPE}"/>`;
  return {
    files: {
      transform: { '_rels/.rels': { insert: () => relation }, '[Content_Types].xml': { insert: () => type } },
      write: { files: () => ({ [PROPERTIES]: xml }) },
    },
  };
}
