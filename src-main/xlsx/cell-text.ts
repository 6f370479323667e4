/** Characters that a cell holds. */
export const LONGEST_CELL = 32_767;
const CUT = ' … (cut)';

/**
 * A text as the cell of a workbook can hold it: what XML cannot hold is `?`, line ends are `\n`, what is longer than
 * {@link LONGEST_CELL} is cut and says so.
 */
export function cellText(text: string): string {
  const safe = text
    .replace(/\r\n?/g, '\n')
    .toWellFormed()
    .replace(/(?![\t\n])[\p{Cc}\p{Noncharacter_Code_Point}\ufffd]/gu, '?');
  const short =
    safe.length > LONGEST_CELL ? safe.slice(0, LONGEST_CELL - CUT.length).toWellFormed() + CUT : safe;
  // `_x0041_` stands for a letter in these files.
  const plain = short.replace(/_(?=x[0-9a-f]{4}_)/gi, '_x005F_');
  // The library looks texts up in a plain object, which knows these already.
  return plain in {} ? `_x${plain.charCodeAt(0).toString(16).padStart(4, '0')}_${plain.slice(1)}` : plain;
}
