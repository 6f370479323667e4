import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildLinearHeadGraph } from '../../src-main/graph/linear-head.ts';
import { readSafetensors } from '../../src-main/graph/safetensors.ts';
import { type LoadedPack, loadPack } from '../../src-main/inference/pack-loader.ts';
import { lackOf } from '../../src-main/methods/registry.ts';
import { findCategories } from '../../src-main/services/datasets/find-categories.ts';
import { datasetPictures, type MethodData } from '../../src-main/training/method-data.ts';
import { type MethodWeightsKind, trainMethodWeights } from '../../src-main/training/method-weights.ts';
import { writePlates, writeTwinPack } from './twin-pack.ts';

const settings = { epochs: 1, batch: 4, learningRate: 1e-3, seed: 1 };

let root = '';
let parent: LoadedPack;
let data: MethodData;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'method-weights-'));
  await writeTwinPack(join(root, 'twin'));
  parent = await loadPack(join(root, 'twin'));
  await writePlates(join(root, 'plates'), 'plate', 6, 1);
  const categories = await findCategories(join(root, 'plates'));
  const products = categories.map(({ dataset, category, folder, images }) => {
    return { dataset, category, object: category, root: folder, images };
  });
  data = await datasetPictures(parent, products, { cache: join(root, 'cache'), seed: 1, threads: 1 });
});
afterAll(() => rm(root, { recursive: true }));

function train(kind: MethodWeightsKind, version: string, of = parent, signal?: AbortSignal) {
  return trainMethodWeights({
    ...{ parent: of, kind, data, settings, threads: 1, command: `clipsam train --head ${kind}` },
    called: { id: of.pack.id, version },
    folder: join(root, `twin@${version}`),
    cache: join(root, 'cache'),
    projectionPlan: { batch: 2, steps: 2, learningRate: 1e-3 },
    ...(signal && { signal }),
  });
}

describe('trainMethodWeights', () => {
  it('makes a version of the pack with linear layers beside its head, which APRIL-GAN runs on', async () => {
    expect(lackOf('april-gan', parent.pack)).toBe('no-linear-weights');
    const log = await train('april-gan', '1+april-gan');
    expect(log).toMatchObject({ steps: 2, pictures: 6, leftOut: [], parent: { pack: 'twin@1' } });
    const { pack, pathOf } = await loadPack(join(root, 'twin@1+april-gan'));
    expect(pack.head).toEqual(parent.pack.head);
    expect(pack.methodWeights).toEqual({ 'april-gan': { file: 'april-gan', scale: 100 } });
    expect(lackOf('april-gan', pack)).toBeUndefined();
    const weights = readSafetensors(await readFile(pathOf('april-gan')), 'april-gan');
    expect(weights.get('stage3.weight')!.shape).toEqual([24, 32]);
    expect(() => buildLinearHeadGraph(weights, { scale: 100 })).not.toThrow();
    // Linked, not copied; and the card says what was added.
    expect((await stat(pathOf('vision'))).ino).toBe((await stat(parent.pathOf('vision'))).ino);
    const card = await readFile(join(root, 'twin@1+april-gan/card.md'), 'utf8');
    expect(card).toMatch(/^# Twin\n\n## APRIL-GAN's linear layers/);
    expect(card).toContain('plates/plate as they are (6 pictures, 2 steps, seed 1');
  });

  it('gives a tower without a projection one, beside what the pack has already', async () => {
    const { imageEmbedding: _, ...vision } = parent.pack.vision;
    const layers = { ...(await loadPack(join(root, 'twin@1+april-gan'))).pack };
    const head = { kind: 'linear', scale: 100, file: 'april-gan' };
    const { methodWeights: _weights, ...others } = layers;
    await writeFile(
      join(root, 'twin@1+april-gan/pack.json'),
      JSON.stringify({ ...others, vision, head, version: '2' }),
    );
    const blind = await loadPack(join(root, 'twin@1+april-gan'));
    expect(lackOf('similarity', blind.pack)).toBe('no-projection');
    const log = await train('projection', '3', blind);
    expect(log.steps).toBe(2);
    const { pack, pathOf } = await loadPack(join(root, 'twin@3'));
    expect(pack.head).toEqual(head);
    expect(pack.methodWeights!.projection!.scale).toBeGreaterThan(1);
    expect(lackOf('similarity', pack)).toBeUndefined();
    const weights = readSafetensors(await readFile(pathOf('projection')), 'projection');
    expect(() => buildLinearHeadGraph(weights, { scale: 10 })).not.toThrow();
    // CLIP's factor would be too large for a text tower of its own.
    await train('sdp-plus', '4', await loadPack(join(root, 'twin@3')));
    const { methodWeights: both } = (await loadPack(join(root, 'twin@4'))).pack;
    expect(both!['sdp-plus']!.scale).toBe(both!.projection!.scale);
  });

  it('refuses what no method would take, and a folder that is taken, before it trains', async () => {
    await expect(train('projection', '5')).rejects.toMatchObject({ code: 'input-invalid' });
    await expect(train('april-gan', '3')).rejects.toMatchObject({ code: 'pack-exists' });
    await expect(train('april-gan', '6', parent, AbortSignal.abort())).rejects.toMatchObject({
      code: 'cancelled',
    });
  });
});
