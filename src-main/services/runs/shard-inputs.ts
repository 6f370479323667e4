import { stat } from 'node:fs/promises';
import { throwIfCancelled } from '../../../src-shared/errors.ts';
import { type BatchShard, type ShardChoice, shardOf } from '../../../src-shared/shard.ts';
import { sha256, sha256OfFile } from '../../files/hash.ts';

/** Files hashed at a time. */
const READERS = 4;

/** A shard of some files. */
export interface ChosenShard {
  readonly shard: BatchShard;
  /** Paths of the files that fall into it. */
  readonly files: ReadonlySet<string>;
}

/**
 * Reads all files and finds out which of them fall into a shard. A file falls into exactly one, with all of its pages; what
 * cannot be read falls into the first.
 * @throws ClipSamError `cancelled`
 */
export async function filesOfShard(
  paths: ReadonlySet<string>,
  { index, of }: ShardChoice,
  options: {
    readonly signal?: AbortSignal | undefined;
    readonly onProgress?: (done: number, total: number) => void;
  } = {},
): Promise<ChosenShard> {
  const { signal, onProgress } = options;
  const files = [...paths];
  const hashes: (string | null)[] = new Array(files.length);
  let next = 0;
  let done = 0;
  const read = async () => {
    while (next < files.length) {
      throwIfCancelled(signal);
      const at = next++;
      hashes[at] = await contentHashOf(files[at]!);
      onProgress?.(++done, files.length);
    }
  };
  await Promise.all(Array.from({ length: READERS }, read));
  const inputs = sha256(
    Buffer.from(
      hashes
        .map((hash) => hash ?? '')
        .sort()
        .join('\n'),
    ),
  );
  return {
    shard: { of, indices: [index], files: files.length, inputs },
    files: new Set(files.filter((_, at) => shardOf(hashes[at]!, of) === index)),
  };
}

/** Null: it cannot be read. */
async function contentHashOf(path: string): Promise<string | null> {
  try {
    // Reading a pipe or a device would wait for ever.
    return (await stat(path)).isFile() ? await sha256OfFile(path) : null;
  } catch {
    return null;
  }
}
