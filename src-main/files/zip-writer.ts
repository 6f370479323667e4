import { createReadStream } from 'node:fs';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { throwIfCancelled } from '../../src-shared/errors.ts';
import { syncFolder, toWriteError } from './atomic-write.ts';

/** A file that goes into an archive. */
export interface ZipSource {
  /** Path in the archive, with `/` between the parts. */
  readonly name: string;
  /** Where it lies. */
  readonly path: string;
}

interface WrittenEntry {
  readonly name: Buffer;
  readonly crc: number;
  readonly bytes: number;
  readonly offset: number;
}

/** "Made by" and "needed": version 4.5, the first with ZIP64. */
const VERSION = 45;
/** Names are UTF-8. */
const UTF8 = 0x800;
const IN_ZIP64 = 0xffffffff;
/** 1980-01-01: the same files make the same archive. */
const DATE = 0x21;

/**
 * Writes a ZIP archive of files as they are: models hardly get smaller. Every size is stored as ZIP64, so that no file
 * is too large. The archive appears when it is whole.
 * @param onBytes hears how many bytes more are written
 * @throws ClipSamError `disk-full`, `path-denied`, `cancelled`; Node's error when a file cannot be read
 * @see APPNOTE.TXT 6.3.10, 4.3 and 4.5.3
 */
export async function writeZip(
  path: string,
  files: readonly ZipSource[],
  { signal, onBytes }: { readonly signal?: AbortSignal | undefined; onBytes?(bytes: number): void } = {},
): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const archive = await open(temporary, 'w').catch((error: unknown) => {
      throw toWriteError(error, path);
    });
    try {
      const writer = new ArchiveWriter(archive, path);
      for (const file of files) {
        throwIfCancelled(signal);
        await writer.add(file, signal, onBytes);
      }
      await writer.finish();
      await archive.sync();
    } finally {
      await archive.close();
    }
    await rename(temporary, path).catch((error: unknown) => {
      throw toWriteError(error, path);
    });
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
  await syncFolder(dirname(path));
}

class ArchiveWriter {
  readonly #archive: FileHandle;
  readonly #path: string;
  readonly #entries: WrittenEntry[] = [];
  #at = 0;

  constructor(archive: FileHandle, path: string) {
    this.#archive = archive;
    this.#path = path;
  }

  async add(
    { name, path }: ZipSource,
    signal: AbortSignal | undefined,
    onBytes: ((bytes: number) => void) | undefined,
  ): Promise<void> {
    const { size } = await stat(path);
    const offset = this.#at;
    const encoded = Buffer.from(name);
    // Its checksum is put in when it is known.
    await this.#write(localHeader({ name: encoded, crc: 0, bytes: size, offset }));
    let crc = 0;
    let bytes = 0;
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
      throwIfCancelled(signal);
      crc = crc32(chunk, crc);
      bytes += chunk.byteLength;
      await this.#write(chunk);
      onBytes?.(chunk.byteLength);
    }
    if (bytes !== size) throw new Error(`${path} changed while it was packed.`);
    const entry = { name: encoded, crc, bytes, offset };
    await this.#writeAt(localHeader(entry), offset);
    this.#entries.push(entry);
  }

  async finish(): Promise<void> {
    const start = this.#at;
    for (const entry of this.#entries) await this.#write(directoryHeader(entry));
    await this.#write(endOfDirectory(this.#entries.length, start, this.#at - start));
  }

  async #write(content: Buffer): Promise<void> {
    await this.#writeAt(content, this.#at);
    this.#at += content.byteLength;
  }

  async #writeAt(content: Buffer, position: number): Promise<void> {
    try {
      // A write may be short, which is how a disk fills up.
      for (let done = 0; done < content.byteLength; ) {
        const length = content.byteLength - done;
        done += (await this.#archive.write(content, done, length, position + done)).bytesWritten;
      }
    } catch (error) {
      throw toWriteError(error, this.#path);
    }
  }
}

function localHeader({ name, crc, bytes }: WrittenEntry): Buffer {
  const fixed = Buffer.alloc(30);
  fixed.write('PK\x03\x04', 'latin1');
  writeCommon(fixed, 4, crc, name);
  fixed.writeUInt16LE(20, 28);
  const extra = Buffer.alloc(20);
  extra.writeUInt16LE(1, 0);
  extra.writeUInt16LE(16, 2);
  extra.writeBigUInt64LE(BigInt(bytes), 4);
  extra.writeBigUInt64LE(BigInt(bytes), 12);
  return Buffer.concat([fixed, name, extra]);
}

function directoryHeader({ name, crc, bytes, offset }: WrittenEntry): Buffer {
  const fixed = Buffer.alloc(46);
  fixed.write('PK\x01\x02', 'latin1');
  // Made by Unix, so that the mode below counts.
  fixed.writeUInt16LE((3 << 8) | VERSION, 4);
  writeCommon(fixed, 6, crc, name);
  fixed.writeUInt16LE(28, 30);
  fixed.writeUInt32LE((0o100644 << 16) >>> 0, 38);
  fixed.writeUInt32LE(IN_ZIP64, 42);
  const extra = Buffer.alloc(28);
  extra.writeUInt16LE(1, 0);
  extra.writeUInt16LE(24, 2);
  extra.writeBigUInt64LE(BigInt(bytes), 4);
  extra.writeBigUInt64LE(BigInt(bytes), 12);
  extra.writeBigUInt64LE(BigInt(offset), 20);
  return Buffer.concat([fixed, name, extra]);
}

/** From "version needed" to the length of the name, the same in both headers. */
function writeCommon(header: Buffer, at: number, crc: number, name: Buffer): void {
  header.writeUInt16LE(VERSION, at);
  header.writeUInt16LE(UTF8, at + 2);
  header.writeUInt16LE(DATE, at + 8);
  header.writeUInt32LE(crc, at + 10);
  header.writeUInt32LE(IN_ZIP64, at + 14);
  header.writeUInt32LE(IN_ZIP64, at + 18);
  header.writeUInt16LE(name.byteLength, at + 22);
}

function endOfDirectory(entries: number, start: number, bytes: number): Buffer {
  const record = Buffer.alloc(56);
  record.write('PK\x06\x06', 'latin1');
  record.writeBigUInt64LE(44n, 4);
  record.writeUInt16LE((3 << 8) | VERSION, 12);
  record.writeUInt16LE(VERSION, 14);
  record.writeBigUInt64LE(BigInt(entries), 24);
  record.writeBigUInt64LE(BigInt(entries), 32);
  record.writeBigUInt64LE(BigInt(bytes), 40);
  record.writeBigUInt64LE(BigInt(start), 48);
  const locator = Buffer.alloc(20);
  locator.write('PK\x06\x07', 'latin1');
  locator.writeBigUInt64LE(BigInt(start + bytes), 8);
  locator.writeUInt32LE(1, 16);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(0xffff, 8);
  end.writeUInt16LE(0xffff, 10);
  end.writeUInt32LE(IN_ZIP64, 12);
  end.writeUInt32LE(IN_ZIP64, 16);
  return Buffer.concat([record, locator, end]);
}
