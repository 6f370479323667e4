import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeGrey16, encodeRgb } from '../../src-main/codec/image-codec.ts';
import { ArtifactStore } from '../../src-main/files/artifact-store.ts';
import { sha256 } from '../../src-main/files/hash.ts';
import type { Comparison } from '../../src-main/inference/comparison.ts';
import { type InferenceClient, openInference } from '../../src-main/inference/inference-client.ts';
import type { WantedTiles } from '../../src-main/inference/inference-protocol.ts';
import { hasRoomForTiles } from '../../src-main/inference/tile-sources.ts';
import {
  readTokenFile,
  type TokenFile,
  tileTokenPath,
  writeTokenFile,
} from '../../src-main/inference/token-file.ts';
import type { TokenGrid } from '../../src-main/pipeline/image-tokens.ts';
import type { Polygon } from '../../src-shared/geometry.ts';
import { inspectionAreaSchema } from '../../src-shared/inspection-area.ts';
import type { OpinionSettings } from '../../src-shared/opinion.ts';
import type { Recipe } from '../../src-shared/recipe.ts';
import type { InspectionResult } from '../../src-shared/result.ts';
import { noise, TINY_RECIPE, writeTinyPack } from './tiny-pack.ts';

const WIDTH = 1500;
const HEIGHT = 600;
/** Each tile is the square of 1024 pixels less what the image has not: two side by side. */
const PLAN = '2x1-1.0000';
const TILES = 2;
const TILE = 1024;
const SECOND = WIDTH - TILE;
const SPOT = { x: 1300, y: 300 };
const RADIUS = 16;
const GOOD = 6;

const recipe: Recipe = {
  ...TINY_RECIPE,
  theta: 0.6,
  tiles: { mode: 'scale', scale: 1, overlap: 0.25 },
};
const ALL: WantedTiles = { before: 0, marks: [] };

let folder: string;
let tokens: string;
let inference: InferenceClient;
let packHash: string;
/** Six good ones, then two with a small spot. */
let pictures: { readonly path: string; readonly key: string; readonly tokens: string }[];

/** Stripes that lie the same in every picture, with grain of its own; a small spot of a colour that no other has. */
async function writePicture(index: number, spot?: typeof SPOT): Promise<string> {
  const grain = noise(4096, index + 1);
  // Good parts are not all the same.
  const kind = Math.min(index, GOOD);
  const [gain, tint] = [40 + 20 * Math.sin(kind * 2.4), 4 * Math.sin(kind * 1.3)];
  const data = new Uint8Array(WIDTH * HEIGHT * 3);
  for (let i = 0; i < WIDTH * HEIGHT; i++) {
    const [x, y] = [i % WIDTH, Math.floor(i / WIDTH)];
    const near = spot && Math.hypot(x - spot.x, y - spot.y) < RADIUS;
    const stripe = gain * Math.sin(x / 60) * Math.cos(y / 50);
    data[3 * i] = near ? 250 : 120 + stripe + 6 * grain[(i * 7) % 4096]!;
    data[3 * i + 1] = near ? 20 : 110 - stripe / 2;
    data[3 * i + 2] = near ? 240 : 90 + stripe / 3 + tint * Math.sin(x / 35) * Math.sin(y / 40);
  }
  const path = join(folder, `${index}.png`);
  await writeFile(path, await encodeRgb({ width: WIDTH, height: HEIGHT, data }, { format: 'png' }));
  return path;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clipsam-tile-opinions-'));
  tokens = join(folder, 'tokens');
  await writeTinyPack(join(folder, 'pack'));
  inference = await openInference({ packFolder: join(folder, 'pack'), device: 'cpu', threads: 1 });
  packHash = inference.packHash;
  pictures = [];
  for (let i = 0; i < GOOD + 2; i++) {
    const path = await writePicture(i, i < GOOD ? undefined : SPOT);
    const { key, tokens: at } = await inference.embed({ path, recipe, folder: tokens, tiles: ALL });
    pictures.push({ path, key, tokens: at });
  }
});
afterAll(async () => {
  await inference?.close();
  await rm(folder, { recursive: true });
});

