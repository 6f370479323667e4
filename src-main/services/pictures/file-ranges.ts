import { readFile } from 'node:fs/promises';
import { NO_RANGES, type SampleKind, type SampleRanges } from '../../../src-shared/batch-range.ts';
import { ClipSamError, throwIfCancelled } from '../../../src-shared/errors.ts';
import { rangeFor, type SampleRange } from '../../../src-shared/sample-range.ts';
import { HEAD_BYTES, mayBeDeep, openKinds } from '../../codec/deep-head.ts';
import { sampleExtremes } from '../../codec/image-description.ts';
import { readFileHead } from '../../files/file-head.ts';
import { MEASURED } from './sample-ranges.ts';

/** What is black and white in files that are in no batch. */
export interface FileRanges {
  readonly ranges: SampleRanges;
  /** Undefined where the file decides. */
  of(path: string): SampleRange | undefined;
}

/**
 * Measures the ranges of files that belong together as those of a batch are measured: on the first of them with more
 * than 8 bits. Those that cannot be read are passed over: whoever reads them next says why.
 * @throws ClipSamError `cancelled`
 */
export async function rangesOfFiles(paths: readonly string[], signal?: AbortSignal): Promise<FileRanges> {
  const kinds = new Map<string, SampleKind>();
  const extremes = { integer: [], float: [] } as Record<SampleKind, { low: number; high: number }[]>;
  for (const path of paths) {
    throwIfCancelled(signal);
    try {
      if (!mayBeDeep(await readFileHead(path, HEAD_BYTES))) continue;
      const bytes = await readFile(path);
      const [kind = 'none'] = (await openKinds(bytes, path)).values();
      if (kind === 'none') continue;
      kinds.set(path, kind);
      if (extremes[kind].length === MEASURED) continue;
      extremes[kind].push(await sampleExtremes(bytes, path, { maxPixels: Number.MAX_SAFE_INTEGER }));
    } catch (error) {
      if (error instanceof ClipSamError && !error.code.startsWith('image-')) throw error;
    }
  }
  const rangeOf = (kind: SampleKind) => (extremes[kind].length > 0 ? rangeFor(extremes[kind], kind) : null);
  const ranges = kinds.size > 0 ? { integer: rangeOf('integer'), float: rangeOf('float') } : NO_RANGES;
  return {
    ranges,
    of: (path) => {
      const kind = kinds.get(path);
      return (kind && ranges[kind]) ?? undefined;
    },
  };
}
