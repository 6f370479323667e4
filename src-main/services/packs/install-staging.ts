import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type CatalogueEntry,
  type CatalogueFile,
  catalogueEntrySchema,
  expectedBytes,
} from '../../../src-shared/catalogue.ts';
import type { UnfinishedPack } from '../../../src-shared/contract/packs.ts';
import { exactReference } from '../../../src-shared/pack-reference.ts';
import { type ComeFiles, comeFilesSchema } from '../../../src-shared/pack-store.ts';
import { makeFolder, writeFileAtomically } from '../../files/atomic-write.ts';
import { hashOfJson } from '../../files/canonical-json.ts';
import { writeJsonFile } from '../../files/json-file.ts';
import { PackStaging } from './pack-staging.ts';

const ENTRY = 'entry.json';
const MEASURED = 'measured.json';

/** The folder in which a pack of the catalogue is put together, named by the entry's hash: some of its files' are not known. */
export class InstallStaging extends PackStaging {
  /**
   * Keeps what is installed, so that it can go on after the catalogue has changed.
   * @throws ClipSamError `disk-full`, `path-denied`
   */
  async beginInstallation(entry: CatalogueEntry, inspector: string): Promise<void> {
    await makeFolder(join(this.folder, 'parts'));
    if ((await this.entryText()) !== undefined) return;
    await this.writeNote({
      source: `catalogue:${entry.id}`,
      base: null,
      inspector,
      startedAt: new Date().toISOString(),
    });
    await writeJsonFile(join(this.folder, ENTRY), entry);
  }

  /** An installation that began; undefined when this is none, or it can't be read. */
  async installation(): Promise<Omit<UnfinishedPack, 'packHash'> | undefined> {
    const text = await this.entryText();
    const note = await this.note();
    if (text === undefined || !note) return undefined;
    try {
      const entry = catalogueEntrySchema.parse(JSON.parse(text));
      const { source, inspector, startedAt } = note;
      const { done, total } = await this.sizes(entry);
      return { pack: exactReference(entry), title: entry.title, source, inspector, startedAt, done, total };
    } catch {
      return undefined;
    }
  }

  /** Text of the entry; undefined when this is no installation. */
  async entryText(): Promise<string | undefined> {
    return readFile(join(this.folder, ENTRY), 'utf8').catch(() => undefined);
  }

  /** What has come whole. */
  async come(): Promise<ComeFiles> {
    try {
      return comeFilesSchema.parse(JSON.parse(await readFile(join(this.folder, MEASURED), 'utf8')));
    } catch {
      return {};
    }
  }

  async keepCome(files: ComeFiles): Promise<void> {
    await writeFileAtomically(join(this.folder, MEASURED), JSON.stringify(files));
  }

  /** Where a file lies until it is whole. */
  partOfFile(key: string, { source }: CatalogueFile): string {
    return join(this.folder, 'parts', `${hashOfJson([key, source]).slice(0, 16)}.part`);
  }

  /** A file that came is not to be trusted: it comes anew. */
  async forget(keys: readonly string[]): Promise<void> {
    const come = await this.come();
    for (const key of keys) {
      if (come[key]) await rm(this.pathOf(`downloads/${come[key].sha256}`), { force: true });
      delete come[key];
    }
    await this.keepCome(come);
  }

  /** Bytes of an entry's files that are there, whole or in part, and of all that have to come. */
  async sizes(entry: CatalogueEntry): Promise<{ readonly done: number; readonly total: number }> {
    const come = await this.come();
    let done = 0;
    let total = 0;
    for (const [key, file] of Object.entries(entry.files)) {
      if (!file.source.startsWith('http')) continue;
      const there = come[key]?.bytes ?? (await sizeOf(this.partOfFile(key, file)));
      done += there;
      total += come[key]?.bytes ?? Math.max(there, expectedBytes(file));
    }
    return { done, total };
  }
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}
