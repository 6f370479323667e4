import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { encodeRgb } from '../../src-main/codec/image-codec.ts';
import { type InferenceClient, openInference } from '../../src-main/inference/inference-client.ts';
import { describePack } from '../../src-main/inference/pack-loader.ts';
import { readTokenFile } from '../../src-main/inference/token-file.ts';
import type { Recipe } from '../../src-shared/recipe.ts';
import { capsule, drawPart, type PartShape, turnBetween } from '../pipeline/drawn-part.ts';

// The default pack's SAM, on parts whose colours alone do not show all of them.

const SIZE = { width: 512, height: 400 };
const SCALE = 1.4;
/** A bar 200 long: one end stands out, the other hardly. */
const twoTones: PartShape = (u, v) => (capsule(u, v) === undefined ? undefined : u < -40 ? 220 : 75);
const LIES = {
  a: { angle: 0.3, centre: { x: 250, y: 195 } },
  b: { angle: 2.1, centre: { x: 262, y: 210 } },
} as const;

let folder: string;
let inference: InferenceClient;
let recipe: Recipe;
const pictureOf = (name: string) => join(folder, `${name}.png`);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clipsam-outlined-'));
  const { pack, folder: packFolder } = await describePack('lite');
  recipe = pack.defaultRecipe;
  inference = await openInference({ packFolder, device: 'cpu' });
  const write = async (name: string, drawing: Parameters<typeof drawPart>[0]) =>
    writeFile(pictureOf(name), await encodeRgb(drawPart(drawing), { format: 'png' }));
  const looks = { ...SIZE, scale: SCALE, noise: 3, background: [30, 30, 32] as const };
  for (const [name, lies] of Object.entries(LIES)) await write(name, { ...looks, ...lies, shape: twoTones });
  await write('two', { ...looks, shape: (u, v) => (Math.hypot(Math.abs(u) - 90, v) < 40 ? 200 : undefined) });
});
afterAll(async () => {
  await inference?.close();
  await rm(folder, { recursive: true });
});

it('are turned and cut out as a whole', async () => {
  const template = { path: pictureOf('a') };
  const pose = await inference.pose({ path: pictureOf('b'), recipe, template });
  if ('doubt' in pose) throw new Error(`Its pose does not show: ${pose.doubt}.`);
  const pixel = 1024 / SIZE.width;
  // The bright end alone would be 60 long.
  expect(pose.length / pixel / SCALE).toBeCloseTo(200, -1);
  const { x, y } = pose.centre;
  expect(Math.hypot(x / pixel - LIES.b.centre.x, y / pixel - LIES.b.centre.y)).toBeLessThan(6);
  const itself = await inference.pose({ ...template, recipe, template });
  if ('doubt' in itself) throw new Error(`The template's pose does not show: ${itself.doubt}.`);
  expect(turnBetween(pose.angle - itself.angle, LIES.b.angle - LIES.a.angle)).toBeLessThan(0.1);
});

it('are embedded as they are inspected', async () => {
  const job = { path: pictureOf('b'), recipe, folder: join(folder, 'tokens') };
  const { tokens, notices } = await inference.embed({ ...job, template: { path: pictureOf('a') } });
  expect(notices.map(({ code }) => code)).not.toContain('not-aligned');
  const file = await readTokenFile(tokens, inference.packHash);
  const { centre, scale, size } = file!.alignment!;
  const pixel = 1024 / SIZE.width;
  expect(Math.hypot(centre.x / pixel - LIES.b.centre.x, centre.y / pixel - LIES.b.centre.y)).toBeLessThan(6);
  // The part fills the picture, but for a margin.
  expect((scale * size) / pixel / SCALE).toBeCloseTo(200 * 1.12, -1);
});

it('are left as they lie where SAM shows no single part, which is said', async () => {
  const template = { path: pictureOf('a') };
  expect(await inference.pose({ path: pictureOf('two'), recipe, template })).toEqual({
    doubt: 'several-pieces',
  });
  const job = { path: pictureOf('two'), recipe, folder: join(folder, 'tokens'), template };
  expect((await inference.embed(job)).notices).toContainEqual({
    code: 'not-aligned',
    reason: 'several-pieces',
  });
});
