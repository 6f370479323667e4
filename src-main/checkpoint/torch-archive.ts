import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { ClipSamError } from '../../src-shared/errors.ts';
import { openZip, type ZipArchive } from '../files/zip-archive.ts';
import { CheckpointRefusal } from './checkpoint-refusal.ts';
import { PickleBytes } from './pickle-bytes.ts';
import type { CheckpointSource } from './torch-checkpoint.ts';
import { checkTorchValue, type TorchStorage, torchMeaning } from './torch-tensor.ts';
import { unpickle } from './unpickle.ts';

const LARGEST_PICKLE = 8_000_000;
const LARGEST_NOTE = 16;

/**
 * Opens a checkpoint of PyTorch 1.6 or later: a ZIP file with `<name>/data.pkl` and one file per storage.
 * @throws CheckpointRefusal; Node's error when the file cannot be opened
 */
export async function openTorchArchive(path: string): Promise<CheckpointSource> {
  const zip = await openZip(path).catch((error: unknown) => {
    throw asRefusal(error);
  });
  try {
    const folder = folderOf(zip);
    await checkByteOrder(zip, `${folder}byteorder`);
    const bytes = await readFromZip(zip, `${folder}data.pkl`, LARGEST_PICKLE);
    const entryOf = ({ key }: TorchStorage) => `${folder}data/${key}`;
    const pickle = new PickleBytes(bytes);
    const content = unpickle(
      pickle,
      torchMeaning((storage) => {
        const size = zip.sizes.get(entryOf(storage));
        const expected = storage.elements * storage.type.bytes;
        if (size === expected) return;
        const found = size === undefined ? 'is not in the file' : `has ${size} bytes`;
        throw new CheckpointRefusal(
          `storage ${JSON.stringify(storage.key)}, which needs ${expected} bytes, ${found}`,
        );
      }),
    );
    return {
      content: checkTorchValue(content),
      read: (storage, begin, end) => readRange(zip, entryOf(storage), begin, end),
      close: async () => zip.close(),
    };
  } catch (error) {
    zip.close();
    throw error;
  }
}

/** Where the archive keeps everything: the folder of its only `data.pkl`, with a slash. */
function folderOf({ sizes }: ZipArchive): string {
  const names = [...sizes.keys()];
  const pickles = names.filter((name) => /^[^/]+\/data\.pkl$/.test(name));
  if (pickles.length !== 1) {
    throw new CheckpointRefusal(`the archive has ${pickles.length} files <name>/data.pkl instead of one`);
  }
  const folder = pickles[0]!.slice(0, -'data.pkl'.length);
  if (names.some((name) => name === `${folder}constants.pkl` || name.startsWith(`${folder}code/`))) {
    throw new CheckpointRefusal('it is a TorchScript program', { asked: 'TorchScript' });
  }
  return folder;
}

async function checkByteOrder(zip: ZipArchive, name: string): Promise<void> {
  if (!zip.sizes.has(name)) return;
  const order = Buffer.from(await readFromZip(zip, name, LARGEST_NOTE)).toString('latin1');
  if (order !== 'little') {
    throw new CheckpointRefusal(
      `its numbers are in the byte order ${JSON.stringify(order)}; only "little" is read`,
    );
  }
}

async function readFromZip(zip: ZipArchive, name: string, limit: number): Promise<Uint8Array> {
  const size = zip.sizes.get(name)!;
  if (size > limit) throw new CheckpointRefusal(`${name} has ${size} bytes, more than ${limit}`);
  return readRange(zip, name, 0, size);
}

/** Bytes of a file in the archive; all of it passes by, so that its checksum is known to be right. */
async function readRange(zip: ZipArchive, name: string, begin: number, end: number): Promise<Uint8Array> {
  const out = new Uint8Array(end - begin);
  let position = 0;
  let sum = 0;
  try {
    const content: Readable = await zip.open(name);
    for await (const chunk of content as AsyncIterable<Uint8Array>) {
      sum = crc32(chunk, sum);
      const from = Math.max(begin - position, 0);
      const to = Math.min(end - position, chunk.length);
      if (from < to) out.set(chunk.subarray(from, to), position + from - begin);
      position += chunk.length;
    }
  } catch (error) {
    throw asRefusal(error);
  }
  if (sum !== zip.checksums.get(name)) throw new CheckpointRefusal(`the checksum of ${name} is wrong`);
  return out;
}

/** What opening or unpacking a ZIP file threw, as a reason; errors of the disk stay what they are. */
function asRefusal(error: unknown): unknown {
  if (error instanceof ClipSamError) {
    const details = error.details;
    return details?.case === 'zip-unsafe'
      ? new CheckpointRefusal(`it holds the file ${details.name}`, {
          asked: String(details.name),
          cause: error,
        })
      : new CheckpointRefusal('the archive is cut off or damaged', { cause: error });
  }
  if ((error as NodeJS.ErrnoException).syscall !== undefined) return error;
  return new CheckpointRefusal('the archive is damaged', { cause: error });
}
