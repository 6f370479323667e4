import type { Readable } from 'node:stream';
import yauzl, { type Entry, type ZipFile } from 'yauzl';
import { ClipSamError, failure } from '../../src-shared/errors.ts';

/** More files than any pack has: a list of millions would fill the memory before a single one is looked at. */
const MOST_ENTRIES = 10_000;
/** Type of a file in the upper half of `externalFileAttributes`, where a Unix program wrote the archive. */
const TYPE = 0o170000;
const LINK = 0o120000;

/** A ZIP file that was opened. Nothing is unpacked but what is asked for. */
export interface ZipArchive {
  /** Unpacked size of the files, by path with `/` between the parts. */
  readonly sizes: ReadonlyMap<string, number>;
  /** CRC-32 of the same files as the archive states it; {@link open} does not compare. */
  readonly checksums: ReadonlyMap<string, number>;
  /**
   * The content of a file of {@link sizes}; the stream fails when it is damaged or another size comes out.
   * @throws ClipSamError `pack-invalid`
   */
  open(path: string): Promise<Readable>;
  close(): void;
}

/**
 * Opens a ZIP file and reads its table of contents. An archive with a link, an encrypted file, a path that leads out
 * of it or twice the same path is refused as a whole: it was made to do harm, or is damaged.
 * @throws ClipSamError `pack-invalid`; Node's error when the file cannot be opened
 */
export async function openZip(path: string): Promise<ZipArchive> {
  const zip = await yauzl
    // Names are decoded and checked here, where it is known what they are.
    .openPromise(path, { autoClose: false, lazyEntries: true, decodeStrings: false })
    .catch((cause: unknown) => {
      throw (cause as NodeJS.ErrnoException).code === undefined ? damagedArchive(path, cause) : cause;
    });
  try {
    const entries = await listEntries(zip, path);
    return {
      sizes: new Map([...entries].map(([name, { uncompressedSize }]) => [name, uncompressedSize])),
      checksums: new Map([...entries].map(([name, { crc32 }]) => [name, crc32])),
      async open(name) {
        const content = await zip.openReadStreamPromise(entries.get(name)!).catch((cause: unknown) => {
          throw damagedArchive(path, cause);
        });
        // A damaged file may fail once more when nobody reads it any longer, which would end the program.
        return content.on('error', () => {});
      },
      close: () => zip.close(),
    };
  } catch (error) {
    zip.close();
    throw error;
  }
}

/** The error for an archive that cannot be read. */
export function damagedArchive(path: string, cause: unknown): ClipSamError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return failure(
    'zip-damaged',
    { file: path },
    `${path} is no ZIP file that can be read (${reason}). Copy or download it again.`,
    cause,
  );
}

async function listEntries(zip: ZipFile, path: string): Promise<Map<string, Entry>> {
  if (zip.entryCount > MOST_ENTRIES) {
    throw unsafe(path, `${zip.entryCount} files`, `more than ${MOST_ENTRIES} files`);
  }
  const entries = new Map<string, Entry>();
  try {
    for await (const entry of zip.eachEntry()) {
      const { generalPurposeBitFlag, fileNameRaw, extraFields } = entry;
      const name = yauzl.getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, false);
      const objection = yauzl.validateFileName(name);
      if (objection !== null) throw unsafe(path, name, objection);
      if (((entry.externalFileAttributes >>> 16) & TYPE) === LINK) throw unsafe(path, name, 'a link');
      if (name.endsWith('/')) continue;
      if (entry.isEncrypted()) throw unsafe(path, name, 'encrypted');
      if (entries.has(name)) throw unsafe(path, name, 'twice the same name');
      entries.set(name, entry);
    }
  } catch (cause) {
    throw cause instanceof ClipSamError ? cause : damagedArchive(path, cause);
  }
  return entries;
}

function unsafe(path: string, name: string, objection: string): ClipSamError {
  return failure(
    'zip-unsafe',
    { file: path, name },
    `${path} holds something that no model pack needs: ${name} (${objection}). Don't use it; fetch the pack again from a source that you trust.`,
  );
}
