import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeGrey16, encodeRgb } from '../../src-main/codec/image-codec.ts';
import { ArtifactStore } from '../../src-main/files/artifact-store.ts';
import { sha256 } from '../../src-main/files/hash.ts';
import type { Comparison } from '../../src-main/inference/comparison.ts';
import { type InferenceClient, openInference } from '../../src-main/inference/inference-client.ts';
import type { ImageProgress } from '../../src-main/inference/inference-protocol.ts';
import { readTokenFile, writeTokenFile } from '../../src-main/inference/token-file.ts';
import { inspectionAreaSchema } from '../../src-shared/inspection-area.ts';
import type { OpinionSettings } from '../../src-shared/opinion.ts';
import type { Recipe } from '../../src-shared/recipe.ts';
import type { ArtifactRef } from '../../src-shared/result.ts';
import { noise, TINY_RECIPE, writeTinyPack } from './tiny-pack.ts';

let folder: string;
let artifactRoot: string;
let tokens: string;
let inference: InferenceClient;
/** Pictures of the same part: six good ones, and two with a spot, here and there. */
let pictures: { readonly path: string; readonly key: string; readonly tokens: string }[];

const WIDTH = 320;
const HEIGHT = 200;
const SPOT = { x: 220, y: 60 };
const OTHER_SPOT = { x: 70, y: 140 };
const SETTINGS: OpinionSettings = {
  consensus: 'automatic',
  references: 'automatic',
  tokens: 'half',
  alignment: 'off',
  rotations: false,
  window: null,
  weights: null,
};
const recipe: Recipe = { ...TINY_RECIPE, theta: 0.6, minRegionArea: 0 };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clipsam-opinions-'));
  artifactRoot = join(folder, 'artifacts');
  tokens = join(folder, 'tokens');
  await writeTinyPack(join(folder, 'pack'));
  inference = await openInference({ packFolder: join(folder, 'pack'), device: 'cpu', threads: 1 });
  pictures = [];
  for (let i = 0; i < 8; i++) {
    const path = join(folder, `${i}.png`);
    await writeFile(path, await picture(i, [SPOT, OTHER_SPOT][i - 6]));
    const { key, tokens: at } = await inference.embed({ path, recipe, folder: tokens });
    pictures.push({ path, key, tokens: at });
  }
});
afterAll(async () => {
  await inference?.close();
  await rm(folder, { recursive: true });
});

/** Stripes that lie the same in every picture, with grain of its own; a spot of a colour that no other has. */
async function picture(seed: number, spot?: typeof SPOT): Promise<Uint8Array> {
  const grain = noise(WIDTH * HEIGHT, seed + 1);
  // Good parts are not all the same.
  const gain = 40 + 20 * Math.sin(seed * 2.4);
  const data = new Uint8Array(WIDTH * HEIGHT * 3);
  for (let i = 0; i < WIDTH * HEIGHT; i++) {
    const x = i % WIDTH;
    const y = Math.floor(i / WIDTH);
    const near = spot && Math.hypot(x - spot.x, y - spot.y) < 18;
    const stripe = gain * Math.sin(x / 25) * Math.cos(y / 19);
    data[3 * i] = near ? 250 : 120 + stripe + 6 * grain[i]!;
    data[3 * i + 1] = near ? 20 : 110 - stripe / 2;
    data[3 * i + 2] = near ? 240 : 90 + stripe / 3;
  }
  return encodeRgb({ width: WIDTH, height: HEIGHT, data }, { format: 'png' });
}

const sources = (from: number, to: number) =>
  pictures.slice(from, to).map(({ key, tokens: path }) => ({ key, path }));

/** One polygon, a square. */
const square = (x: number, y: number, reach = 10) => [
  [
    [
      [x - reach, y - reach],
      [x + reach, y - reach],
      [x + reach, y + reach],
      [x - reach, y + reach],
    ] as [number, number][],
  ],
];

/** A comparison with all that decides it in its hash. */
function comparison(change: Partial<Comparison>): Comparison {
  const parts = {
    settings: SETTINGS,
    references: [],
    crowd: [],
    harmless: [],
    counterExamples: [],
    ...change,
  };
  return { hash: sha256(JSON.stringify(parts)), ...parts };
}

const inspect = (index: number, with_?: Comparison, signal?: AbortSignal) =>
  inference.inspect({ path: pictures[index]!.path, recipe, artifactRoot, comparison: with_ }, signal);

