import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEntry } from '../../../src-main/services/packs/catalogue.ts';
import type { CatalogueEntry } from '../../../src-shared/catalogue.ts';
import type { Pack } from '../../../src-shared/pack.ts';
import type { ServedFile } from '../../files/file-server.ts';
import { writeTinyPack } from '../../inference/tiny-pack.ts';
import { tempFolder } from '../../temp-folder.ts';

/** Where the files of the tiny pack would be published. */
export const TINY_FILES = 'https://huggingface.co/team/tiny/resolve/1/';

/**
 * A catalogue whose only entry is the tiny pack; the SHA-256 and size of its text tower are not known.
 * @param files of a server that stands for the publisher's: the pack's are put there
 * @param change edits the entry
 */
export async function catalogueWith(
  files: Record<string, ServedFile>,
  change: (entry: CatalogueEntry) => CatalogueEntry = (entry) => entry,
): Promise<{ readonly entry: CatalogueEntry; readonly root: string }> {
  const folder = await tempFolder();
  return catalogueOf(await writeTinyPack(folder), folder, files, change);
}

/** The same of any pack. @param folder where its files lie */
export async function catalogueOf(
  pack: Pack,
  folder: string,
  files: Record<string, ServedFile>,
  change: (entry: CatalogueEntry) => CatalogueEntry,
): Promise<{ readonly entry: CatalogueEntry; readonly root: string }> {
  const local = (text: string) => ({ en: text, 'zh-CN': text });
  const entry = change({
    ...pack,
    files: Object.fromEntries(
      await Promise.all(
        Object.entries(pack.files).map(async ([key, file]) => {
          const name = file.source.replace('pack:', '');
          files[`/team/tiny/resolve/1/${name}`] = {
            content: await readFile(join(folder, name)),
            etag: `"${name}"`,
          };
          const known = key === 'text' ? { sha256: null, bytes: null, approximateBytes: 1000 } : {};
          return [key, { ...file, source: TINY_FILES + name, ...known }] as const;
        }),
      ),
    ),
    purpose: local('tests'),
    memoryBytes: null,
    figures: [{ what: local('Time'), value: null, source: 'not measured', note: null }],
    licences: [{ name: 'MIT', address: 'https://example.org/licence' }],
  });
  const root = await tempFolder();
  const text = JSON.stringify(entry);
  await writeFile(join(root, `${pack.id}.json`), text);
  return { entry: parseEntry(text, `${pack.id}.json`), root };
}
