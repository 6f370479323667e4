import { readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { parseMethodSpecs } from '../../../../src-main/services/evaluation/method-spec.ts';
import {
  type EvaluateMethodsOptions,
  evaluateMethods,
  type MethodsEvent,
} from '../../../../src-main/services/evaluation/methods/evaluate-methods.ts';
import type { CaseGallery } from '../../../../src-main/services/evaluation/methods/method-case.ts';
import { recipe } from '../../../store/results-fixture.ts';
import { tempFolder } from '../../../temp-folder.ts';
import { ABILITIES, fakeMethods, makeCategory, type Skill } from './fake-methods.ts';

const SKILL: Skill = { clipsam: 1, 'clipsam+mmr': 1.5, similarity: 0.2, consensus: 0.6, references: 3 };

let root: string;
beforeEach(async () => {
  // Draws and resamples follow from the data set's name: that of a temporary folder would be another in every run.
  root = join(await tempFolder(), 'parts');
});

function measure(
  fake: ReturnType<typeof fakeMethods>,
  methods: string,
  options: Partial<EvaluateMethodsOptions> = {},
) {
  return evaluateMethods(root, {
    ...{ inference: fake.inference, recipe, abilities: ABILITIES, seed: 0, resamples: 40 },
    specs: parseMethodSpecs(methods),
    ...options,
  });
}

describe('methods', () => {
  it('are measured on the same images, each run once', async () => {
    await makeCategory(join(root, 'nut'), { good: 6, defective: 4 });
    const fake = fakeMethods(SKILL);
    const evaluation = await measure(
      fake,
      'clipsam,clipsam-coarse,similarity,consensus,clipsam-coarse+consensus',
    );
    // Consensus alone is read from the run beside clipsam-coarse.
    expect(fake.inspected).toHaveLength(10 * 4);
    expect(fake.inspected.every(({ sideBySide }) => sideBySide)).toBe(true);
    // All methods of an image before the next image.
    expect(new Set(fake.inspected.slice(0, 4).map(({ path }) => path)).size).toBe(1);
    const [category] = evaluation.categories;
    expect(category).toMatchObject({ good: 6, defective: 4, failed: 0, object: 'nut', leftOut: [] });
    const figures = new Map(category!.methods.map((one) => [one.method, one]));
    expect([...figures.keys()]).toEqual([
      'clipsam',
      'clipsam-coarse',
      'similarity',
      'consensus',
      'clipsam-coarse+consensus',
    ]);
    const auroc = (method: string) => figures.get(method)!.figures.pixelAuroc!;
    expect(auroc('clipsam')).toBeGreaterThan(auroc('clipsam-coarse'));
    expect(auroc('clipsam-coarse')).toBeGreaterThan(auroc('consensus'));
    expect(auroc('consensus')).toBeGreaterThan(auroc('similarity'));
    expect(auroc('clipsam-coarse+consensus')).toBe(auroc('clipsam-coarse'));
    expect(figures.get('clipsam')!.seconds).toBe('clipsam'.length);
    expect(evaluation.methods[0]).toEqual({ method: 'clipsam', trainedParameters: 1_234_567 });
    expect(evaluation.mean.methods.map(({ figures: own }) => own)).toEqual(
      category!.methods.map(({ figures: own }) => own),
    );
  });

  it('that the pack lacks something for are named, with why, and are in no figure', async () => {
    await makeCategory(join(root, 'nut'), { good: 1, defective: 1 });
    const { unavailable, methods } = await measure(fakeMethods(SKILL), 'clipsam,april-gan+mmr');
    expect(methods.map(({ method }) => method)).toEqual(['clipsam']);
    expect(unavailable).toEqual([
      { method: 'april-gan+mmr', reason: 'the pack has no linear layers for it.' },
    ]);
    await expect(measure(fakeMethods(SKILL), 'april-gan')).rejects.toThrow(/can run none of these methods/);
  });

  it('that the files of the pack turn out to lack something for leave the others as they are', async () => {
    for (const name of ['nut', 'bolt']) await makeCategory(join(root, name), { good: 1, defective: 1 });
    const fake = fakeMethods(SKILL);
    fake.flags.unable = 'winclip';
    const { categories, failures } = await measure(fake, 'winclip,clipsam');
    expect(failures).toEqual([]);
    expect(categories.map(({ methods }) => methods.map(({ method }) => method))).toEqual([
      ['clipsam'],
      ['clipsam'],
    ]);
    expect(categories[1]!.without).toEqual([{ method: 'winclip', reason: 'Nothing to make winclip of.' }]);
    // It is tried once.
    expect(fake.inspected).toHaveLength(1 + 4);
    await expect(measure(fake, 'winclip')).rejects.toMatchObject({ code: 'model-tensor-unknown' });
  });

  it('have intervals, and differences that are told from noise', async () => {
    for (const name of ['nut', 'bolt']) await makeCategory(join(root, name), { good: 8, defective: 8 });
    const { mean, categories, datasets } = await measure(
      fakeMethods(SKILL),
      'clipsam-coarse,similarity,references-1',
      {
        resamples: 200,
      },
    );
    expect(datasets).toEqual([]);
    for (const { figures, intervals } of mean.methods) {
      expect(intervals.pixelAuroc!.low).toBeLessThanOrEqual(figures.pixelAuroc!);
      expect(intervals.pixelAuroc!.high).toBeGreaterThanOrEqual(figures.pixelAuroc!);
      // Both categories as one are surer than each.
      const widths = [...categories.map(({ methods }) => methods), mean.methods].map((methods) => {
        const { low, high } = methods[1]!.intervals.pixelAuroc!;
        return high - low;
      });
      expect(widths[2]).toBeLessThan(Math.max(widths[0]!, widths[1]!));
    }
    const of = (method: string) => mean.differences.find((one) => one.method === method)!;
    expect(of('similarity').against).toBe('clipsam-coarse');
    expect(of('similarity').figures.pixelAuroc).toMatchObject({ verdict: 'worse' });
    expect(of('references-1').figures.pixelAuroc).toMatchObject({ verdict: 'better' });
    const average = (name: string) =>
      categories.reduce(
        (sum, { methods }) => sum + methods.find((one) => one.method === name)!.figures.pixelAp!,
        0,
      ) / 2;
    expect(of('similarity').figures.pixelAp!.difference).toBeCloseTo(
      average('similarity') - average('clipsam-coarse'),
      12,
    );
    expect(mean.differences).toHaveLength(3);
  });

  it('give the same figures and intervals for a seed', async () => {
    await makeCategory(join(root, 'nut'), { good: 4, defective: 4 });
    const once = await measure(fakeMethods(SKILL), 'clipsam,similarity');
    const again = await measure(fakeMethods(SKILL), 'clipsam,similarity');
    expect(again.mean).toEqual(once.mean);
    const other = await measure(fakeMethods(SKILL), 'clipsam,similarity', { seed: 1 });
    expect(other.mean.methods[0]!.figures).toEqual(once.mean.methods[0]!.figures);
    expect(other.mean.methods[0]!.intervals).not.toEqual(once.mean.methods[0]!.intervals);
  });

  it('say nothing of chance without resamples', async () => {
    await makeCategory(join(root, 'nut'), { good: 2, defective: 2 });
    const { mean } = await measure(fakeMethods(SKILL), 'clipsam,similarity', { resamples: 0 });
    expect(mean.methods[0]!.intervals.pixelAp).toBeNull();
    expect(mean.differences[0]!.figures.pixelAp).toMatchObject({ verdict: null, p: null, interval: null });
  });
});

it('a category without good images has the figures that it can have', async () => {
  await makeCategory(join(root, 'nut'), { good: 0, defective: 2 });
  await makeCategory(join(root, 'bolt'), { good: 2, defective: 2 });
  const { categories, mean } = await measure(fakeMethods(SKILL), 'clipsam,similarity');
  const [bolt, nut] = categories;
  const [figures] = nut!.methods;
  expect(figures!.figures).toMatchObject({ imageAuroc: null, imageAp: 1 });
  expect(figures!.intervals.imageAuroc).toBeNull();
  expect(figures!.figures.pixelPro).toBeGreaterThan(0);
  expect(nut!.differences[0]!.figures.imageAuroc).toBeNull();
  // A mean is of the categories where the figure has a value.
  expect(mean.methods[0]!.figures.imageAuroc).toBe(bolt!.methods[0]!.figures.imageAuroc);
  expect(mean.methods[0]!.intervals.imageAuroc).toEqual(bolt!.methods[0]!.intervals.imageAuroc);
});

describe('references', () => {
  it('drawn from the test images leave the figures of all methods, the most of any method', async () => {
    await makeCategory(join(root, 'nut'), { good: 7, defective: 3 });
    const fake = fakeMethods(SKILL);
    const { categories } = await measure(fake, 'clipsam,references-2,references-4');
    const [category] = categories;
    expect(category).toMatchObject({ good: 3, defective: 3 });
    expect(category!.references).toHaveLength(4);
    expect(category!.leftOut.toSorted()).toEqual(category!.references.toSorted());
    expect(category!.comparisons.map(({ methods, references }) => [methods, references])).toEqual([
      [['references-2'], 2],
      [['references-4'], 4],
    ]);
    const left = new Set(category!.leftOut.map((path) => join(root, 'nut', path)));
    expect(fake.inspected.filter(({ path }) => left.has(path))).toEqual([]);
    // Fewer references are the first of more.
    const keys = fake.inspected
      .slice(0, 3)
      .map(({ comparison }) => comparison?.references.map(({ key }) => key));
    expect(keys[0]).toBeUndefined();
    expect(keys[2]!.slice(0, 2)).toEqual(keys[1]);
  });

  it('are too many for a category: methods without them are measured there all the same', async () => {
    await makeCategory(join(root, 'bolt'), { good: 0, defective: 2 });
    await makeCategory(join(root, 'nut'), { good: 3, defective: 2 });
    const { categories, mean } = await measure(
      fakeMethods(SKILL),
      'clipsam,clipsam+references-1,references-1',
    );
    const [bolt, nut] = categories;
    expect(bolt).toMatchObject({ good: 0, defective: 2, references: [], leftOut: [] });
    expect(bolt!.methods.map(({ method }) => method)).toEqual(['clipsam']);
    const folder = join(root, 'bolt');
    const reason = `${folder} has 0 different good images, and 1 references take 2. Draw fewer.`;
    expect(bolt!.without).toEqual([
      { method: 'clipsam+references-1', reason },
      { method: 'references-1', reason },
    ]);
    expect(nut!.methods).toHaveLength(3);
    expect(mean.methods.map(({ method, categories: count }) => [method, count])).toEqual([
      ['clipsam', 2],
      ['clipsam+references-1', 1],
      ['references-1', 1],
    ]);
    await expect(measure(fakeMethods(SKILL), 'clipsam+references-1,references-1')).rejects.toMatchObject({
      code: 'input-invalid',
      message: reason,
    });
  });

  it('are compared with what the same method says of them', async () => {
    await makeCategory(join(root, 'nut'), { train: 2, good: 1, defective: 1 });
    const fake = fakeMethods(SKILL);
    await measure(fake, 'clipsam+references-2,similarity+references-2');
    expect(new Set(fake.embedded.map(({ recipe: own }) => own.method!.name))).toEqual(
      new Set(['clipsam', 'similarity']),
    );
    const hashes = fake.inspected.slice(0, 2).map(({ comparison }) => comparison!.hash);
    expect(new Set(hashes).size).toBe(2);
  });
});

describe('images', () => {
  it('that one method fails on are in no figure of any', async () => {
    await makeCategory(join(root, 'nut'), { good: 3, defective: 3 });
    const fake = fakeMethods(SKILL);
    fake.flags.broken = join('good', '1.jpg');
    const { categories, failures } = await measure(fake, 'clipsam,similarity');
    expect(categories[0]).toMatchObject({ good: 2, defective: 3, failed: 1 });
    expect(categories[0]!.methods[1]!.curves.scores.good).toHaveLength(2);
    expect(failures).toMatchObject([
      { path: join(root, 'nut/test/good/1.jpg'), method: 'clipsam', error: { code: 'image-unreadable' } },
    ]);
  });

  it('of which an opinion is not formed take the method out, not the others', async () => {
    await makeCategory(join(root, 'nut'), { good: 5, defective: 3 });
    const fake = fakeMethods(SKILL);
    fake.flags.silent = 'consensus';
    const { categories, mean } = await measure(fake, 'clipsam,consensus,similarity+consensus');
    expect(categories[0]!.methods.map(({ method }) => method)).toEqual(['clipsam']);
    expect(categories[0]!.without).toMatchObject([
      { method: 'consensus', reason: expect.stringContaining('0 of 8 images') },
      { method: 'similarity+consensus' },
    ]);
    expect(mean.methods).toHaveLength(1);
  });
});

describe('a measurement that was ended', () => {
  it('goes on where it was, with the same figures', async () => {
    await makeCategory(join(root, 'nut'), { good: 4, defective: 4 });
    const cache = join(await tempFolder(), 'measured');
    const whole = await measure(fakeMethods(SKILL), 'clipsam,similarity,references-1');
    const controller = new AbortController();
    const first = fakeMethods(SKILL);
    const stopped = measure(first, 'clipsam,similarity,references-1', {
      cache,
      signal: controller.signal,
      onProgress: (event) => event.kind === 'run' && event.runs.done === 11 && controller.abort(),
    });
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
    const second = fakeMethods(SKILL);
    const events: MethodsEvent[] = [];
    const resumed = await measure(second, 'clipsam,similarity,references-1', {
      cache,
      onProgress: (event) => events.push(event),
    });
    // What was counted when it ended is known; a run whose count was still under way may be asked for again.
    expect(first.inspected.length + second.inspected.length).toBeLessThanOrEqual(21 + 1);
    expect(second.inspected.length).toBeLessThan(12);
    expect(resumed.categories).toEqual(whole.categories);
    expect(resumed.mean).toEqual(whole.mean);
    expect(events.findLast(({ kind }) => kind === 'run')).toMatchObject({
      runs: { done: 21, total: 21, known: 21 - second.inspected.length },
    });
    // Nothing but what was counted stays.
    expect((await readdir(cache)).toSorted()).toEqual(['basis.json', 'images']);
  });

  it('measures just the methods that are new', async () => {
    await makeCategory(join(root, 'nut'), { good: 2, defective: 2 });
    const cache = await tempFolder();
    await measure(fakeMethods(SKILL), 'clipsam', { cache });
    const fake = fakeMethods(SKILL);
    await measure(fake, 'clipsam,similarity', { cache });
    expect(fake.inspected.map(({ recipe: own }) => own.method!.name)).toEqual(Array(4).fill('similarity'));
  });

  it('begins anew where pack or recipe have changed, and says so', async () => {
    await makeCategory(join(root, 'nut'), { good: 2, defective: 2 });
    const cache = await tempFolder();
    await measure(fakeMethods(SKILL), 'clipsam', { cache });
    const fake = fakeMethods(SKILL);
    const events: MethodsEvent[] = [];
    const changed = { ...recipe, theta: 0.4 };
    const onProgress = (event: MethodsEvent) => events.push(event);
    await measure(fake, 'clipsam', { cache, recipe: changed, onProgress });
    expect(fake.inspected).toHaveLength(4);
    expect(events[0]).toEqual({ kind: 'anew', changed: ['recipe'] });
    await measure(fake, 'clipsam', { cache, recipe: changed });
    expect(fake.inspected).toHaveLength(4);
  });

  it('measures an image again whose kept counts are damaged, and one that was replaced', async () => {
    await makeCategory(join(root, 'nut'), { good: 2, defective: 2 });
    const cache = await tempFolder();
    await measure(fakeMethods(SKILL), 'clipsam', { cache });
    const images = join(cache, 'images');
    const [folder] = await readdir(images);
    const [file] = await readdir(join(images, folder!));
    await writeFile(join(images, folder!, file!), 'damaged');
    const fake = fakeMethods(SKILL);
    await measure(fake, 'clipsam', { cache });
    expect(fake.inspected).toHaveLength(1);
    await writeFile(join(root, 'nut/test/good/0.jpg'), 'another');
    await measure(fake, 'clipsam', { cache });
    expect(fake.inspected.slice(1).map(({ path }) => basename(path))).toEqual(['0.jpg']);
  });
});

describe('a gallery', () => {
  it('gets every image of a method with maps that are there, then they go', async () => {
    await makeCategory(join(root, 'nut'), { good: 2, defective: 2 });
    const cache = await tempFolder();
    const added: Parameters<CaseGallery['add']>[0][] = [];
    const gallery: CaseGallery = {
      async add(part) {
        for (const one of part.cases) {
          const { sha256 } = one.finalMap;
          expect(await readdir(join(one.artifactRoot, sha256.slice(0, 2)))).toContain(`${sha256}.png`);
        }
        added.push(part);
      },
    };
    await measure(fakeMethods(SKILL), 'clipsam,references-1', { cache, gallery });
    expect(added.map(({ category, method, cases }) => [category, method, cases.length])).toEqual([
      ['nut', 'clipsam', 3],
      ['nut', 'references-1', 3],
    ]);
    const [whole, references] = added;
    expect(whole!.cases[0]!.figures).toEqual({ score: 0.5, pixelAp: null, pixelF1Max: null });
    expect(whole!.cases[2]!.figures.pixelAp).toBeGreaterThan(0.125);
    expect(references!.cases[2]!.finalMap).toEqual(references!.cases[2]!.result.artifacts.referencesMap);
    expect(await readdir(cache)).not.toContain('maps');
    // Maps that are gone have to be made again.
    const again = fakeMethods(SKILL);
    await measure(again, 'clipsam,references-1', { cache, gallery });
    // Of good images all methods have the same maps here.
    expect(again.inspected.filter(({ path }) => path.includes('dent'))).toHaveLength(4);
  });
});