async function mapOf(artifact: ArtifactRef | undefined) {
  return decodeGrey16(await readFile(new ArtifactStore(artifactRoot).pathOf(artifact!)));
}

/** A map's value at a place in image pixels, 0..1. */
function valueAt(
  { width, data }: { readonly width: number; readonly data: Uint16Array },
  place: typeof SPOT,
) {
  const cell = (pixels: number) => Math.floor((pixels * 256) / WIDTH);
  return data[cell(place.y) * width + cell(place.x)]! / 65535;
}

/** The middle of where a map is highest, in image pixels. */
function highest({ width, data }: { readonly width: number; readonly data: Uint16Array }) {
  const peak = data.reduce((max, value) => Math.max(max, value), 0);
  const at = [...data.keys()].filter((i) => data[i] === peak);
  const pixels = WIDTH / 256 / at.length;
  return {
    x: at.reduce((sum, i) => sum + (i % width) + 0.5, 0) * pixels,
    y: at.reduce((sum, i) => sum + Math.floor(i / width) + 0.5, 0) * pixels,
  };
}

describe('references', () => {
  it('find what accepted parts have not, say so with every region, and keep each map', async () => {
    const good = comparison({ references: sources(0, 4) });
    const result = await inspect(6, good);
    expect(result.comparison).toEqual({
      hash: good.hash,
      crowd: 0,
      references: 4,
      harmless: 0,
      counterExamples: 0,
    });
    expect(result.opinions?.map(({ opinion }) => opinion)).toEqual(['language', 'references']);
    const [language, references] = result.opinions!;
    expect(references!.perPosition).toBeUndefined();
    const fixed = { settings: { ...SETTINGS, window: 4 }, references: sources(0, 4) };
    expect((await inspect(6, comparison(fixed))).opinions![1]!.perPosition).toBe(true);
    expect(language!.weight + references!.weight).toBeCloseTo(1, 9);
    expect(references!.score).toBeGreaterThan(0.9);
    expect(result.timings.compare).toBeGreaterThan(0);

    const map = await mapOf(result.artifacts.referencesMap);
    const peak = highest(map);
    expect(Math.hypot(peak.x - SPOT.x, peak.y - SPOT.y)).toBeLessThan(20);
    const fused = await mapOf(result.artifacts.coarseMap);
    expect([fused.width, fused.height]).toEqual([map.width, map.height]);
    expect(result.artifacts.consensusMap).toBeUndefined();
    const around = result.regions.find(
      ({ box }) =>
        box.x < SPOT.x && SPOT.x < box.x + box.width && box.y < SPOT.y && SPOT.y < box.y + box.height,
    );
    expect(around?.opinions?.references).toBeGreaterThan(0.9);
    expect(around?.opinions?.language).toBeDefined();
    expect(around?.opinions?.consensus).toBeUndefined();
  });

  it('are prepared once, with the first image, picture by picture, which is told', async () => {
    const job = { path: pictures[6]!.path, recipe, artifactRoot };
    const good = comparison({ references: sources(0, 6) });
    const steps: ImageProgress[] = [];
    const tell = (step: ImageProgress) => steps.push(step);
    await inference.inspect({ ...job, comparison: good }, undefined, tell);
    const told = steps.flatMap((step) => ('done' in step ? [step] : []));
    // Six pictures, plain, smoothed, as they are compared, and joined with language.
    expect(told).toHaveLength(4 * 6);
    expect(told.map(({ done }) => done)).toEqual(told.map(({ done }) => done).toSorted((a, b) => a - b));
    expect(told.at(-1)).toEqual({ done: 6, total: 6 });
    await inference.inspect({ ...job, comparison: good }, undefined, tell);
    expect(steps).toHaveLength(told.length);
  });

  it('are quiet on another good part', async () => {
    const result = await inspect(5, comparison({ references: sources(0, 5) }));
    expect(result.opinions?.[1]?.score).toBeLessThan(0.5);
    const map = await mapOf(result.artifacts.referencesMap);
    expect(Math.max(...map.data) / 65535).toBeLessThan(0.6);
  });

  it('are looked at once for several comparisons, but side by side the time counts for each', async () => {
    const job = { path: pictures[6]!.path, recipe, artifactRoot };
    const [one, two] = [comparison({ references: sources(0, 3) }), comparison({ references: sources(1, 4) })];
    await inference.inspect({ ...job, comparison: one });
    const again = await inference.inspect({ ...job, comparison: two });
    expect(again.timings.encode).toBe(0);
    const first = await inference.inspect({ ...job, comparison: one, sideBySide: true });
    const second = await inference.inspect({ ...job, comparison: two, sideBySide: true });
    expect(second.timings.encode).toBe(first.timings.encode);
    expect(second.timings.encode).toBeGreaterThan(0);
    expect(second.timings.total).toBeGreaterThan(second.timings.encode);
  });

  it('never count for themselves', async () => {
    const all = comparison({ references: sources(0, 4) });
    const without = comparison({ references: sources(1, 4) });
    const [own, others] = [await inspect(0, all), await inspect(0, without)];
    // The limits differ by the reference that the second comparison lacks: the order of values does not.
    const [a, b] = [await mapOf(own.artifacts.referencesMap), await mapOf(others.artifacts.referencesMap)];
    expect(highest(a)).toEqual(highest(b));
    expect(own.opinions?.[1]?.score).toBeGreaterThan(0.001);
  });

  it('are one alone, too', async () => {
    const result = await inspect(6, comparison({ references: sources(0, 1) }));
    expect(result.opinions?.map(({ opinion }) => opinion)).toEqual(['language', 'references']);
    const itself = await inspect(0, comparison({ references: sources(0, 1) }));
    expect(itself.opinions?.map(({ opinion }) => opinion)).toEqual(['language']);
  });
});

