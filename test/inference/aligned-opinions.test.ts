import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { decodeGrey16, encodeRgb } from '../../src-main/codec/image-codec.ts';
import { ArtifactStore } from '../../src-main/files/artifact-store.ts';
import { sha256 } from '../../src-main/files/hash.ts';
import type { Comparison, TemplatePicture } from '../../src-main/inference/comparison.ts';
import { type InferenceClient, openInference } from '../../src-main/inference/inference-client.ts';
import { DEFAULT_OPINION_SETTINGS, type OpinionSettings } from '../../src-shared/opinion.ts';
import type { Recipe } from '../../src-shared/recipe.ts';
import { drawPart, type PartShape, screw } from '../pipeline/drawn-part.ts';
import { TINY_RECIPE, writeTinyPack } from './tiny-pack.ts';

const recipe: Recipe = { ...TINY_RECIPE, theta: 0.6, minRegionArea: 0 };
const SIZE = { width: 480, height: 400 };
/** On the shank, in the part's own axes. */
const SPOT = { u: 25, v: 4 };
const spotted: PartShape = (u, v) => (Math.hypot(u - SPOT.u, v - SPOT.v) < 8 ? 250 : screw(u, v));

let folder: string;
let inference: InferenceClient;
const part = (name: string) => join(folder, `${name}.png`);

/** How the screws lie; none of them as another. */
const LIES = {
  a: { angle: 0.2, centre: { x: 240, y: 200 } },
  b: { angle: 1.9, centre: { x: 225, y: 205 } },
  c: { angle: -1.2, centre: { x: 250, y: 190 } },
  d: { angle: 3, centre: { x: 235, y: 210 } },
  spotted: { angle: -2.4, centre: { x: 245, y: 195 } },
} as const;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clipsam-aligned-'));
  await writeTinyPack(join(folder, 'pack'));
  for (const [name, lies] of Object.entries(LIES)) {
    const shape = name === 'spotted' ? spotted : screw;
    const drawing = drawPart({ ...SIZE, ...lies, shape, scale: 1.5 });
    await writeFile(part(name), await encodeRgb(drawing, { format: 'png' }));
  }
  const noise = drawPart({ ...SIZE, shape: () => undefined, noise: 20 });
  await writeFile(part('noise'), await encodeRgb(noise, { format: 'png' }));
  inference = await openInference({ packFolder: join(folder, 'pack'), device: 'cpu', threads: 1 });
});
afterAll(async () => {
  await inference?.close();
  await rm(folder, { recursive: true });
});

const TEMPLATE = 'a';
async function sources(names: readonly string[], template: TemplatePicture | undefined) {
  const job = { recipe, folder: join(folder, 'tokens'), template };
  const made = await Promise.all(names.map((name) => inference.embed({ ...job, path: part(name) })));
  return made.map(({ key, tokens }) => ({ key, path: tokens }));
}
async function comparison(
  names: readonly string[],
  change: Partial<OpinionSettings> = {},
): Promise<Comparison> {
  const template = { path: part(TEMPLATE) };
  const parts = {
    settings: { ...DEFAULT_OPINION_SETTINGS, alignment: 'on' as const, ...change },
    references: await sources(names, template),
    ...{ crowd: [], harmless: [], counterExamples: [], template },
  };
  return { hash: sha256(JSON.stringify(parts)), ...parts };
}
const inspect = (name: string, with_: Comparison) =>
  inference.inspect({ path: part(name), recipe, artifactRoot: join(folder, 'artifacts'), comparison: with_ });

it('finds on a part in any pose what parts in other poses have not, and says where in the image', async () => {
  const result = await inspect('spotted', await comparison(['a', 'b', 'c', 'd']));
  expect(result.notices.map(({ code }) => code)).not.toContain('not-aligned');
  expect(result.opinions?.map(({ opinion }) => opinion)).toContain('references');
  const file = new ArtifactStore(join(folder, 'artifacts')).pathOf(result.artifacts.referencesMap!);
  const { data, width } = await decodeGrey16(await readFile(file));
  const { angle, centre } = LIES.spotted;
  const [cos, sin] = [1.5 * Math.cos(angle), 1.5 * Math.sin(angle)];
  const pixel = SIZE.width / 256;
  // Along the shank, whose outline is the same in all pictures; ends and edges are never drawn quite alike.
  const along = Array.from({ length: 101 }, (_, i) => i - 50).map((u) => {
    const [x, y] = [centre.x + u * cos - SPOT.v * sin, centre.y + u * sin + SPOT.v * cos];
    return { u, value: data[Math.floor(y / pixel) * width + Math.floor(x / pixel)]! };
  });
  const highest = along.reduce((a, b) => (b.value > a.value ? b : a));
  expect(Math.abs(highest.u - SPOT.u)).toBeLessThan(10);
});

it('counts its map position by position from four parts on, and says so; three say too little', async () => {
  const unitsOf = async (names: readonly string[]) => {
    const { opinions } = await inspect('spotted', await comparison(names));
    return opinions!.map(({ opinion, perPosition }) => [opinion, perPosition]);
  };
  expect(await unitsOf(['a', 'b', 'c', 'd'])).toEqual([
    ['language', undefined],
    ['references', true],
  ]);
  expect(await unitsOf(['a', 'b', 'c'])).toContainEqual(['references', undefined]);
});

it('is quieter on a good part than on one with a spot, whatever their poses', async () => {
  const good = await comparison(['a', 'b', 'c']);
  const scoreOf = async (name: string) => (await inspect(name, good)).opinions![1]!.score;
  expect(await scoreOf('d')).toBeLessThan(await scoreOf('spotted'));
});

it('scores again from tokens what an inspection said', async () => {
  const good = await comparison(['a', 'b', 'c', 'd']);
  const result = await inspect('spotted', good);
  const images = await sources(['spotted'], good.template);
  const [rescored] = await inference.rescore({ images, comparisons: [good], recipe });
  expect(rescored![0]!.score).toBeCloseTo(result.score, 3);
});

it('does not compare a part whose pose does not show, and says so', async () => {
  const result = await inspect('noise', await comparison(['a', 'b', 'c']));
  expect(result.notices).toContainEqual({ code: 'not-aligned', reason: 'no-contrast' });
  expect(result.opinions?.map(({ opinion }) => opinion)).not.toContain('references');
});

it('does without references whose pose does not show, and says how many', async () => {
  const result = await inspect('spotted', await comparison(['a', 'noise', 'c']));
  expect(result.notices).toContainEqual({
    code: 'comparison-incomplete',
    opinion: 'references',
    used: 2,
    of: 3,
  });
});

it('looks for the like of all tokens nearby, unless the recipe says what and where', async () => {
  const mapOf = async (change: Partial<OpinionSettings>) =>
    (await inspect('spotted', await comparison(['a', 'b', 'c'], change))).artifacts.referencesMap!.sha256;
  const own = await mapOf({});
  expect(await mapOf({ tokens: 'fine' })).toBe(own);
  const others = [
    await mapOf({ tokens: 'half' }),
    await mapOf({ tokens: 'half', window: 64 }),
    await mapOf({ window: 64 }),
    await mapOf({ window: 2 }),
  ];
  expect(new Set([own, ...others]).size).toBe(5);
});
