import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeGrey8, encodeRgb } from '../../src-main/codec/image-codec.ts';
import { loadPack } from '../../src-main/inference/pack-loader.ts';
import {
  type TrainingProgress,
  type TrainPackOptions,
  trainPack,
} from '../../src-main/training/train-pack.ts';
import type { TrainingPlan } from '../../src-main/training/training-plan.ts';
import type { Pack } from '../../src-shared/pack.ts';
import { TINY_RECIPE, writeTinyPack } from '../inference/tiny-pack.ts';

const [WIDTH, HEIGHT] = [96, 20];

let root = '';
let data = '';
let out = '';
let plan: TrainingPlan;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'train-'));
  data = join(root, 'data');
  out = join(root, 'out');
  await writeTinyPack(out);
  const tiny = JSON.parse(await readFile(join(out, 'pack.json'), 'utf8')) as Pack;
  const tower = (key: string) => {
    const { source, licence, provenance } = tiny.files[key]!;
    return { source, licence, provenance };
  };
  plan = {
    schemaVersion: 1,
    seed: 4,
    pack: {
      id: 'toy',
      title: 'Toy',
      version: '1',
      licence: 'MIT',
      notes: ['Made in a test.'],
      files: { vision: tower('vision'), decoder: tower('decoder') },
      vision: tiny.vision,
      segmenter: tiny.segmenter,
      recipe: { ...TINY_RECIPE, pack: 'toy', object: 'plate' },
    },
    holdOut: 0.25,
    categories: ['plates', 'lids'].map((folder) => ({
      folder,
      names: [folder.slice(0, -1)],
      defects: { spot: ['spot'] },
      good: 1,
      pasted: 0.5,
      defective: 1,
    })),
    synthetic: { count: 0, goodShare: 0.5 },
    text: {
      width: 8,
      layers: 1,
      heads: 2,
      embedding: 8,
      contextLength: 32,
      vocabulary: 300,
      batch: 8,
      steps: 50,
      learningRate: 0.01,
    },
    head: {
      hiddenDim: 4,
      scaleKernels: [3],
      stripKernel: 3,
      paths: { strip: true, scale: true },
      separable: true,
      novelty: [{ stage: 0, sharpness: 10 }],
      batch: 1,
      steps: 50,
      warmup: 5,
      restarts: [],
      learningRate: 0.02,
      weightDecay: 0.01,
      clip: 1,
      gamma: 2,
      dice: 1,
      image: 0.3,
      average: 0.9,
    },
  };
  await writeFile(join(root, 'plan.json'), JSON.stringify(plan));
  for (const folder of ['plates', 'lids'])
    for (let i = 0; i < 4; i++) {
      await writePicture(join(data, folder), `${i}`, i % 2 === 1, 20 + 15 * i);
    }
});
afterAll(() => rm(root, { recursive: true }));

/** A grainy grey plate, with a bright spot when it is defective. */
async function writePicture(folder: string, name: string, bad: boolean, at: number): Promise<void> {
  const isSpot = (pixel: number) => {
    const [x, y] = [pixel % WIDTH, Math.floor(pixel / WIDTH)];
    return bad && x >= at && x < at + 18 && y >= 4 && y < 16;
  };
  const image = Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, (_, i) =>
    isSpot(Math.floor(i / 3)) ? 245 : 100 + ((i * 7919) % 11),
  );
  const put = async (path: string, bytes: Uint8Array) => {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), bytes);
  };
  const png = await encodeRgb({ width: WIDTH, height: HEIGHT, data: image }, { format: 'png' });
  await put(`test/${bad ? 'spot' : 'good'}/${name}.png`, png);
  if (!bad) return;
  const mask = Uint8Array.from({ length: WIDTH * HEIGHT }, (_, pixel) => (isSpot(pixel) ? 255 : 0));
  await put(`ground_truth/spot/${name}_mask.png`, await encodeGrey8(WIDTH, HEIGHT, mask));
}

function train(options: Partial<TrainPackOptions> = {}) {
  return trainPack({
    planFile: join(root, 'plan.json'),
    dataRoot: data,
    out,
    cache: join(root, 'cache'),
    command: 'clipsam train plan.json',
    workers: 2,
    ...options,
  });
}

let first: Promise<{ log: Awaited<ReturnType<typeof trainPack>>; kinds: Set<string> }> | undefined;
/** The pack in {@link out}, trained once. */
function trained() {
  const kinds = new Set<string>();
  first ??= train({ onProgress: ({ kind }) => kinds.add(kind) }).then((log) => ({ log, kinds }));
  return first;
}