describe('the batch', () => {
  it('finds what others have not, and the image itself does not count', async () => {
    const result = await inspect(6, comparison({ crowd: sources(0, 7) }));
    expect(result.opinions?.map(({ opinion }) => opinion)).toEqual(['language', 'consensus']);
    const peak = highest(await mapOf(result.artifacts.consensusMap));
    expect(Math.hypot(peak.x - SPOT.x, peak.y - SPOT.y)).toBeLessThan(20);
    expect(result.opinions![1]!.score).toBeGreaterThan(0.9);
    expect(result.comparison).toMatchObject({ crowd: 7, references: 0 });
  });

  it('of fewer than five images says nothing, and that is told', async () => {
    const result = await inspect(6, comparison({ crowd: sources(0, 4) }));
    expect(result.opinions).toBeUndefined();
    expect(result.comparison).toBeUndefined();
    expect(result.notices).toContainEqual({ code: 'consensus-unavailable', images: 4 });
    const alone = await inspect(6);
    expect(result.artifacts).toEqual(alone.artifacts);
    expect(result.score).toBe(alone.score);
  });

  it('counts beside references, with weights as the recipe fixes them', async () => {
    const weights = { language: 0.2, consensus: 0.2, references: 0.4 };
    const both = comparison({
      references: sources(0, 3),
      crowd: sources(0, 6),
      settings: { ...SETTINGS, weights },
    });
    const { opinions } = await inspect(6, both);
    expect(opinions?.map(({ opinion, weight }) => [opinion, weight])).toEqual([
      ['language', 0.25],
      ['consensus', 0.25],
      ['references', 0.5],
    ]);
  });
});

