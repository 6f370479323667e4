import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import { type MeasuredHead, measuredHeadSchema } from '../../../../src-shared/measured-image.ts';
import type { ImageCounts } from '../../../pipeline/image-counts.ts';

/** What is kept of one image as one method answered it. */
export interface MeasuredImage extends Omit<MeasuredHead, 'scores' | 'regions'> {
  readonly counts: ImageCounts;
}

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);
/** Level 1: counts shrink to a third at once, and hardly more with patience. */
const QUICK = { level: 1 };

/** As bytes of a file: length of a head in JSON, the head, and the counts, deflated. */
export async function packMeasured({ counts, ...rest }: MeasuredImage): Promise<Uint8Array> {
  const { scores, negatives, positives, coverage, regions } = counts;
  const head = Buffer.from(JSON.stringify({ scores: scores.length, regions, ...rest }));
  const lists = regions > 0 ? [coverage, negatives, positives, scores] : [negatives, scores];
  const raw = Buffer.concat(
    lists.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)),
  );
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.length);
  return Buffer.concat([length, head, await deflate(raw, QUICK)]);
}

/** The reverse of {@link packMeasured}; undefined for bytes that it did not make. */
export async function unpackMeasured(bytes: Buffer): Promise<MeasuredImage | undefined> {
  try {
    const end = 4 + bytes.readUInt32LE(0);
    const head = measuredHeadSchema.parse(JSON.parse(bytes.toString('utf8', 4, end)));
    const { scores: count, regions, ...rest } = head;
    const raw = await inflate(bytes.subarray(end));
    // A copy: views of several bytes begin where their size wants it.
    const whole = Uint8Array.from(raw).buffer;
    if (whole.byteLength !== count * (regions > 0 ? 18 : 6)) return undefined;
    const wide = regions > 0 ? count * 8 : 0;
    const negatives = new Uint32Array(whole, wide, count);
    const positives = regions > 0 ? new Uint32Array(whole, wide + count * 4, count) : new Uint32Array(count);
    const coverage = regions > 0 ? new Float64Array(whole, 0, count) : new Float64Array(count);
    const scores = new Uint16Array(whole, wide + count * (regions > 0 ? 8 : 4), count);
    return { ...rest, counts: { scores, negatives, positives, coverage, regions } };
  } catch {
    return undefined;
  }
}