const sources = (from: number, to: number) =>
  pictures.slice(from, to).map(({ key, tokens: path }) => ({ key, path }));

const SETTINGS: OpinionSettings = {
  consensus: 'automatic',
  references: 'automatic',
  tokens: 'fine',
  alignment: 'off',
  rotations: false,
  window: null,
  weights: null,
};

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

const inspect = (
  index: number,
  with_?: Comparison,
  area?: Parameters<InferenceClient['inspect']>[0]['area'],
) =>
  inference.inspect({
    path: pictures[index]!.path,
    recipe,
    artifactRoot: join(folder, 'artifacts'),
    comparison: with_,
    area,
  });

async function mapOf({ artifacts }: InspectionResult, kind: 'coarseMap' | 'languageMap' | 'referencesMap') {
  const path = new ArtifactStore(join(folder, 'artifacts')).pathOf(artifacts[kind]!);
  const { width, height, data } = await decodeGrey16(await readFile(path));
  const at = ({ x, y }: typeof SPOT) =>
    data[Math.floor((y * height) / HEIGHT) * width + Math.floor((x * width) / WIDTH)]! / 65535;
  return { width, height, at };
}

const scoreOf = ({ opinions }: InspectionResult, name: string) =>
  opinions!.find(({ opinion }) => opinion === name)!.score;

const square = ({ x, y }: typeof SPOT, reach = 8): Polygon[] => [
  [
    [
      [x - reach, y - reach],
      [x + reach, y - reach],
      [x + reach, y + reach],
      [x - reach, y + reach],
    ],
  ],
];

/** Tokens of an image's tile, each less its mean and at unit length, stages in a row. */
async function unitTile(picture: number, tile: number) {
  const file = await readTokenFile(tileTokenPath(pictures[picture]!.tokens, PLAN, tile), packHash);
  const unit = ({ data, channels }: TokenGrid, token: number) => {
    const own = Array.from(data.subarray(token * channels, (token + 1) * channels));
    const mean = own.reduce((a, b) => a + b) / channels;
    const length = Math.sqrt(own.reduce((sum, value) => sum + (value - mean) ** 2, 1e-6));
    return own.map((value) => (value - mean) / length);
  };
  const stages = file!.views[0]!.half;
  const { width, height } = stages[0]!;
  const units = Array.from({ length: width * height }, (_, token) => stages.map((one) => unit(one, token)));
  return { width, units };
}

function farFrom(own: number[][], others: readonly number[][][]): number {
  let best = -1;
  for (const other of others) {
    let cosine = 0;
    for (const [stage, values] of own.entries())
      for (const [c, value] of values.entries()) cosine += (value * other[stage]![c]!) / own.length;
    best = Math.max(best, cosine);
  }
  return Math.max(0, 1 - best);
}

