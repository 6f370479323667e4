import type { SampleKind } from '../../src-shared/batch-range.ts';
import { describeImage } from './image-description.ts';

/** Bytes from the start of a file that {@link mayBeDeep} looks at. */
export const HEAD_BYTES = 25;

/**
 * False for files whose first bytes already say that their samples have 8 bits, or that they are no image. Of the
 * formats that are read only PNG and TIFF know others, and AVIF, whose range is always its own.
 */
export function mayBeDeep(head: Uint8Array): boolean {
  const starts = (...bytes: readonly number[]) => bytes.every((byte, i) => head[i] === byte);
  // PNG's first chunk is IHDR: the bit depth follows width and height.
  if (starts(0x89, 0x50, 0x4e, 0x47)) return head[24] === 16;
  return starts(0x49, 0x49) || starts(0x4d, 0x4d);
}

/**
 * What samples the pictures of a file have that it states no range for, by page; `none`: 8 bits, or a range of its own.
 * @throws ClipSamError `image-unreadable`, `image-unsupported`
 */
export async function openKinds(
  bytes: Uint8Array,
  name: string,
): Promise<ReadonlyMap<number, SampleKind | 'none'>> {
  const { pages } = await describeImage(bytes, name);
  return new Map(
    pages.map(({ index, sample: { bits, kind, stated } }) => [
      index,
      (bits > 8 || kind === 'float') && !stated ? kind : 'none',
    ]),
  );
}
