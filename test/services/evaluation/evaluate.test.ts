import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeGrey8, encodeGrey16 } from '../../../src-main/codec/image-codec.ts';
import { decodeMask } from '../../../src-main/codec/mask-codec.ts';
import { ArtifactStore } from '../../../src-main/files/artifact-store.ts';
import type { InspectJob } from '../../../src-main/inference/inference-client.ts';
import { frameGrid } from '../../../src-main/pipeline/frame.ts';
import {
  type EvaluateEvent,
  type EvaluateOptions,
  evaluate,
  objectNameOf,
} from '../../../src-main/services/evaluation/evaluate.ts';
import { ClipSamError, throwIfCancelled } from '../../../src-shared/errors.ts';
import { frameFor } from '../../../src-shared/frame.ts';
import type { Recipe } from '../../../src-shared/recipe.ts';
import type { InspectionResult, Region } from '../../../src-shared/result.ts';
import { modelVerdict } from '../../../src-shared/verdict.ts';
import { writeCameraPictures } from '../../deep-pictures.ts';

const WIDTH = 64;
const HEIGHT = 48;

const recipe: Recipe = {
  schemaVersion: 1,
  name: 'test',
  pack: 'lite',
  object: 'part',
  prompts: { normal: ['{}'], abnormal: ['damaged {}'], templates: ['a photo of a {}.'] },
  theta: 0.5,
  minRegionArea: 0,
  maxRegions: 8,
  pointsPerRegion: 3,
  lambda: 1,
  warn: 0.4,
  reject: 0.6,
  maxPixels: 1_000_000,
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evaluate-test-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function put(path: string, content: Uint8Array | string) {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}

/** A square of 16 × 16 pixels, aligned so that the coarse cells of the fake follow it. */
function square(at: number): Uint8Array {
  return Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) => {
    const [x, y] = [i % WIDTH, Math.floor(i / WIDTH)];
    return x >= at && x < at + 16 && y >= 16 && y < 32 ? 255 : 0;
  });
}

/** The fake never decodes images, so their content doesn't matter. */
async function makeCategory(path: string, good: number, defective: number) {
  for (let i = 0; i < good; i++) await put(join(path, 'test/good', `${i}.jpg`), '');
  for (let i = 0; i < defective; i++) {
    await put(join(path, 'test/scratch', `${i}.jpg`), '');
    const mask = await encodeGrey8(WIDTH, HEIGHT, square(8 * i));
    await put(join(path, 'ground_truth/scratch', `${i}_mask.png`), mask);
  }
}

async function truthOf(path: string): Promise<Uint8Array> {
  if (basename(dirname(path)) === 'good') return new Uint8Array(WIDTH * HEIGHT);
  const category = dirname(dirname(dirname(path)));
  const mask = join(category, 'ground_truth/scratch', basename(path).replace('.jpg', '_mask.png'));
  return (await decodeMask(mask, { maxPixels: 1e6 })).data;
}

/** Painting and packing maps takes longest here, and most are asked for again. */
const paintedMaps = new Map<string, Promise<Uint8Array>>();

/** One value where the truth is defective and one elsewhere, as a map of a size. */
function paintedMap(
  { width, height }: { readonly width: number; readonly height: number },
  truth: Uint8Array,
  [on, off]: readonly [number, number],
): Promise<Uint8Array> {
  const key = [width, height, on, off, truth.join('')].join(' ');
  const paint = () => {
    const values = Uint16Array.from({ length: width * height }, (_, i) => {
      const x = Math.floor((((i % width) + 0.5) * WIDTH) / width);
      const y = Math.floor(((Math.floor(i / width) + 0.5) * HEIGHT) / height);
      return truth[y * WIDTH + x] ? on : off;
    });
    return encodeGrey16(width, height, values);
  };
  const painted = paintedMaps.get(key) ?? paint();
  paintedMaps.set(key, painted);
  return painted;
}

interface FakeAnswer {
  /** Value where the truth is defective, and elsewhere, 0..65535. */
  readonly coarse: readonly [defect: number, normal: number];
  readonly final: readonly [defect: number, normal: number];
  readonly score: number;
  readonly regions: number;
  readonly notices?: InspectionResult['notices'];
}