describe('trainPack', () => {
  it('goes from pictures to a pack that loads, and from cached features to the same one', async () => {
    const { log, kinds } = await trained();
    expect([...kinds]).toEqual(['features', 'text', 'head']);
    expect(log.pictures.failed).toBe(0);
    expect(log.pictures.trained + log.pictures.heldOut).toBeGreaterThanOrEqual(8);
    expect(log.textLoss).toHaveLength(1);
    expect(log.headLoss).toHaveLength(1);
    const measured = Object.values(log.figures).reduce((sum, { pictures }) => sum + pictures, 0);
    expect(measured).toBe(log.pictures.heldOut);
    expect(JSON.parse(await readFile(join(out, 'training-log.json'), 'utf8'))).toEqual(log);

    const { pack } = await loadPack(out);
    expect(pack).toMatchObject({ id: 'toy', head: { hiddenDim: 4 }, defaultRecipe: { object: 'plate' } });
    for (const key of ['tokenizer', 'text', 'umci']) {
      expect(pack.files[key]).toMatchObject({
        licence: 'MIT',
        provenance: expect.stringContaining('clipsam train'),
      });
    }
    const card = await readFile(join(out, pack.card), 'utf8');
    expect(card).toContain('clipsam train plan.json');
    expect(card).toContain('Made in a test.');
    for (const [group, { pictures }] of Object.entries(log.figures)) {
      expect(card).toContain(`| ${group} | ${pictures} |`);
    }

    const progress: TrainingProgress[] = [];
    await train({ onProgress: (step) => progress.push(step) });
    expect(progress.filter(({ kind }) => kind === 'features')).toHaveLength(1);
    expect((await loadPack(out)).pack.files).toEqual(pack.files);
  });

  it('measures the groups that are left out, and trains on none of them', async () => {
    await trained();
    const without = join(root, 'without');
    await cp(out, without, { recursive: true });
    const log = await train({ leaveOut: ['lids'], out: without, textFrom: out });
    expect(Object.keys(log.figures)).toEqual(['lids']);
    expect(log.figures.lids!.pictures).toBe(log.pictures.heldOut);
    expect(log.pictures.heldOut).toBeGreaterThanOrEqual(4);
    expect(log.pictures.trained).toBeGreaterThanOrEqual(4);
  });

  it('takes the text tower of another pack, and says where it comes from', async () => {
    const kinds: string[] = [];
    const again = join(root, 'again');
    const { log: first } = await trained();
    await cp(out, again, { recursive: true });
    const log = await train({
      out: again,
      textFrom: out,
      command: 'second command',
      onProgress: ({ kind }) => kinds.push(kind),
    });
    // A head for the same text tower and pictures is in the cache.
    expect(new Set(kinds)).toEqual(new Set(['features']));
    expect(log.textLoss).toEqual([]);
    expect(log.figures).toEqual(first.figures);
    const { files } = (await loadPack(again)).pack;
    const { files: old } = (await loadPack(out)).pack;
    expect([files.text, files.tokenizer]).toEqual([old.text, old.tokenizer]);
    expect(files.umci!.provenance).toContain('second command');
    await expect(train({ textFrom: data })).rejects.toMatchObject({ code: 'input-invalid' });
  });

  it('refuses to start from what is no head', async () => {
    await expect(train({ textFrom: out, headFrom: data })).rejects.toMatchObject({ code: 'input-invalid' });
  });

  it('says when nothing is left to train on', async () => {
    await expect(train({ leaveOut: ['lids', 'plates'] })).rejects.toMatchObject({
      code: 'training-data-invalid',
    });
  });

  it('reports pictures that it leaves out', async () => {
    const bad = join(data, 'lids/test/good/broken.png');
    await writeFile(bad, 'no image');
    const controller = new AbortController();
    const leftOut: unknown[] = [];
    const cancelled = train({
      signal: controller.signal,
      onProgress: (step) => {
        if (step.kind === 'left-out') leftOut.push(step.view.source);
        if (step.kind === 'text') controller.abort();
      },
    });
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    await rm(bad);
    expect(leftOut).toContainEqual({ kind: 'file', image: 'lids/test/good/broken.png', mask: null });
  });

  it('refuses a broken plan', async () => {
    const planFile = join(root, 'broken.json');
    await writeFile(planFile, JSON.stringify({ ...plan, seed: 'seven' }));
    await expect(train({ planFile })).rejects.toMatchObject({
      code: 'input-invalid',
      message: expect.stringMatching(/broken\.json is not a usable training plan: .*seed/s),
    });
    await expect(train({ planFile: join(root, 'none.json') })).rejects.toThrow('none.json');
  });
});
