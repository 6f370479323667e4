import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CatalogueEntry, catalogueEntrySchema, expectedBytes } from '../../../src-shared/catalogue.ts';
import type { CatalogueItem } from '../../../src-shared/contract/packs.ts';
import { failure } from '../../../src-shared/errors.ts';
import { exactReference } from '../../../src-shared/pack-reference.ts';
import { parseJson } from '../../../src-shared/parse-json.ts';
import { schemaIssues } from '../../../src-shared/schema-issues.ts';
import { hashOfJson } from '../../files/canonical-json.ts';
import { unpackedPath } from '../../files/unpacked-path.ts';
import { readPackText } from '../../inference/pack-files.ts';
import { listPacks, type PackRoots } from '../../inference/pack-loader.ts';
import { InstallStaging } from './install-staging.ts';

/** The entries that come with the program. */
const CATALOGUE_ROOT = unpackedPath(fileURLToPath(new URL('../../../models/catalogue/', import.meta.url)));

/** The packs that can be installed, by id. @throws ClipSamError `pack-invalid` */
async function readCatalogue(root: string = CATALOGUE_ROOT): Promise<CatalogueEntry[]> {
  const names = (await readdir(root).catch(() => [])).filter((name) => name.endsWith('.json'));
  return Promise.all(
    names.sort().map(async (name) => parseEntry(await readPackText(join(root, name)), name)),
  );
}

/** @param file where the text comes from, for errors @throws ClipSamError `pack-invalid` */
export function parseEntry(text: string, file: string): CatalogueEntry {
  let json: unknown;
  try {
    json = parseJson(text);
  } catch (cause) {
    throw brokenEntry(file, String(cause), cause);
  }
  const parsed = catalogueEntrySchema.safeParse(json);
  if (!parsed.success) throw brokenEntry(file, schemaIssues(parsed.error, true), parsed.error);
  return parsed.data;
}

/** @throws ClipSamError `pack-not-found` */
export async function findEntry(id: string, root?: string): Promise<CatalogueEntry> {
  const entries = await readCatalogue(root);
  const entry = entries.find((one) => id === one.id || id === exactReference(one));
  if (entry) return entry;
  throw failure(
    'pack-unknown',
    { pack: id },
    `There is no "${id}" in the catalogue. There are: ${entries.map((one) => one.id).join(', ') || 'none'}.`,
  );
}

/** The packs that can be installed, and how much of each is there. */
export async function describeCatalogue(
  roots: PackRoots & { readonly storeRoot: string },
  root?: string,
): Promise<CatalogueItem[]> {
  const installed = await listPacks(roots);
  return Promise.all(
    (await readCatalogue(root)).map(async (entry) => {
      const { id, title, version, purpose, memoryBytes, figures, licences } = entry;
      const reference = exactReference(entry);
      const files = Object.entries(entry.files);
      const there = installed.find((pack) => pack.id === reference);
      const staging = new InstallStaging(roots.storeRoot, hashOfJson(entry));
      return {
        id,
        reference,
        title,
        version,
        purpose,
        memoryBytes,
        figures,
        licences: licences.map((licence) => ({
          ...licence,
          files: files.filter(([, file]) => file.licence === licence.name).map(([name]) => name),
        })),
        files: files.map(([name, file]) => ({
          name,
          source: file.source,
          bytes: expectedBytes(file) || null,
          isApproximate: file.bytes === null,
          sha256: file.sha256,
          licence: file.licence,
          provenance: file.provenance,
        })),
        ...downloadSize(entry),
        installed: there?.place ?? null,
        done: there ? 0 : (await staging.sizes(entry)).done,
      };
    }),
  );
}

/** Bytes of what is downloaded, external data counted. */
export function downloadSize({ files }: CatalogueEntry): {
  readonly bytes: number;
  readonly isApproximate: boolean;
} {
  const downloads = Object.values(files).filter(({ source }) => source.startsWith('http'));
  return {
    bytes: downloads.reduce((sum, file) => sum + expectedBytes(file), 0),
    isApproximate: downloads.some(({ bytes }) => bytes === null),
  };
}

function brokenEntry(file: string, reason: string, cause: unknown) {
  return failure(
    'pack-description-broken',
    { file },
    `The catalogue's ${file} is not valid: ${reason}. Install the program again.`,
    cause,
  );
}
