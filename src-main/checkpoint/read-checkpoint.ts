import { readFileHead } from '../files/file-head.ts';
import { toReadError } from '../files/read-error.ts';
import { CheckpointRefusal, checkpointError } from './checkpoint-refusal.ts';
import { tensorNumbers } from './tensor-numbers.ts';
import { openTorchArchive } from './torch-archive.ts';
import type { CheckpointSource } from './torch-checkpoint.ts';
import { openTorchLegacy } from './torch-legacy.ts';
import type { TorchTensor, TorchValue } from './torch-tensor.ts';

/** More than the values of the largest tensor that is read, in bytes of its storage. */
const LARGEST_RANGE = 2 ** 30;
const ZIP = [0x50, 0x4b, 0x03, 0x04];
/** A pickle of protocol 2 that begins with a number of ten bytes. */
const LEGACY = [0x80, 0x02, 0x8a, 0x0a];

/** What a checkpoint is asked. */
export interface OpenCheckpoint {
  /** Everything that was saved; tensors without their values. */
  readonly content: TorchValue;
  /**
   * The values of a tensor of {@link content}, row-major, exactly as stored.
   * @throws CheckpointRefusal for a damaged storage, or integers beyond 2⁵³
   */
  numbers(tensor: TorchTensor): Promise<Float64Array>;
}

/**
 * Opens a checkpoint that `torch.save` wrote, for as long as `use` takes. Nothing in it is run: tensors (whole numbers,
 * half, bfloat16, float, double), parameters, views, dictionaries, lists, tuples, texts and numbers are read, everything
 * else is refused. Only the tensors that are asked for take memory.
 * @throws ClipSamError `model-file-invalid` with the reason; `image-not-found`, `image-unreadable` where the file can't
 *   be read; what `use` throws, refusals of it told the same way
 */
export async function readTorchCheckpoint<T>(
  path: string,
  use: (checkpoint: OpenCheckpoint) => Promise<T>,
): Promise<T> {
  let source: CheckpointSource | undefined;
  try {
    source = await openSource(path);
    const { content, read } = source;
    return await use({
      content,
      async numbers(tensor) {
        const { storage, offset, end } = tensor;
        if ((end - offset) * storage.type.bytes > LARGEST_RANGE) {
          throw new CheckpointRefusal(
            `a tensor [${tensor.shape}] is spread over more than ${LARGEST_RANGE} bytes`,
          );
        }
        const bytes = await read(storage, offset * storage.type.bytes, end * storage.type.bytes);
        return tensorNumbers(tensor, bytes);
      },
    });
  } catch (error) {
    if (error instanceof CheckpointRefusal) throw checkpointError(path, error);
    throw (error as NodeJS.ErrnoException).syscall === undefined ? error : toReadError(error, path);
  } finally {
    await source?.close();
  }
}

async function openSource(path: string): Promise<CheckpointSource> {
  const head = await readFileHead(path, 64);
  if (head.length === 0) throw new CheckpointRefusal('it is empty');
  if (beginsWith(head, ZIP)) return openTorchArchive(path);
  if (beginsWith(head, LEGACY)) return openTorchLegacy(path);
  const text = Buffer.from(head).toString('latin1').trimStart();
  if (text.startsWith('version https://git-lfs')) {
    throw new CheckpointRefusal('it is the pointer of Git LFS, not the file that it stands for');
  }
  if (/^<(!doctype|html)/i.test(text)) throw new CheckpointRefusal('it is a web page');
  throw new CheckpointRefusal('it begins neither as a ZIP file nor as the format before PyTorch 1.6');
}

function beginsWith(bytes: Uint8Array, start: readonly number[]): boolean {
  return start.every((byte, index) => bytes[index] === byte);
}