/** Looks the truth up and writes maps accordingly: the coarse one on cells, the final one on frame pixels. */
function fakeInference(answer: (defective: boolean, path: string) => FakeAnswer) {
  const jobs: InspectJob[] = [];
  let atOnce = 0;
  let mostAtOnce = 0;
  const inspect = async (job: InspectJob, signal?: AbortSignal): Promise<InspectionResult> => {
    jobs.push(job);
    mostAtOnce = Math.max(mostAtOnce, ++atOnce);
    try {
      const truth = await truthOf(job.path);
      throwIfCancelled(signal);
      const { coarse, final, score, regions, notices = [] } = answer(truth.includes(1), job.path);
      const frame = frameFor(WIDTH, HEIGHT);
      const store = new ArtifactStore(job.artifactRoot);
      const write = async (size: { width: number; height: number }, values: readonly [number, number]) =>
        store.put(await paintedMap(size, truth, values), 'image/png');
      const coarseMap = await write(frameGrid(frame, 256), coarse);
      const finalMap = await write({ width: frame.width, height: frame.height }, final);
      return {
        contentHash: '0'.repeat(64),
        width: WIDTH,
        height: HEIGHT,
        score,
        verdict: modelVerdict(score, recipe),
        regions: Array.from({ length: regions }, () => ({}) as Region),
        artifacts: { coarseMap, finalMap, mask: finalMap },
        timings: {
          read: 1,
          encode: 1,
          umci: 1,
          compare: 0,
          regions: 1,
          decode: 1,
          fuse: 1,
          write: 1,
          total: 7,
        },
        device: { asked: 'cpu', running: 'cpu' },
        recipeHash: '1'.repeat(64),
        notices,
        packHash: '2'.repeat(64),
        softwareVersion: '0',
      };
    } finally {
      atOnce--;
    }
  };
  return {
    inference: { inspect, packHash: '2'.repeat(64) },
    jobs,
    mostAtOnce: () => mostAtOnce,
  };
}

const perfect = (defective: boolean): FakeAnswer => ({
  coarse: [50_000, 1000],
  final: [60_000, 500],
  score: defective ? 0.9 : 0.1,
  regions: defective ? 1 : 0,
});

function run(fake: ReturnType<typeof fakeInference>, options: Partial<EvaluateOptions> = {}) {
  return evaluate(folder, { inference: fake.inference, recipe, temporaryRoot: folder, ...options });
}

