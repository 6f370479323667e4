import { type FileHandle, open } from 'node:fs/promises';
import { CheckpointRefusal } from './checkpoint-refusal.ts';
import { PickleBytes } from './pickle-bytes.ts';
import type { CheckpointSource } from './torch-checkpoint.ts';
import { checkTorchValue, type TorchStorage, torchMeaning } from './torch-tensor.ts';
import { type PickleMeaning, unpickle } from './unpickle.ts';

const MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTOCOL = 1001;
/** The pickles lie before the storages, within this many bytes. */
const LARGEST_PICKLES = 8_000_000;
const MOST_STORAGES = 20_000;

/** For the pickles that hold plain values only. */
const NOTHING: PickleMeaning = {
  knows: () => false,
  call: (name) => {
    throw new CheckpointRefusal(`it calls ${name}`, { asked: name });
  },
  resolve: () => {
    throw new CheckpointRefusal('it refers to a storage too early');
  },
};

/**
 * Opens a checkpoint of the format before PyTorch 1.6: five pickles (a magic number, the version, the machine, the
 * content, the storages' keys), then for each storage its number of values in eight bytes and the values.
 * @throws CheckpointRefusal; Node's errors of reading
 */
export async function openTorchLegacy(path: string): Promise<CheckpointSource> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const bytes = await readExactly(file, 0, Math.min(size, LARGEST_PICKLES));
    const pickles = new PickleBytes(bytes);
    if (unpickle(pickles, NOTHING) !== MAGIC || unpickle(pickles, NOTHING) !== PROTOCOL) {
      throw new CheckpointRefusal('it is of no version of the format before PyTorch 1.6 that is known');
    }
    const machine = unpickle(pickles, NOTHING);
    if (!(machine instanceof Map) || machine.get('little_endian') !== true) {
      throw new CheckpointRefusal('its numbers are not little-endian');
    }
    const storages = new Map<string, TorchStorage>();
    const content = checkTorchValue(
      unpickle(
        pickles,
        torchMeaning((storage) => storages.set(storage.key, storage)),
      ),
    );
    const offsets = await locateStorages(file, unpickle(pickles, NOTHING), storages, pickles.position, size);
    return {
      content,
      read: (storage, begin, end) => readExactly(file, offsets.get(storage.key)! + begin, end - begin),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Where the values of each storage begin. @throws CheckpointRefusal unless the storages fill the file exactly */
async function locateStorages(
  file: FileHandle,
  keys: unknown,
  storages: ReadonlyMap<string, TorchStorage>,
  begin: number,
  size: number,
): Promise<Map<string, number>> {
  if (!Array.isArray(keys) || keys.length !== storages.size || keys.length > MOST_STORAGES) {
    throw new CheckpointRefusal('its list of storages does not fit its tensors');
  }
  const offsets = new Map<string, number>();
  let at = begin;
  for (const key of keys) {
    const storage = storages.get(key);
    if (!storage || offsets.has(key))
      throw new CheckpointRefusal('its list of storages does not fit its tensors');
    if (at + 8 > size) throw new CheckpointRefusal('it is cut off');
    const count = new DataView((await readExactly(file, at, 8)).buffer).getBigInt64(0, true);
    if (count !== BigInt(storage.elements)) {
      throw new CheckpointRefusal(`a storage of ${storage.elements} values is said to have ${count}`);
    }
    offsets.set(key, at + 8);
    at += 8 + storage.elements * storage.type.bytes;
  }
  if (at !== size) throw new CheckpointRefusal(`its storages end at byte ${at}, the file at ${size}`);
  return offsets;
}

async function readExactly(
  file: FileHandle,
  position: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, position + done);
    if (bytesRead === 0) throw new CheckpointRefusal('it is cut off');
    done += bytesRead;
  }
  return bytes;
}
