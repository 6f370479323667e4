import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSafetensors } from '../../src-main/graph/safetensors.ts';
import { type LoadedPack, loadPack } from '../../src-main/inference/pack-loader.ts';
import { findCategories } from '../../src-main/services/datasets/find-categories.ts';
import type { HeadSettings } from '../../src-main/training/head-settings.ts';
import {
  type HeadDataset,
  type HeadPackProgress,
  type TrainHeadPackOptions,
  trainHeadPack,
} from '../../src-main/training/train-head.ts';
import { writePlates, writeTwinPack } from './twin-pack.ts';

const settings: HeadSettings = {
  hiddenDim: 8,
  epochs: 4,
  batch: 4,
  learningRate: 1e-3,
  mosaics: true,
  seed: 1,
};

let root = '';
let parent: LoadedPack;
let plates: HeadDataset;
let lids: HeadDataset;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'train-head-'));
  await writeTwinPack(join(root, 'twin'));
  parent = await loadPack(join(root, 'twin'));
  await writePlates(join(root, 'plates'), 'plate', 8, 1);
  await writePlates(join(root, 'lids'), 'metal_lid', 4, 2);
  plates = await dataset('plates');
  lids = await dataset('lids');
});
afterAll(() => rm(root, { recursive: true }));

async function dataset(name: string): Promise<HeadDataset> {
  const categories = await findCategories(join(root, name));
  return {
    name,
    root: join(root, name),
    categories: categories.map(({ category, images }) => ({ category, object: category, images })),
  };
}

const called = { id: 'twin-plates', title: 'Twin on plates', version: '1' };

function train(name: string, options: Partial<TrainHeadPackOptions> = {}) {
  return trainHeadPack({
    ...{ parent, train: plates, settings, called },
    folder: join(root, name),
    cache: join(root, `${name}-cache`),
    threads: 1,
    command: 'clipsam train --pack twin',
    ...options,
  });
}

let first: Promise<{ log: Awaited<ReturnType<typeof train>>; progress: HeadPackProgress[] }> | undefined;
/** Trained once, in the folder `first`. */
function trained() {
  const progress: HeadPackProgress[] = [];
  first ??= train('first', { validate: lids, onProgress: (step) => progress.push(step) }).then((log) => ({
    log,
    progress,
  }));
  return first;
}

const headOf = async (name: string) =>
  readSafetensors(await readFile(join(root, name, 'umci.safetensors')), 'umci.safetensors');

