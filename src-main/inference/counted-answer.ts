import { failure } from '../../src-shared/errors.ts';
import type { Frame } from '../../src-shared/frame.ts';
import type { Notice } from '../../src-shared/notice.ts';
import type { Region } from '../../src-shared/result.ts';
import { otherSize, type Scale } from '../../src-shared/scale.ts';
import type { CellMask } from '../pipeline/area-mask.ts';
import { type Counted, countedCells } from '../pipeline/below-limit.ts';
import { alignedForComparison, encodedPart } from './aligned-image.ts';
import type { EngineClient } from './engine-client.ts';
import type { InspectJob } from './inference-protocol.ts';
import type { OpinionAnswer } from './opinions.ts';
import { readEncoderImage } from './read-encoder-image.ts';

/** Cells around a small defect that tokens tell of it in: those are compared by twos, 32 pixels of the frame. */
const TOKEN_REACH = 8;

/**
 * What all opinions say of an image without the places that are too small to count. What is compared is more than those places,
 * so it is asked again, the image being read again: its pixels are the engine's by now.
 * @param frame of the places
 * @param seen the cells that were looked at; absent: all
 * @throws ClipSamError as reading and comparing; `image-changed` when the file is another one by now
 */
export async function answerOfCounted(
  job: Pick<InspectJob, 'path' | 'page' | 'recipe' | 'range' | 'comparison'> & {
    readonly contentHash: string;
  },
  { places }: Counted,
  frame: Frame,
  seen: CellMask | undefined,
  engine: EngineClient,
  signal: AbortSignal | undefined,
): Promise<OpinionAnswer | undefined> {
  const { tiles: _, ...recipe } = job.recipe;
  const untiled = { ...job, recipe };
  const { image, rgb, contentHash } = await readEncoderImage(untiled, engine, undefined);
  if (contentHash !== job.contentHash) {
    throw failure(
      'file-changed',
      { file: job.path },
      'The file changed while it was inspected. Import it again to inspect the new content.',
    );
  }
  const aligned = await alignedForComparison(untiled, rgb, image, engine, signal);
  const counted = countedCells(places, frame, image.frame, TOKEN_REACH);
  const { compared } = await engine.segment(
    {
      image,
      recipe,
      mapOnly: true,
      comparison: job.comparison,
      aligned: aligned && (await encodedPart(aligned, image.key, engine)),
      counted: seen ? counted.map((cell, i) => cell & seen[i]!) : counted,
    },
    signal,
  );
  return compared?.answer;
}

/** What has to be said of sizes: what did not count, and a scale that may not hold. */
export function sizeNotices(
  regions: readonly Region[],
  counted: Counted | undefined,
  scale: Scale | undefined,
  { imageWidth: width, imageHeight: height }: Frame,
): Notice[] {
  const below = regions.filter(({ belowLimit }) => belowLimit).length;
  const specks = counted?.specks ?? 0;
  const other = scale && otherSize(scale, width, height);
  return [
    ...(below + specks > 0 ? [{ code: 'regions-below-limit', regions: below, specks } as const] : []),
    ...(other
      ? [
          {
            code: 'scale-of-other-size',
            ...{ width, height, scaleWidth: other.width, scaleHeight: other.height },
          } as const,
        ]
      : []),
  ];
}