describe('what inspectors said', () => {
  const mark = (index: number, { x, y }: typeof SPOT, reach = 22) => ({
    ...sources(index, index + 1)[0]!,
    polygons: square(x, y, reach),
    width: WIDTH,
    height: HEIGHT,
  });

  it('silences the like of a harmless mark, wherever it lies', async () => {
    const references = sources(0, 5);
    const [before, after] = [
      await inspect(7, comparison({ references })),
      await inspect(7, comparison({ references, harmless: [mark(6, SPOT)] })),
    ];
    expect(after.comparison).toMatchObject({ references: 5, harmless: 1, counterExamples: 0 });
    for (const name of ['languageMap', 'referencesMap', 'coarseMap'] as const) {
      const [old, now] = [await mapOf(before.artifacts[name]), await mapOf(after.artifacts[name])];
      expect(valueAt(now, OTHER_SPOT)).toBeLessThanOrEqual(valueAt(old, OTHER_SPOT));
      expect(valueAt(now, OTHER_SPOT)).toBeLessThan(0.45);
    }
    expect(valueAt(await mapOf(before.artifacts.referencesMap), OTHER_SPOT)).toBeGreaterThan(0.9);
    expect(valueAt(await mapOf(before.artifacts.coarseMap), OTHER_SPOT)).toBeGreaterThan(recipe.theta);
    const own = await inspect(7, comparison({ references, harmless: [mark(7, OTHER_SPOT)] }));
    expect(own.opinions![1]!.score).toBeLessThan(0.5);
    expect(own.score).toBeLessThan(before.score);
  });

  it('silences it in the language map, where there is nothing else', async () => {
    const alone = await inspect(7);
    const silent = await inspect(7, comparison({ harmless: [mark(7, OTHER_SPOT, 8)] }));
    expect(silent.opinions?.map(({ opinion, weight }) => [opinion, weight])).toEqual([['language', 1]]);
    const [a, b] = [await mapOf(alone.artifacts.coarseMap), await mapOf(silent.artifacts.coarseMap)];
    expect(valueAt(b, OTHER_SPOT)).toBeLessThan(valueAt(a, OTHER_SPOT));
    // θ of the pack is 0.5, and a full match lies at a logit of −1 / 2 from it.
    expect(valueAt(b, OTHER_SPOT)).toBeLessThan(1 / (1 + Math.exp(0.5)) + 0.01);
    // Far from it language says what it said.
    const far = { x: 250, y: 25 };
    expect(Math.abs(valueAt(b, far) - valueAt(a, far))).toBeLessThan(0.01);
  });

  it('raises the like of a defect that was missed', async () => {
    const [before, after] = [
      await inspect(7),
      await inspect(7, comparison({ counterExamples: [mark(6, SPOT, 8)] })),
    ];
    const [old, now] = [await mapOf(before.artifacts.coarseMap), await mapOf(after.artifacts.coarseMap)];
    expect(valueAt(old, OTHER_SPOT)).toBeLessThan(recipe.theta);
    expect(valueAt(now, OTHER_SPOT)).toBeGreaterThan(recipe.theta);
    const far = { x: 250, y: 25 };
    expect(Math.abs(valueAt(now, far) - valueAt(old, far))).toBeLessThan(0.01);
    // A good part stays good: of what was drawn only what good parts have not counts.
    const references = sources(0, 5);
    const [good, same] = [
      await inspect(5, comparison({ references, counterExamples: [mark(6, SPOT, 40)] })),
      await inspect(5, comparison({ references })),
    ];
    expect(good.comparison?.counterExamples).toBe(1);
    expect(good.score).toBeCloseTo(same.score, 2);
  });

  it('is told where it could not be heeded', async () => {
    const lost = { ...mark(6, SPOT), path: join(tokens, 'none.tokens') };
    const result = await inspect(7, comparison({ references: sources(0, 4), harmless: [lost] }));
    expect(result.notices).toContainEqual({ code: 'marks-unusable', marks: 1 });
    expect(result.comparison?.harmless).toBe(0);
  });
});

