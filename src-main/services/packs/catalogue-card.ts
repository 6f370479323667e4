import type { CatalogueEntry } from '../../../src-shared/catalogue.ts';
import type { Pack } from '../../../src-shared/pack.ts';

/** The card of a pack from the catalogue: what it is for, figures with their sources, files with their licences. */
export function catalogueCard(entry: CatalogueEntry, pack: Pack): string {
  const { notes = [] } = pack;
  const { title, purpose, figures, licences, memoryBytes } = entry;
  const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
    [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n');
  return `${[
    `# ${title}`,
    purpose.en,
    purpose['zh-CN'],
    ...(notes.length > 0 ? ['## Notes', notes.map((note) => `- ${note}`).join('\n')] : []),
    '## Figures',
    table(
      ['what', 'value', 'source', ''],
      figures.map(({ what, value, source, note }) => [what.en, value ?? '–', source, note?.en ?? '']),
    ),
    `Memory while it runs: ${memoryBytes === null ? 'not measured' : `${(memoryBytes / 1e9).toFixed(1)} GB`}.`,
    '## Files',
    table(
      ['file', 'from', 'licence', 'bytes', 'SHA-256'],
      Object.entries(pack.files).map(([key, { source, licence, bytes, sha256 }]) => [
        key,
        source,
        licence,
        String(bytes),
        sha256,
      ]),
    ),
    licences.map(({ name, address }) => `- ${name}: <${address}>`).join('\n'),
  ].join('\n\n')}\n`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replace(/\s+/g, ' ');
}
