import stringWidth from 'string-width';

/** One line for people, on standard error: standard output is for results. */
export function printLine(line = ''): void {
  process.stderr.write(`${line}\n`);
}

/** Text from outside (file names above all) without the characters that could steer a terminal. */
export function printable(text: string): string {
  return text.replace(/[\r\n\t]+/g, ' ').replace(/[\p{Cc}\p{Bidi_Control}]/gu, '�');
}

/** 12.3 → "12 s", 200 → "3 min 20 s", 8000 → "2 h 13 min". */
export function duration(seconds: number): string {
  const s = Math.round(seconds);
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
}

/** 12345678 → "12.3 MB" (10⁶ bytes). */
export function bytes(amount: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = amount < 1 ? 0 : Math.min(Math.floor(Math.log10(amount) / 3), units.length - 1);
  return `${(amount / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}

/** 0.123 → "12.3"; a dash for what has no value. */
export function percent(share: number | null): string {
  return share === null ? '–' : (share * 100).toFixed(1);
}

/**
 * Columns aligned; numbers and the like to the right, the first `texts` columns to the left. Signs that a terminal draws
 * two cells wide, such as 金属, count as two.
 */
export function table(rows: readonly (readonly string[])[], texts = 1): string {
  const widths =
    rows[0]?.map((_, column) => Math.max(...rows.map((row) => stringWidth(row[column] ?? '')))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, column) => {
          const space = ' '.repeat(widths[column]! - stringWidth(cell));
          return column < texts ? cell + space : space + cell;
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