describe('tiles of an image that is compared', () => {
  it('are compared with the same tiles of the references, by limits for all tiles of an image together', async () => {
    const result = await inspect(GOOD, comparison({ references: sources(0, 4) }));
    expect(result.notices).toContainEqual({ code: 'tiles-compared', references: 4, crowd: 0 });
    // Independently: how far the farthest token of each reference is from the others', of all its tiles.
    const tilesOf = async (picture: number) => [await unitTile(picture, 0), await unitTile(picture, 1)];
    const known = await Promise.all([0, 1, 2, 3].map(tilesOf));
    let limit = 0;
    for (let tile = 0; tile < TILES; tile++) {
      for (const [i, one] of known.entries()) {
        const others = known.filter((_, j) => j !== i).flatMap((other) => other[tile]!.units);
        for (const own of one[tile]!.units) limit = Math.max(limit, farFrom(own, others));
      }
    }
    const [, second] = await tilesOf(GOOD);
    const place = (pixels: number) => Math.floor(pixels / 32);
    const token = second!.units[place(SPOT.y) * second!.width + place(SPOT.x - SECOND)]!;
    const distance = farFrom(
      token,
      known.flatMap((other) => other[1]!.units),
    );
    expect(distance).toBeGreaterThan(limit);
    const value = 1 / (1 + (limit / distance) ** 4);
    const map = await mapOf(result, 'referencesMap');
    const middle = {
      x: SECOND + 32 * place(SPOT.x - SECOND) + 16,
      y: 32 * place(SPOT.y) + 16,
    };
    // Between the middles of tokens the map is bilinear, and its cells are as wide as pixels.
    expect(map.at(middle)).toBeCloseTo(value, 1);
    expect(map.width).toBe(WIDTH);
  });

  it('show a small spot that others have not, say by whom it was found, and leave good ones alone', async () => {
    const good = comparison({ references: sources(0, 4) });
    const [bad, quiet] = [await inspect(GOOD, good), await inspect(5, good)];
    const found = bad.regions.find(
      ({ box }) =>
        SPOT.x >= box.x && SPOT.x <= box.x + box.width && SPOT.y >= box.y && SPOT.y <= box.y + box.height,
    );
    expect(found?.opinions?.references).toBeGreaterThan(0.5);
    expect(scoreOf(bad, 'references')).toBeGreaterThan(0.5);
    expect(bad.score).toBeGreaterThan(recipe.theta);
    expect(quiet.regions.filter(({ opinions }) => opinions!.references! > 0.5)).toEqual([]);
    expect(quiet.score).toBeLessThan(bad.score);
  });

  it('are compared with those of the batch, its own not among them', async () => {
    const batch = comparison({ crowd: sources(0, GOOD + 1) });
    const result = await inspect(GOOD, batch);
    expect(result.notices).toContainEqual({ code: 'tiles-compared', references: 0, crowd: GOOD + 1 });
    expect(scoreOf(result, 'consensus')).toBeGreaterThan(0.5);
    expect(scoreOf(await inspect(5, batch), 'consensus')).toBeLessThan(scoreOf(result, 'consensus'));
  });

  it('are quiet where a mark of another image was harmless, and loud where a defect like it was missed', async () => {
    const mark = { ...sources(GOOD + 1, GOOD + 2)[0]!, width: WIDTH, height: HEIGHT };
    const polygons = square(SPOT, 3 * RADIUS);
    const before = await mapOf(await inspect(GOOD, comparison({ references: sources(0, 4) })), 'coarseMap');
    const marked = async (as: 'harmless' | 'counterExamples') => {
      const with_ = comparison({ references: sources(0, 4), [as]: [{ ...mark, polygons }] });
      const result = await inspect(GOOD, with_);
      expect(result.notices.some(({ code }) => code === 'tile-marks-unusable')).toBe(false);
      return (await mapOf(result, 'coarseMap')).at(SPOT);
    };
    expect(before.at(SPOT)).toBeGreaterThan(recipe.theta);
    expect(await marked('harmless')).toBeLessThan(recipe.theta);
    expect(await marked('counterExamples')).toBeGreaterThanOrEqual(before.at(SPOT));
    const elsewhere = { ...mark, width: WIDTH * 4, polygons };
    const other = await inspect(GOOD, comparison({ references: sources(0, 4), harmless: [elsewhere] }));
    expect(other.notices).toContainEqual({ code: 'tile-marks-unusable', marks: 1 });
  });

  it('say nothing of what is not looked at', async () => {
    const area = inspectionAreaSchema.parse({
      width: WIDTH,
      height: HEIGHT,
      include: [],
      ignore: square(SPOT, 120),
      part: null,
    });
    const good = comparison({ references: sources(0, 4) });
    const result = await inspect(GOOD, good, area);
    expect((await mapOf(result, 'referencesMap')).at(SPOT)).toBe(0);
    expect(scoreOf(result, 'references')).toBeLessThan(scoreOf(await inspect(GOOD, good), 'references'));
  });

  /** Language's own map at a place, and what its opinion is to be. @param limit logit up to where good ones go */
  const discounted = (own: number, limit: number) => 1 / (1 + Math.exp(-2 * (logit(own) - limit)));
  const logit = (value: number) => Math.log(value / (1 - value));
  const peakOf = (files: readonly (TokenFile | undefined)[]) =>
    Math.max(...files.map((file) => logit(file!.language.data.reduce((a, b) => Math.max(a, b), 0))));

  it('are asked in language alone where the others have no tiles, less what it says on good ones, and say so', async () => {
    const bare = join(folder, 'bare');
    const from = sources(0, 4).map(({ key, path }, i) => ({ key, path: join(bare, `${i}`), was: path }));
    for (const { path, was } of from) await cp(was, path);
    const result = await inspect(5, comparison({ references: from }));
    expect(result.notices).toContainEqual({ code: 'tiles-language-alone', reason: 'no-tiles' });
    const limit = peakOf(await Promise.all(from.map(({ path }) => readTokenFile(path, packHash))));
    const plain = await mapOf(await inspect(5), 'coarseMap');
    const language = await mapOf(result, 'languageMap');
    for (const x of [1200, 1350, 1450]) {
      const place = { x, y: 300 };
      expect(language.at(place)).toBeCloseTo(discounted(plain.at(place), limit), 1);
    }
  });

  it('are not compared where parts lie differently; what language says on tiles of good ones is taken off', async () => {
    const turned = join(folder, 'turned');
    const from = sources(0, 4).map(({ key, path }, i) => ({ key, path: join(turned, `${i}`), was: path }));
    const onTiles: (TokenFile | undefined)[] = [];
    for (const { path, was } of from) {
      const file = (await readTokenFile(was, packHash))!;
      const alignment = { size: 1024, centre: { x: 512, y: 200 }, angle: 0, scale: 1 };
      await writeTokenFile(path, { ...file, alignment });
      await cp(`${was}.tiles`, `${path}.tiles`, { recursive: true });
      for (const tile of [0, 1]) onTiles.push(await readTokenFile(tileTokenPath(path, PLAN, tile), packHash));
    }
    const template = { path: pictures[0]!.path };
    const result = await inspect(5, comparison({ references: from, template }));
    expect(result.notices).toContainEqual({ code: 'tiles-language-alone', reason: 'aligned' });
    const plain = await mapOf(await inspect(5), 'coarseMap');
    const language = await mapOf(result, 'languageMap');
    for (const x of [1200, 1350, 1450]) {
      const place = { x, y: 300 };
      expect(language.at(place)).toBeCloseTo(discounted(plain.at(place), peakOf(onTiles)), 1);
    }
  });
});