describe('evaluate', () => {
  it('gives perfect maps 1 and inverted ones 0, coarse and final apart', async () => {
    await makeCategory(join(folder, 'metal_nut_mini'), 2, 3);
    const fake = fakeInference((defective) => ({ ...perfect(defective), coarse: [1000, 50_000] }));
    const { categories, mean, datasets, failures } = await run(fake);
    expect(failures).toEqual([]);
    expect(categories).toEqual([
      {
        dataset: basename(folder),
        category: 'metal_nut_mini',
        object: 'metal nut',
        good: 2,
        defective: 3,
        failed: 0,
        sampleRanges: { integer: null, float: null },
        maskValues: ['0', '255'],
        coarse: expect.objectContaining({ auroc: 0, pro: 0 }),
        final: expect.objectContaining({ auroc: 1, ap: 1, f1Max: 1 }),
        image: expect.objectContaining({ auroc: 1, ap: 1, f1Max: 1, f1Threshold: 0.9 }),
        goodWithRegion: 0,
        defectiveWithRegion: 1,
        goodNotAccepted: 0,
        defectiveNotAccepted: 1,
        imageMs: 7,
      },
    ]);
    expect(categories[0]!.final.pro).toBeCloseTo(1, 9);
    expect(mean.final.auroc).toBe(1);
    expect(datasets).toEqual([{ dataset: basename(folder), ...mean }]);
    expect(fake.jobs[0]!.recipe).toEqual({ ...recipe, object: 'metal nut' });
    expect(fake.mostAtOnce()).toBe(3);
  });

  it('sees the deep images of a category with one range, and tells it', async () => {
    const category = join(folder, 'castings');
    await makeCategory(category, 1, 1);
    await writeCameraPictures(join(category, 'test/good'), ['1.png', '2.png'], 12);
    await makeCategory(join(folder, 'nuts'), 1, 1);
    const fake = fakeInference(perfect);
    const { categories } = await run(fake);
    const range = { low: 0, high: 4095 };
    expect(categories.map(({ sampleRanges }) => sampleRanges.integer)).toEqual([range, null]);
    const seen = fake.jobs.map((job) => [basename(job.path), job.range]);
    expect(seen.filter(([name]) => String(name).endsWith('.png'))).toEqual([
      ['1.png', range],
      ['2.png', range],
    ]);
    expect(seen.filter(([, used]) => used)).toHaveLength(2);
  });

  it('measures no file with several pages: its mask could be of any', async () => {
    await makeCategory(join(folder, 'screw'), 2, 1);
    const fake = fakeInference((defective, path) => ({
      ...perfect(defective),
      notices: path.endsWith('good/1.jpg') ? [{ code: 'page', page: 1, pages: 3 }] : [],
    }));
    const { categories, failures } = await run(fake);
    expect(categories[0]).toMatchObject({ good: 1, failed: 1 });
    expect(failures).toMatchObject([
      { path: join(folder, 'screw/test/good/1.jpg'), error: { code: 'image-unsupported' } },
    ]);
  });

  it('counts regions and verdicts, and measures image scores', async () => {
    await makeCategory(join(folder, 'screw'), 4, 2);
    // Good image 3 is rejected with a region; defective image 1 scores low and is accepted.
    const fake = fakeInference((defective, path) => {
      const odd = path.endsWith(defective ? '1.jpg' : '3.jpg');
      const looksBad = defective !== odd;
      return { ...perfect(defective), score: looksBad ? 0.7 : 0.2, regions: looksBad ? 2 : 0 };
    });
    const { mean } = await run(fake);
    expect(mean).toMatchObject({
      goodWithRegion: 0.25,
      goodNotAccepted: 0.25,
      defectiveWithRegion: 0.5,
      defectiveNotAccepted: 0.5,
    });
    // Pairs (defective, good): 0.7 beats three 0.2 and ties 0.7; 0.2 ties three 0.2 and loses to 0.7.
    expect(mean.image.auroc).toBeCloseTo((3 + 0.5 + 1.5) / 8, 12);
  });

  it('averages per data set, over categories, and over data sets, ignoring what has no value', async () => {
    await makeCategory(join(folder, 'a/one'), 1, 1);
    await makeCategory(join(folder, 'a/two'), 1, 1);
    await makeCategory(join(folder, 'b/three'), 0, 1);
    const fake = fakeInference((defective, path) =>
      path.includes('two')
        ? { ...perfect(defective), final: [0, 9000], score: defective ? 0 : 1 }
        : perfect(defective),
    );
    const result = await run(fake);
    expect(result.categories.map(({ category }) => category)).toEqual(['one', 'two', 'three']);
    expect(result.datasets.map(({ dataset, count, final }) => [dataset, count, final.auroc])).toEqual([
      ['a', 2, 0.5],
      ['b', 1, 1],
    ]);
    expect(result.mean.final.auroc).toBeCloseTo(2 / 3, 12);
    expect(result.datasetMean.final.auroc).toBe(0.75);
    expect(result.categories[2]!.image.auroc).toBeNull();
    expect(result.mean.image.auroc).toBe(0.5);
    expect(result.mean.goodWithRegion).toBe(0);
  });

  it.each([
    ['0 and 255', [0, 255, 255], encodeGrey8],
    ['0 and 1', [0, 1, 1], encodeGrey8],
    ['classes 100 and 200', [0, 100, 200], encodeGrey8],
    ['16 bits, 0 and 1', [0, 1, 1], encodeGrey16],
    ['16 bits, classes 1 and 300', [0, 1, 300], encodeGrey16],
  ] as const)(
    'counts every pixel of masks with %s, and says what they hold',
    async (_name, names, encode) => {
      await makeCategory(join(folder, 'control/screw'), 1, 2);
      await makeCategory(join(folder, 'classes/screw'), 1, 2);
      for (const at of [0, 1]) {
        // The left half of the defect is one class, the right half another.
        const values = [...square(8 * at)].map((value, i) =>
          value ? names[i % WIDTH < 8 * at + 8 ? 1 : 2] : names[0],
        );
        const mask = encode === encodeGrey16 ? Uint16Array.from(values) : Uint8Array.from(values);
        const file = await (encode as (w: number, h: number, data: typeof mask) => Promise<Uint8Array>)(
          WIDTH,
          HEIGHT,
          mask,
        );
        await writeFile(join(folder, `classes/screw/ground_truth/scratch/${at}_mask.png`), file);
      }
      const fake = fakeInference(perfect);
      // Maps are drawn from the control's masks, whatever the mask under test says.
      const inspect: typeof fake.inference.inspect = (job, signal) =>
        fake.inference.inspect({ ...job, path: job.path.replace('classes', 'control') }, signal);
      const { categories, failures } = await evaluate(folder, {
        recipe,
        inference: { ...fake.inference, inspect },
      });
      expect(failures).toEqual([]);
      const [classes, control] = categories;
      expect(classes).toEqual({
        ...control,
        dataset: 'classes',
        maskValues: [...new Set(names)].map(String),
      });
      expect(classes!.final).toMatchObject({ ap: 1, f1Max: 1 });
    },
  );

  it('reports failed images and goes on', async () => {
    await makeCategory(join(folder, 'screw'), 2, 4);
    const truth = join(folder, 'screw/ground_truth/scratch');
    await writeFile(join(truth, '0_mask.png'), 'not an image');
    await writeFile(join(truth, '1_mask.png'), await encodeGrey8(10, 10, new Uint8Array(100).fill(255)));
    await writeFile(
      join(truth, '2_mask.png'),
      await encodeGrey8(WIDTH, HEIGHT, new Uint8Array(WIDTH * HEIGHT)),
    );
    const inference = fakeInference(perfect).inference;
    const events: EvaluateEvent[] = [];
    const result = await evaluate(folder, {
      recipe,
      inference: {
        packHash: inference.packHash,
        inspect: async (job, signal) => {
          if (job.path.endsWith('good/1.jpg')) throw new ClipSamError('image-unreadable', 'broken');
          if (job.path.includes('scratch')) {
            // The fake draws its maps from the truth, which is what is broken here.
            const clean = join(folder, 'screw/test/good/0.jpg');
            return inference.inspect({ ...job, path: clean }, signal);
          }
          return inference.inspect(job, signal);
        },
      },
      onProgress: (event) => events.push(event),
    });
    const reasons = new Map(result.failures.map(({ path, error }) => [path.replace(/.*test\//, ''), error]));
    expect(reasons.get('good/1.jpg')).toEqual({ code: 'image-unreadable', message: 'broken' });
    expect(reasons.get('scratch/0.jpg')!.message).toContain('0_mask.png');
    expect(reasons.get('scratch/1.jpg')!.message).toContain('10 × 10');
    expect(reasons.get('scratch/2.jpg')!.message).toContain('marks no pixel');
    expect(result.categories[0]).toMatchObject({ good: 1, defective: 1, failed: 4 });
    expect(events.filter(({ kind }) => kind === 'image')).toHaveLength(6);
    expect(events.at(-2)!.kind).toBe('category');
    expect(events.at(-1)).toEqual({ kind: 'finished', evaluation: result });
  });

  it('ends with an error that every further image would meet too', async () => {
    await makeCategory(join(folder, 'screw'), 20, 0);
    const fake = fakeInference(perfect);
    let asked = 0;
    const inspect: typeof fake.inference.inspect = async (job, signal) => {
      if (++asked === 2) throw new ClipSamError('disk-full', 'The disk is full.');
      return fake.inference.inspect(job, signal);
    };
    const inference = { packHash: fake.inference.packHash, inspect };
    await expect(evaluate(folder, { recipe, inference })).rejects.toMatchObject({ code: 'disk-full' });
    expect(asked).toBeLessThan(8);
  });

  it('names missing masks before it starts', async () => {
    await makeCategory(join(folder, 'screw'), 1, 2);
    await rm(join(folder, 'screw/ground_truth/scratch/1_mask.png'));
    const fake = fakeInference(perfect);
    await expect(run(fake)).rejects.toMatchObject({
      code: 'input-invalid',
      message: expect.stringContaining(join('screw', 'test', 'scratch', '1.jpg')),
    });
    expect(fake.jobs).toEqual([]);
  });

  it('says what it expects of a root without categories', async () => {
    await put(join(folder, 'images/1.jpg'), '');
    await expect(run(fakeInference(perfect))).rejects.toThrow(/test\/good/);
    await expect(
      evaluate(join(folder, 'absent'), { ...fakeInference(perfect), recipe }),
    ).rejects.toMatchObject({
      code: 'input-invalid',
    });
  });

  it('takes a category, or links to data sets, as the root', async () => {
    await makeCategory(join(folder, 'data/set/screw'), 1, 1);
    await mkdir(join(folder, 'links'));
    await symlink(join(folder, 'data/set'), join(folder, 'links/set'));
    for (const root of ['data/set/screw', 'links']) {
      const { categories } = await evaluate(join(folder, root), { ...fakeInference(perfect), recipe });
      expect(categories.map(({ dataset, category }) => [dataset, category])).toEqual([['set', 'screw']]);
    }
  });

  it('reads the data in the layout that is named', async () => {
    await makeCategory(join(folder, 'screw'), 1, 1);
    await mkdir(join(folder, 'screw/test/ok'));
    await expect(run(fakeInference(perfect))).rejects.toThrow(/--layout/);
    const { categories, notes } = await run(fakeInference(perfect), { layout: 'mvtec-ad' });
    expect(categories[0]).toMatchObject({ category: 'screw', good: 1, defective: 1 });
    expect(notes).toEqual([]);
  });

  it('says what was left out of the data', async () => {
    await makeCategory(join(folder, 'set/screw'), 1, 1);
    const mask = await encodeGrey8(WIDTH, HEIGHT, new Uint8Array(WIDTH * HEIGHT));
    await put(join(folder, 'plain/images/0.jpg'), '');
    await put(join(folder, 'plain/masks/0.png'), mask);
    const fake = fakeInference(perfect);
    const good = join(folder, 'set/screw/test/good/0.jpg');
    const inspect: typeof fake.inference.inspect = (job, signal) =>
      fake.inference.inspect({ ...job, path: job.path.includes('plain') ? good : job.path }, signal);
    const { notes } = await evaluate(folder, { recipe, inference: { ...fake.inference, inspect } });
    expect(notes).toEqual([`${join(folder, 'plain')}: 1 images with an empty mask were taken for good.`]);
  });

  it('limits images per category to a mix of good and defective ones, under names of the caller', async () => {
    await makeCategory(join(folder, 'screw'), 4, 4);
    const fake = fakeInference(perfect);
    const { categories } = await run(fake, { limit: 4, objectNames: { screw: 'wood screw' } });
    expect(categories[0]).toMatchObject({ good: 2, defective: 2, object: 'wood screw' });
    expect(new Set(fake.jobs.map((job) => job.recipe.object))).toEqual(new Set(['wood screw']));
  });

  it('stops when cancelled, and leaves no file behind either way', async () => {
    await makeCategory(join(folder, 'screw'), 20, 0);
    const before = await readdir(folder);
    const controller = new AbortController();
    const fake = fakeInference(perfect);
    const onProgress = (event: EvaluateEvent) => event.kind === 'image' && controller.abort();
    await expect(run(fake, { signal: controller.signal, onProgress })).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(fake.jobs.length).toBeLessThan(8);
    expect(await readdir(folder)).toEqual(before);
    await run(fakeInference(perfect), { limit: 2 });
    expect(await readdir(folder)).toEqual(before);
  });
});

it.each([
  ['metal_nut_mini', 'metal nut'],
  ['steel_strip', 'steel strip'],
  ['screw', 'screw'],
  ['minivan', 'minivan'],
  ['03', 'product'],
])('calls the object of %s "%s"', (category, object) => {
  expect(objectNameOf(category)).toBe(object);
});

it('writes plain JSON: no NaN, no undefined', async () => {
  await makeCategory(join(folder, 'screw'), 0, 1);
  const result = await run(fakeInference(perfect));
  await put(join(folder, 'out.json'), JSON.stringify(result));
  expect(JSON.parse(await readFile(join(folder, 'out.json'), 'utf8'))).toEqual(result);
});
