import { basename, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { writeFileAtomically } from '../../../src-main/files/atomic-write.ts';
import { sha256OfFile } from '../../../src-main/files/hash.ts';
import { pictureKey } from '../../../src-main/files/picture-key.ts';
import type { Comparison } from '../../../src-main/inference/comparison.ts';
import type { InferenceClient, InspectJob } from '../../../src-main/inference/inference-client.ts';
import type { EmbedJob, RescoreJob } from '../../../src-main/inference/inference-protocol.ts';
import type { PartPose } from '../../../src-main/pipeline/part-pose.ts';
import { ClipSamError, throwIfCancelled } from '../../../src-shared/errors.ts';
import type { InspectionResult } from '../../../src-shared/result.ts';
import { modelVerdict } from '../../../src-shared/verdict.ts';
import { context, inspectionResult } from '../../store/results-fixture.ts';

export interface FakeOptions {
  /** Milliseconds per image. */
  readonly delay?: number;
  /** Tiles of each image, told as they begin. */
  readonly tiles?: number;
  /** Pictures that each image prepares to be compared with. */
  readonly prepares?: number;
  /** True as long as the image with this file name has no answer: no machine is too fast or too slow for a test then. */
  readonly hold?: (name: string) => boolean;
  /** An error for the image with this file name, or undefined. */
  readonly fail?: (name: string) => ClipSamError | undefined;
  readonly onInspect?: (name: string, job: InspectJob) => void;
  /** Before the token file of the image with this file name is written: may throw, or take its time. */
  readonly onEmbed?: (name: string, job: EmbedJob, signal?: AbortSignal) => void | Promise<void>;
  /** How the part of the image with this file name lies; default: it does not show. */
  readonly pose?: (name: string) => PartPose;
  /** Before images are scored again. */
  readonly onRescore?: (signal: AbortSignal | undefined, job: RescoreJob) => void | Promise<void>;
  /** What an image gets with a comparison: as its score, as that of its references, and in each of its areas. */
  readonly rescore?: (key: string, comparison: Comparison | null) => number;
  /** Its score instead. */
  readonly score?: (key: string) => number;
  /** Parts of the answers. */
  readonly result?: (job: InspectJob) => Partial<InspectionResult>;
}

/**
 * Hashes the file and answers with a fixed result; token files hold nothing. `most` is the highest number of images
 * inspected at a time so far.
 */
export function fakeInference(options: FakeOptions = {}): Pick<
  InferenceClient,
  'device' | 'packHash' | 'inspect' | 'embed' | 'pose' | 'rescore'
> & {
  readonly load: { most: number };
} {
  const load = { now: 0, most: 0 };
  return {
    device: context.device,
    packHash: context.packHash,
    load,
    async embed(job, signal) {
      const { path, page, range, folder, rotations = false } = job;
      throwIfCancelled(signal);
      await options.onEmbed?.(basename(path), job, signal);
      throwIfCancelled(signal);
      const contentHash = await sha256OfFile(path).catch(() => {
        throw new ClipSamError('image-not-found', `There is no ${path}.`);
      });
      const key = pictureKey({ contentHash, page, range });
      const tokens = join(folder, `${key}${rotations ? '-turned' : ''}.tokens`);
      await writeFileAtomically(tokens, '');
      return { contentHash, key, tokens, width: 640, height: 480, notices: [] };
    },
    async rescore(job, signal) {
      const { images, comparisons, recipe } = job;
      await options.onRescore?.(signal, job);
      throwIfCancelled(signal);
      return images.map(({ key, areas = [] }) =>
        comparisons.map((comparison) => {
          const peak = options.rescore?.(key, comparison) ?? 0.1;
          const score = options.score?.(key) ?? peak;
          const opinions = [{ opinion: 'references', score: peak, weight: 1 }] as const;
          return { score, verdict: modelVerdict(score, recipe), opinions, peaks: areas.map(() => peak) };
        }),
      );
    },
    async pose({ path }, signal) {
      throwIfCancelled(signal);
      return options.pose?.(basename(path)) ?? { doubt: 'no-contrast' };
    },
    async inspect(job, signal, onProgress) {
      const { path } = job;
      load.most = Math.max(load.most, ++load.now);
      try {
        options.onInspect?.(basename(path), job);
        const { tiles = 0, prepares = 0 } = options;
        for (let done = 1; done <= prepares; done++) onProgress?.({ done, total: prepares });
        for (let tile = 1; tile <= tiles; tile++) onProgress?.({ tile, tiles });
        do {
          await setTimeout(options.delay ?? 1, undefined, { signal }).catch(() => {});
          throwIfCancelled(signal);
        } while (options.hold?.(basename(path)));
        const error = options.fail?.(basename(path));
        if (error) throw error;
        return inspectionResult({ contentHash: await sha256OfFile(path), ...options.result?.(job) });
      } finally {
        load.now--;
      }
    },
  };
}
