import { join } from 'node:path';
import { makeFolder, writeFileAtomically } from '../files/atomic-write.ts';
import { writeJsonFile } from '../files/json-file.ts';
import { FIGURE_TITLES, PROTOCOL_FIGURES, type ProtocolFigures } from './fold-figures.ts';

/** A cell: a name, a number as it is, or a share that people read in percent; null: there is no value. */
export type ResultCell = string | number | { readonly share: number | null } | null;

/** A table of results: what it shows is the same in Markdown and in CSV. */
export interface ResultTable {
  readonly title: string;
  /** Of each column; as many as a row has cells. */
  readonly headings: readonly string[];
  readonly rows: readonly (readonly ResultCell[])[];
}

/** Headings of the cells of {@link figureCells}. */
export const FIGURE_COLUMNS: readonly string[] = PROTOCOL_FIGURES.map((key) => FIGURE_TITLES[key]);

/** The figures of a row, in the order of {@link FIGURE_COLUMNS}. */
export function figureCells(figures: ProtocolFigures): ResultCell[] {
  return PROTOCOL_FIGURES.map((key) => ({ share: figures[key] }));
}

/** A cell as people read it: shares in percent with a digit after the point, a dash for what has no value. */
export function resultText(cell: ResultCell): string {
  if (cell === null) return '–';
  if (typeof cell === 'object') return cell.share === null ? '–' : (cell.share * 100).toFixed(1);
  return String(cell);
}

/** A table in Markdown, below its title. */
function markdownTable({ title, headings, rows }: ResultTable): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const body = rows.map((row) => line(row.map(resultText)));
  return [`## ${title}`, '', line(headings), line(headings.map(() => '---')), ...body].join('\n');
}

/** A table as CSV (RFC 4180): shares 0..1 in full, nothing where there is no value. */
function csvTable({ headings, rows }: Omit<ResultTable, 'title'>): string {
  const cellOf = (cell: ResultCell) => {
    const value = cell !== null && typeof cell === 'object' ? cell.share : cell;
    const text = value === null ? '' : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [headings, ...rows].map((row) => `${row.map(cellOf).join(',')}\r\n`).join('');
}

/**
 * Writes `<name>.json`, `<name>.csv` (the first table) and `<name>.md` (all of them, below `paragraphs`), each whole or not
 * at all.
 * @throws ClipSamError `disk-full`, `path-denied`
 */
export async function writeResults(
  folder: string,
  name: string,
  results: {
    readonly json: unknown;
    readonly tables: readonly [ResultTable, ...ResultTable[]];
    readonly paragraphs: readonly string[];
  },
): Promise<void> {
  const { json, tables, paragraphs } = results;
  await makeFolder(folder);
  await writeJsonFile(join(folder, `${name}.json`), json);
  await writeFileAtomically(join(folder, `${name}.csv`), csvTable(tables[0]));
  const markdown = [...paragraphs, ...tables.map(markdownTable)].join('\n\n');
  await writeFileAtomically(join(folder, `${name}.md`), `${markdown}\n`);
}
