import { z } from 'zod';
import { countSchema, hashSchema, immutable } from './field-schemas.ts';

/** Into so many shards the images of a batch can be divided. */
const MOST_SHARDS = 10_000;

const number = z.int().min(1).max(MOST_SHARDS);

/** Which part of some images a batch holds, where they were divided. */
export const batchShardSchema = immutable(
  z.object({
    /** Shards in all. */
    of: number,
    /** Those that the batch holds, from 1, ascending. */
    indices: z.array(number),
    /** Files in all, those of the other shards included. */
    files: countSchema,
    /** SHA-256 over the sorted content hashes of all files: shards with another one saw other files. */
    inputs: hashSchema,
  }),
);
export type BatchShard = z.infer<typeof batchShardSchema>;

/** One of some shards: `index` is from 1 to `of`. */
export interface ShardChoice {
  readonly index: number;
  readonly of: number;
}

/** "3/16": the third of sixteen; undefined for what says no shard. */
export function parseShard(text: string): ShardChoice | undefined {
  const [, index, of] = /^([1-9]\d{0,4})\/([1-9]\d{0,4})$/.exec(text)?.map(Number) ?? [];
  if (index === undefined || of === undefined || index > of || of > MOST_SHARDS) return undefined;
  return { index, of };
}

/**
 * The shard, from 1, that a file falls into: its content decides, whatever it is called.
 * @param contentHash SHA-256 in hexadecimal digits; null: the file cannot be read, and falls into the first
 */
export function shardOf(contentHash: string | null, of: number): number {
  // 48 bits: exact in a number.
  return contentHash === null ? 1 : (Number.parseInt(contentHash.slice(0, 12), 16) % of) + 1;
}

/** True when nothing is missing: all shards are there, or there never were any. */
export function isWhole(shard: BatchShard | null): boolean {
  return shard === null || shard.indices.length === shard.of;
}
