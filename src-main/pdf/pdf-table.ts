import type { PdfImage, PdfWriter, TextStyle } from './pdf-writer.ts';

/** Points between a cell's edge and what stands in it. */
const PADDING = { x: 4, y: 3 };
/** Lines of a cell at most; what is cut ends in …, and the table says so. */
const MOST_LINES = 24;
const BODY: TextStyle = { size: 8 };
const HEAD: TextStyle = { size: 7.5, weight: 'bold', color: '#333333' };
const LINE = '#c8c8c8';

/** A column of a table. */
export interface PdfColumn {
  readonly title: string;
  /** Share of the table's width; the columns' shares count in proportion. */
  readonly share: number;
  readonly align?: 'left' | 'right';
}

/** What stands in a cell: text, or a picture in the room that it has. */
export type PdfCell =
  | string
  | { readonly text: string; readonly weight?: 'regular' | 'bold'; readonly color?: string }
  | { readonly image: PdfImage; readonly height: number };

/**
 * A table from the writer's place on. Rows stay whole; where they go on over a page's end, its head is repeated.
 * @param rows may come while they are drawn
 * @returns rows, and in how many of them a text was cut
 */
export async function writeTable(
  pdf: PdfWriter,
  columns: readonly PdfColumn[],
  rows: Iterable<readonly PdfCell[]> | AsyncIterable<readonly PdfCell[]>,
): Promise<{ readonly rows: number; readonly cut: number }> {
  const shares = columns.reduce((sum, { share }) => sum + share, 0);
  const widths = columns.map(({ share }) => (share / shares) * pdf.width);
  const head = columns.map(({ title }) => ({ text: title }));
  const drawHead = () => {
    const row = layOut(pdf, columns, widths, head, HEAD);
    pdf.fill(pdf.left, pdf.y, pdf.width, row.height, '#eeeeee');
    draw(pdf, columns, widths, row, HEAD);
  };
  let [count, cut] = [0, 0];
  for await (const cells of rows) {
    const row = layOut(pdf, columns, widths, cells, BODY);
    const isFirst = count === 0;
    if (pdf.need(row.height + (isFirst ? 3 * pdf.lineHeight(HEAD) : 0)) || isFirst) drawHead();
    draw(pdf, columns, widths, row, BODY);
    pdf.rule(pdf.left, pdf.y, pdf.left + pdf.width, pdf.y, LINE, 0.4);
    count++;
    if (row.isCut) cut++;
    if (count % 40 === 0) await pdf.breathe();
  }
  return { rows: count, cut };
}

interface Row {
  readonly cells: readonly (PdfCell & object)[];
  readonly lines: readonly (readonly string[])[];
  readonly height: number;
  readonly isCut: boolean;
}

function layOut(
  pdf: PdfWriter,
  columns: readonly PdfColumn[],
  widths: readonly number[],
  given: readonly PdfCell[],
  style: TextStyle,
): Row {
  const cells = columns.map((_, i) => {
    const cell = given[i] ?? '';
    return typeof cell === 'string' ? { text: cell } : cell;
  });
  let isCut = false;
  const lines = cells.map((cell, i) => {
    if (!('text' in cell)) return [];
    const all = pdf.lines(cell.text, widths[i]! - 2 * PADDING.x, styleOf(cell, style));
    if (all.length <= MOST_LINES) return all;
    isCut = true;
    return [...all.slice(0, MOST_LINES - 1), `${all[MOST_LINES - 1]!.slice(0, -1)}…`];
  });
  const heights = cells.map((cell, i) =>
    'image' in cell ? cell.height : lines[i]!.length * pdf.lineHeight(style),
  );
  return { cells, lines, height: Math.max(...heights) + 2 * PADDING.y, isCut };
}

function draw(
  pdf: PdfWriter,
  columns: readonly PdfColumn[],
  widths: readonly number[],
  { cells, lines, height }: Row,
  style: TextStyle,
): void {
  let x = pdf.left;
  for (const [i, cell] of cells.entries()) {
    const room = widths[i]! - 2 * PADDING.x;
    if ('image' in cell) {
      const scale = Math.min(room / cell.image.width, cell.height / cell.image.height);
      const [w, h] = [cell.image.width * scale, cell.image.height * scale];
      pdf.image(cell.image, x + PADDING.x, pdf.y + PADDING.y, w, h);
    } else {
      for (const [row, line] of lines[i]!.entries()) {
        const y = pdf.y + PADDING.y + row * pdf.lineHeight(style);
        pdf.line(line, x + PADDING.x, y, styleOf(cell, style), columns[i]!.align ?? 'left', room);
      }
    }
    x += widths[i]!;
  }
  pdf.y += height;
}

function styleOf(cell: { readonly weight?: 'regular' | 'bold'; readonly color?: string }, style: TextStyle) {
  const { weight, color } = cell;
  return { ...style, ...(weight && { weight }), ...(color !== undefined && { color }) };
}