describe('token files of tiles', () => {
  const namesOf = (path: string) =>
    readdir(join(`${path}.tiles`, PLAN)).then(
      (names) => names.sort(),
      () => [],
    );

  it('are made once, and again where one is missing or damaged', async () => {
    const own = join(folder, 'own');
    const job = { path: pictures[0]!.path, recipe, folder: own };
    const { tokens: path } = await inference.embed(job);
    expect(await namesOf(path)).toEqual([]);
    await inference.embed({ ...job, tiles: ALL });
    expect(await namesOf(path)).toEqual(['0', '1']);
    const first = (await readTokenFile(tileTokenPath(path, PLAN, 0), packHash)) as TokenFile;
    expect([first.width, first.height]).toEqual([TILE, HEIGHT]);
    const bytes = await readFile(tileTokenPath(path, PLAN, 1));
    await writeFile(tileTokenPath(path, PLAN, 1), bytes.subarray(0, 900));
    await inference.embed({ ...job, tiles: ALL });
    expect(await readFile(tileTokenPath(path, PLAN, 1))).toEqual(bytes);
  });

  it('are those of marks alone where no more is wanted or there is no room', async () => {
    const job = { path: pictures[1]!.path, recipe, folder: join(folder, 'marks') };
    const marks = [square(SPOT)];
    const { tokens: path } = await inference.embed({ ...job, tiles: { before: 8, marks } });
    expect(await namesOf(path)).toEqual(['1']);
    expect([hasRoomForTiles(7, 100), hasRoomForTiles(8, 2), hasRoomForTiles(4, 192)]).toEqual([
      true,
      false,
      true,
    ]);
    expect(hasRoomForTiles(5, 192)).toBe(false);
  });
});
