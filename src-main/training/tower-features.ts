import { join } from 'node:path';
import type { Device } from '../../src-shared/device.ts';
import { ClipSamError } from '../../src-shared/errors.ts';
import { type Pack, stageTensor } from '../../src-shared/pack.ts';
import { sha256 } from '../files/hash.ts';
import type { LoadedPack } from '../inference/pack-loader.ts';
import { runnableFile, visionModel } from '../inference/pack-models.ts';
import { ensureFeatures, type FeatureProgress } from './feature-cache.ts';
import type { FeatureRecord } from './feature-file.ts';
import { towerThreads } from './head-needs.ts';
import type { TrainingView } from './views.ts';

/** Folder of the features of a pack's vision tower: another tower, another folder. */
export function featureFolder({ pack }: Pick<LoadedPack, 'pack'>, cache: string): string {
  const { vision, files } = pack;
  const tower = [vision, files[vision.file]!.sha256, ...externalKeys(pack).map((key) => files[key]!.sha256)];
  return join(cache, `features-${sha256(JSON.stringify(tower)).slice(0, 16)}`);
}

/** Keys of the files that hold values of the vision tower beside its graph. */
export function externalKeys({ files, vision }: Pack): string[] {
  return (files[vision.file]!.external ?? []).map(({ file }) => file);
}

/** How a picture that could not be used is named. */
export function sourceName({ source, group }: TrainingView): string {
  return source.kind === 'file' ? source.image : `a mosaic of ${group}`;
}

/**
 * Features of the views by a pack's vision tower; missing ones are computed. See {@link ensureFeatures}.
 * @throws ClipSamError `training-data-invalid` when not a single picture can be used; `cancelled`
 */
export async function towerFeatures(
  { pack, pathOf }: LoadedPack,
  views: readonly TrainingView[],
  options: {
    readonly dataRoot: string;
    readonly folder: string;
    readonly device?: Device;
    readonly threads?: number;
    readonly signal?: AbortSignal;
    readonly onProgress?: (progress: FeatureProgress) => void;
    readonly onFailure: (view: TrainingView, message: string) => void;
  },
): Promise<FeatureRecord[]> {
  const { vision } = pack;
  const records = await ensureFeatures(views, {
    ...options,
    vision,
    async encoder() {
      const tower = await visionModel(pack, pathOf);
      // Without what only SAM takes of it.
      return runnableFile({ ...tower, outputs: vision.stages.map((stage) => stageTensor(vision, stage)) });
    },
    workers: 1,
    threads: towerThreads(options.threads),
  });
  if (records.length > 0) return records;
  throw new ClipSamError(
    'training-data-invalid',
    `None of the ${views.length} pictures in ${options.dataRoot} can be used. What is wrong with each was said above.`,
  );
}