describe('trainHeadPack', () => {
  it('makes a pack that names its parent and its data, and loads', async () => {
    const { log } = await trained();
    const { pack, packHash, pathOf } = await loadPack(join(root, 'first'));
    expect(pack).toMatchObject({
      ...called,
      head: { kind: 'umci', hiddenDim: 8, file: 'umci', novelty: [], separable: false },
      trained: { pack: 'twin@1', packHash: parent.packHash },
      defaultRecipe: { pack: 'twin-plates' },
      vision: parent.pack.vision,
      segmenter: parent.pack.segmenter,
    });
    expect(packHash).not.toBe(parent.packHash);
    expect(pack.trained!.data).toBe(
      'plates: 10 pictures of 1 categories, 6 of them defective. Measured on lids, which had no part in it.',
    );
    // Linked, not copied.
    expect((await stat(pathOf('vision'))).ino).toBe((await stat(parent.pathOf('vision'))).ino);
    expect((await headOf('first')).get('stage0.tokens.weight')).toMatchObject({
      dtype: 'F16',
      shape: [32, 8],
    });
    // 8 pictures and 2 mosaics, 4 epochs, 4 at a time.
    expect(log).toMatchObject({
      steps: 10,
      trainedOn: { pictures: 10 },
      measuredOn: { pictures: 4 },
      leftOut: [],
    });
    expect(log.figures.metal_lid!.pictures).toBe(4);
    expect(JSON.parse(await readFile(join(root, 'first/training-log.json'), 'utf8'))).toEqual(log);
    const card = await readFile(join(root, 'first/card.md'), 'utf8');
    for (const told of ['clipsam train --pack twin', 'twin@1', 'plates: 10 pictures', '| metal_lid | 4 |']) {
      expect(card).toContain(told);
    }
  });

  it('says what it takes before it starts, and takes that', async () => {
    const { progress } = await trained();
    expect(progress[0]).toMatchObject({ kind: 'needs', pictures: 14, missing: 14 });
    expect([...new Set(progress.map(({ kind }) => kind))]).toEqual([
      ...['needs', 'features', 'head', 'measuring', 'writing'],
    ]);
    const { needs } = progress[0] as Extract<HeadPackProgress, { kind: 'needs' }>;
    const [folder] = await foldersOf('first-cache');
    const sizes = await Promise.all(
      (await filesBelow(join(root, 'first-cache', folder!)))
        .filter((path) => path.endsWith('.features'))
        .map(async (path) => (await stat(path)).size),
    );
    expect(sizes).toEqual(new Array(14).fill(needs.perPicture));
    expect(needs.features).toBe(14 * needs.perPicture);
    expect(needs.toWrite).toBeGreaterThan(needs.features);
    expect(needs.memory).toBeGreaterThan(2 * parent.pack.files.vision!.bytes);
  });

  it('goes on after it was cancelled, among the features and among the steps, with the same weights', async () => {
    const whole = await trained();
    for (const [kind, done] of [
      ['features', 5],
      ['head', 3],
    ] as const) {
      const controller = new AbortController();
      const cancelled = train('again', {
        signal: controller.signal,
        onProgress: (step) => {
          const at = step.kind === 'features' ? step.done : step.kind === 'head' ? step.step : 0;
          if (step.kind === kind && at === done) controller.abort();
        },
      });
      await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    }
    const kinds: string[] = [];
    const log = await train('again', {
      onProgress: (step) => kinds.push(step.kind === 'head' ? `step ${step.step}` : step.kind),
    });
    expect(kinds.slice(0, 3)).toEqual(['needs', 'features', 'step 4']);
    expect(await headOf('again')).toEqual(await headOf('first'));
    expect(log.trainedOn).toEqual(whole.log.trainedOn);
    expect(log.figures).toEqual({});
  });

  it('refuses a folder that is taken, and an id that is none, before anything is computed', async () => {
    const folder = join(root, 'taken');
    await mkdir(folder);
    await writeFile(join(folder, 'mine.txt'), 'x');
    const kinds: string[] = [];
    const onProgress = ({ kind }: HeadPackProgress) => kinds.push(kind);
    await expect(train('taken', { onProgress })).rejects.toMatchObject({
      code: 'pack-exists',
      details: { case: 'pack-taken', pack: 'twin-plates@1', folder },
    });
    await expect(train('none', { onProgress, called: { ...called, id: 'Not an id' } })).rejects.toMatchObject(
      { code: 'pack-invalid' },
    );
    expect(kinds).toEqual([]);
  });

  it('leaves out pictures that cannot be read, and says so; with none left it ends', async () => {
    await writePlates(join(root, 'broken'), 'plate', 2, 3);
    await writeFile(join(root, 'broken/plate/test/good/0.png'), 'no image');
    const data = await dataset('broken');
    const log = await train('partly', {
      train: data,
      settings: { ...settings, mosaics: false, epochs: 1 },
      called: { ...called, id: 'partly' },
    });
    expect(log.leftOut).toEqual(['plate/test/good/0.png']);
    expect(await readFile(join(root, 'partly/card.md'), 'utf8')).toContain('plate/test/good/0.png');
    await writeFile(join(root, 'broken/plate/test/spot/1.png'), 'no image');
    await expect(
      train('nothing', { train: await dataset('broken'), settings: { ...settings, mosaics: false } }),
    ).rejects.toMatchObject({ code: 'training-data-invalid' });
  });

  it('computes features again for a file that has changed', async () => {
    await writePlates(join(root, 'changing'), 'plate', 2, 4);
    const once = async (name: string) => {
      const missing: number[] = [];
      await train(name, {
        train: await dataset('changing'),
        settings: { ...settings, mosaics: false, epochs: 1 },
        cache: join(root, 'changing-cache'),
        onProgress: (step) => step.kind === 'needs' && missing.push(step.missing),
      });
      return missing;
    };
    expect(await once('changing-1')).toEqual([2]);
    await writePlates(join(root, 'changing'), 'plate', 1, 5);
    expect(await once('changing-2')).toEqual([1]);
  });
});

async function foldersOf(name: string): Promise<string[]> {
  return (await readdir(join(root, name))).filter((entry) => entry.startsWith('features-'));
}

async function filesBelow(folder: string): Promise<string[]> {
  return (await readdir(folder, { recursive: true })).map((path) => join(folder, path));
}