describe('a comparison', () => {
  it('with nothing changes nothing', async () => {
    const { timings: _, ...alone } = await inspect(6);
    const steps: ImageProgress[] = [];
    const job = { path: pictures[6]!.path, recipe, artifactRoot, comparison: comparison({}) };
    const { timings: ___, ...empty } = await inference.inspect(job, undefined, (step) => steps.push(step));
    expect(empty).toEqual(alone);
    // Nothing is prepared for it.
    expect(steps.filter((step) => 'done' in step)).toEqual([]);
    const off = { ...SETTINGS, references: 'off', consensus: 'off' } as const;
    const { timings: __, ...unasked } = await inspect(
      6,
      comparison({ settings: off, references: sources(0, 4), crowd: sources(0, 6) }),
    );
    expect(unasked).toEqual(alone);
  });

  it('gives the same again, from what was prepared, when its token files are gone', async () => {
    const kept = comparison({ references: sources(0, 4), crowd: sources(0, 6), hash: 'a'.repeat(64) });
    const { timings: _, ...first } = await inspect(6, kept);
    const bytes = await Promise.all(pictures.map(({ tokens: at }) => readFile(at)));
    await Promise.all(pictures.map(({ tokens: at }) => rm(at)));
    const { timings: __, ...again } = await inspect(6, kept);
    expect(again).toEqual(first);
    await Promise.all(pictures.map(({ tokens: at }, i) => writeFile(at, bytes[i]!)));
  });

  it('never mixes tokens of different packs, and says what it could not use', async () => {
    const foreign = join(tokens, 'foreign.tokens');
    const own = (await readTokenFile(pictures[3]!.tokens, inference.packHash))!;
    await writeTokenFile(foreign, { ...own, packHash: 'f'.repeat(64) });
    const missing = { key: 'e'.repeat(64), path: join(tokens, 'none.tokens') };
    const mixed = comparison({
      references: [...sources(0, 3), { key: pictures[3]!.key, path: foreign }, missing],
    });
    const result = await inspect(6, mixed);
    expect(result.notices).toContainEqual({
      code: 'comparison-incomplete',
      opinion: 'references',
      used: 3,
      of: 5,
    });
    const { artifacts, opinions } = await inspect(6, comparison({ references: sources(0, 3) }));
    expect(result.artifacts).toEqual(artifacts);
    expect(result.opinions).toEqual(opinions);
  });

  it('is not waited for when it is cancelled', async () => {
    const crowd = comparison({ crowd: sources(0, 7) });
    await expect(inspect(6, crowd, AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
    const controller = new AbortController();
    const inspecting = inspect(6, crowd, controller.signal);
    controller.abort();
    await expect(inspecting).rejects.toMatchObject({ code: 'cancelled' });
    expect((await inspect(6, crowd)).opinions?.length).toBe(2);
  });

  it('looks for the like within a window, or at the full grid, where the recipe says so', async () => {
    const references = sources(0, 4);
    const maps = await Promise.all(
      [{}, { window: 1 }, { tokens: 'fine' as const }].map(async (change) => {
        const settings = { ...SETTINGS, ...change };
        const { artifacts } = await inspect(6, comparison({ references, settings }));
        return artifacts.referencesMap?.sha256;
      }),
    );
    expect(new Set(maps).size).toBe(3);
  });
});

describe('scoring again', () => {
  it('says what an inspection says, from tokens alone', async () => {
    const references = comparison({ references: sources(0, 4) });
    const both = comparison({ references: sources(0, 4), crowd: sources(0, 6) });
    const images = [
      { ...sources(6, 7)[0]!, areas: [square(SPOT.x, SPOT.y), square(60, 150)] },
      { key: pictures[0]!.key, path: join(tokens, 'none.tokens') },
    ];
    const [spotted, gone] = await inference.rescore({
      images,
      comparisons: [null, references, both],
      recipe,
    });
    expect(gone).toBeNull();
    const [alone, one, two] = spotted!;
    for (const [rescored, comparison] of [
      [one!, references],
      [two!, both],
    ] as const) {
      const result = await inspect(6, comparison);
      expect(rescored.score).toBeCloseTo(result.score, 4);
      expect(rescored.verdict).toBe(result.verdict);
      rescored.opinions.forEach((opinion, i) => {
        const { score, ...rest } = result.opinions![i]!;
        expect(opinion).toMatchObject(rest);
        expect(opinion.score).toBeCloseTo(score, 3);
      });
      expect(rescored.peaks[0]).toBeGreaterThan(recipe.theta);
      expect(rescored.peaks[1]).toBeLessThan(rescored.peaks[0]!);
    }
    expect(alone).toMatchObject({ opinions: [] });
    expect(alone?.peaks.length).toBe(2);
  });

  it('says what an inspection says where only a part of the image is looked at', async () => {
    const references = comparison({ references: sources(0, 4) });
    const area = inspectionAreaSchema.parse({
      width: WIDTH,
      height: HEIGHT,
      ignore: square(SPOT.x, SPOT.y, 45),
    });
    const job = { path: pictures[6]!.path, recipe, artifactRoot, comparison: references };
    const [whole, without] = [await inference.inspect(job), await inference.inspect({ ...job, area })];
    expect(whole.score).toBeGreaterThan(recipe.theta);
    expect(without.score).toBeLessThan(recipe.theta);
    expect(without.regions).toEqual([]);
    for (const map of [without.artifacts.referencesMap, without.artifacts.coarseMap]) {
      expect(valueAt(await mapOf(map), SPOT)).toBe(0);
    }
    const scoreOf = ({ opinions }: typeof whole) =>
      opinions?.find(({ opinion }) => opinion === 'references')?.score ?? 0;
    expect(scoreOf(without)).toBeLessThan(scoreOf(whole));
    const images = [{ ...sources(6, 7)[0]!, areas: [square(SPOT.x, SPOT.y)], area }];
    const [rescored] = await inference.rescore({ images, comparisons: [references], recipe });
    expect(rescored![0]!.score).toBeCloseTo(without.score, 4);
    expect(rescored![0]!.peaks).toEqual([0]);
  });
});
