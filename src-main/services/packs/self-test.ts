import { basename, dirname, join } from 'node:path';
import type { SelfTestEvent } from '../../../src-shared/contract/packs.ts';
import type { DeviceRequest } from '../../../src-shared/device.ts';
import { failure } from '../../../src-shared/errors.ts';
import { listImageFiles } from '../../files/image-files.ts';
import type { InferenceClient } from '../../inference/inference-client.ts';
import type { PackExaminer } from '../../inference/pack-examiner.ts';
import { checkLanguage } from '../../inference/recipe-language.ts';
import type { InferencePool } from '../runs/inference-pool.ts';
import { findPack, type PackRoots } from './model-packs.ts';

export interface SelfTestOptions extends PackRoots {
  readonly pool: InferencePool;
  readonly examiner: PackExaminer;
  readonly pack: string;
  readonly device: DeviceRequest;
  /** Folder of sample images: the first one with a defect is inspected. */
  readonly samplesFolder: string;
  /** Artifact folder that gets the maps. */
  readonly artifactRoot: string;
  readonly signal?: AbortSignal;
  readonly onEvent: (event: SelfTestEvent) => void;
}

/**
 * Inspects a sample with a pack's default recipe and tells the time per step. On the chosen device it shares the
 * inference process with a run; another device gets a process of its own, which is refused while a run is at work.
 * @throws ClipSamError `conflict` while another device is at work, `image-not-found` without samples,
 *   and what the inference process says
 */
export async function selfTest(options: SelfTestOptions): Promise<void> {
  const { pool, examiner, pack: packId, device, artifactRoot, signal, onEvent } = options;
  const path = await sampleIn(options.samplesFolder);
  const { pack, folder } = await findPack(packId, options);
  onEvent({ kind: 'starting', image: basename(dirname(path)) });
  await checkLanguage(folder, pack.defaultRecipe, examiner);
  const start = performance.now();

  const inspect = async (inference: InferenceClient, rssBytes: () => number | null) => {
    onEvent({ kind: 'ready', device: inference.device, startMs: performance.now() - start });
    const recipe = pack.defaultRecipe;
    const result = await inference.inspect({ path, recipe, artifactRoot }, signal);
    const { timings, score, verdict, regions } = result;
    onEvent({
      kind: 'finished',
      device: result.device,
      timings,
      score,
      verdict,
      regions: regions.length,
      rssBytes: rssBytes(),
    });
  };

  if (device === pool.status.asked) {
    const { inference, release } = await pool.acquire(packId);
    try {
      return await inspect(inference, () => pool.status.rssBytes);
    } finally {
      release();
    }
  }
  if (pool.isUsed) {
    throw failure(
      'device-busy',
      { device: pool.status.asked },
      `The inference process is at work on the device "${pool.status.asked}". Test that one, or wait until it has finished.`,
    );
  }
  let rss: number | null = null;
  const inference = await pool.openApart(packId, device, (event) => {
    if (event.kind === 'heartbeat') rss = event.rssBytes;
  });
  try {
    await inspect(inference, () => rss);
  } finally {
    await inference.close();
  }
}

async function sampleIn(folder: string): Promise<string> {
  let first: string | undefined;
  for await (const entry of listImageFiles([folder])) {
    if (entry.kind === 'unreadable') throw entry.error;
    if (entry.kind !== 'image') continue;
    const kind = basename(dirname(entry.path));
    if (basename(dirname(dirname(entry.path))) !== 'test') continue;
    if (kind !== 'good') return entry.path;
    first ??= entry.path;
  }
  if (first) return first;
  throw failure('no-sample', { folder }, `There is no sample image in ${join(folder, '…', 'test')}.`);
}
