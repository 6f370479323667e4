import type { PdfWriter, TextStyle } from './pdf-writer.ts';

const LABEL: TextStyle = { size: 8, color: '#555555' };
const VALUE: TextStyle = { size: 8.5 };
const GAP = 14;

/**
 * Labels with their values, side by side in columns.
 * @param facts in reading order; those without a value are left out
 */
export function writeFacts(
  pdf: PdfWriter,
  facts: readonly (readonly [label: string, value: string | null])[],
  {
    columns = 2,
    x = pdf.left,
    width = pdf.width,
    label = 0.36,
  }: {
    readonly columns?: number;
    readonly x?: number;
    readonly width?: number;
    readonly label?: number;
  } = {},
): void {
  const told = facts.filter((fact): fact is readonly [string, string] => fact[1] !== null && fact[1] !== '');
  const room = (width - GAP * (columns - 1)) / columns;
  const labelWidth = room * label;
  for (let first = 0; first < told.length; first += columns) {
    const row = told.slice(first, first + columns).map(([name, value]) => ({
      name: pdf.lines(name, labelWidth - 6, LABEL),
      value: pdf.lines(value, room - labelWidth, VALUE),
    }));
    const height = Math.max(
      ...row.map(({ name, value }) =>
        Math.max(name.length * pdf.lineHeight(LABEL), value.length * pdf.lineHeight(VALUE)),
      ),
    );
    pdf.need(Math.min(height, pdf.bottom - pdf.top));
    for (const [column, { name, value }] of row.entries()) {
      const from = x + column * (room + GAP);
      for (const [i, line] of name.entries()) pdf.line(line, from, pdf.y + i * pdf.lineHeight(LABEL), LABEL);
      for (const [i, line] of value.entries()) {
        pdf.line(line, from + labelWidth, pdf.y + i * pdf.lineHeight(VALUE), VALUE);
      }
    }
    pdf.y += height + 2;
  }
}
