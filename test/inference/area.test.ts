import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '../../src-main/files/hash.ts';
import { type InferenceClient, openInference } from '../../src-main/inference/inference-client.ts';
import {
  type InspectionArea,
  inspectionAreaSchema,
  type PartSeed,
} from '../../src-shared/inspection-area.ts';
import { packSchema } from '../../src-shared/pack.ts';
import type { Recipe } from '../../src-shared/recipe.ts';
import { turnBetween } from '../pipeline/drawn-part.ts';
import { pointInPolygons } from '../pipeline/point-in-polygons.ts';

const PACK = fileURLToPath(new URL('../../models/lite', import.meta.url));

let folder: string;
let inference: InferenceClient;
let recipe: Recipe;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clipsam-area-'));
  inference = await openInference({ packFolder: PACK, device: 'cpu', threads: 1 });
  const { defaultRecipe } = packSchema.parse(JSON.parse(await readFile(join(PACK, 'pack.json'), 'utf8')));
  recipe = { ...defaultRecipe, object: 'metal plate' };
});
afterAll(async () => {
  await inference.close();
  await rm(folder, { recursive: true });
});

interface Scene {
  /** Middle of the plate and its angle in degrees; null: no plate. */
  readonly plate: { readonly x: number; readonly y: number; readonly angle: number } | null;
  /** Dark blots, in image pixels. */
  readonly blots?: readonly (readonly [x: number, y: number])[];
}

/** A plate with two bores on a cloth, 800 × 600. */
async function picture(name: string, { plate, blots = [] }: Scene): Promise<string> {
  const cloth = Array.from(
    { length: 60 },
    (_, i) => `<path d="M0 ${i * 10 + 4}h800" stroke="#4a5a6a" stroke-width="2"/>`,
  ).join('');
  const part = plate
    ? `<g transform="translate(${plate.x} ${plate.y}) rotate(${plate.angle})">
        <rect x="-150" y="-80" width="300" height="160" rx="24" fill="#c9c6bd" stroke="#8d8a82" stroke-width="6"/>
        <circle cx="-90" cy="0" r="30" fill="#35404b"/><circle cx="90" cy="0" r="18" fill="#35404b"/>
      </g>`
    : '';
  const spots = blots
    .map(([x, y]) => `<path d="M${x - 22} ${y - 8}l18 -14l26 10l4 20l-24 12l-20 -10z" fill="#1a0d06"/>`)
    .join('');
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="800" height="600"><rect width="800" height="600" fill="#5b6b7b"/>${cloth}${part}${spots}</svg>`;
  const path = join(folder, `${name}.png`);
  await writeFile(path, await sharp(Buffer.from(svg)).png().toBuffer());
  return path;
}

const inspect = (path: string, area?: InspectionArea, changes: Partial<Recipe> = {}) =>
  inference.inspect({
    path,
    recipe: { ...recipe, ...changes },
    artifactRoot: join(folder, 'artifacts'),
    area,
  });

const rectangle = (left: number, top: number, right: number, bottom: number) => [
  [
    [left, top],
    [right, top],
    [right, bottom],
    [left, bottom],
  ] as [number, number][],
];

const drawn = (polygons: Partial<Pick<InspectionArea, 'include' | 'ignore'>>) =>
  inspectionAreaSchema.parse({ width: 800, height: 600, ...polygons });

describe('a region of interest', () => {
  const plate = { x: 400, y: 300, angle: 0 };

  it('keeps a defect outside from becoming a region; one inside is found as before', async () => {
    const path = await picture('two-blots', {
      plate,
      blots: [
        [400, 290],
        [700, 520],
      ],
    });
    const whole = await inspect(path, undefined, { theta: 0.3 });
    expect(whole.area).toBeUndefined();
    const near = ({ box }: (typeof whole.regions)[number], x: number, y: number) =>
      Math.hypot(box.x + box.width / 2 - x, box.y + box.height / 2 - y) < 60;
    expect(whole.regions.some((region) => near(region, 700, 520))).toBe(true);
    expect(whole.regions.some((region) => near(region, 400, 290))).toBe(true);

    const area = drawn({ include: [rectangle(230, 200, 570, 400)] });
    const inside = await inspect(path, area, { theta: 0.3 });
    expect(inside.regions.some((region) => near(region, 400, 290))).toBe(true);
    for (const { box, polygons } of inside.regions) {
      expect(box.x).toBeGreaterThanOrEqual(226);
      expect(box.x + box.width).toBeLessThanOrEqual(574);
      expect(polygons.flat(2).every(([x, y]) => x! > 226 && x! < 574 && y! > 196 && y! < 404)).toBe(true);
    }
    const share = (340 * 200) / (800 * 600);
    expect(inside.area).toMatchObject({ share: expect.closeTo(share, 2) });
    expect(inside.area?.partShare).toBeUndefined();
    expect(inside.notices).toContainEqual({ code: 'area-ignored', share: expect.closeTo(1 - share, 2) });
    expect(pointInPolygons(inside.area!.outline, 400, 290)).toBe(true);
    expect(pointInPolygons(inside.area!.outline, 700, 520)).toBe(false);

    const without = await inspect(path, drawn({ ignore: [rectangle(340, 230, 460, 350)] }), { theta: 0.3 });
    expect(without.regions.some(({ polygons }) => pointInPolygons(polygons, 400, 290))).toBe(false);
    expect(without.regions.some((region) => near(region, 700, 520))).toBe(true);
  });

  it('that covers the whole image changes no bit of the result', async () => {
    const path = await picture('whole', { plate, blots: [[400, 290]] });
    const [without, within] = [
      await inspect(path),
      await inspect(path, drawn({ include: [rectangle(0, 0, 800, 600)] })),
    ];
    expect(within.artifacts).toEqual(without.artifacts);
    expect(within.regions).toEqual(without.regions);
    expect(within.notices).toEqual(without.notices);
    expect(within.area?.share).toBe(1);
  });

  it('says that it was stretched to an image of another aspect ratio', async () => {
    const path = await picture('other', { plate });
    const area = { ...drawn({ ignore: [rectangle(0, 0, 100, 100)] }), height: 700 };
    const { notices } = await inspect(path, area);
    expect(notices).toContainEqual({
      code: 'area-stretched',
      width: 800,
      height: 600,
      areaWidth: 800,
      areaHeight: 700,
    });
  });
});

it('a region of interest holds in an image that is looked at in tiles', async () => {
  const plate = { x: 400, y: 300, angle: 0 };
  const path = await picture('tiled', {
    plate,
    blots: [
      [400, 290],
      [700, 520],
    ],
  });
  const area = drawn({ include: [rectangle(230, 200, 570, 400)] });
  const tiles = { mode: 'smallest-defect', pixels: 10, tokens: 2, overlap: 0.2 } as const;
  const result = await inspect(path, area, { theta: 0.3, tiles });
  expect(result.notices.map(({ code }) => code)).toEqual(expect.arrayContaining(['tiled', 'area-ignored']));
  expect(result.area?.share).toBeCloseTo((340 * 200) / (800 * 600), 2);
  expect(result.regions.some(({ polygons }) => pointInPolygons(polygons, 400, 290))).toBe(true);
  for (const { box } of result.regions) {
    expect(box.x >= 228 && box.x + box.width <= 572 && box.y >= 198 && box.y + box.height <= 402).toBe(true);
  }
});

describe('a part that was clicked', () => {
  const start = { x: 330, y: 280, angle: 0 };

  /** Share of the image that the plate covers. */
  const PLATE = (300 * 160) / (800 * 600);
  let onPlate: InspectionArea;

  beforeAll(async () => {
    const path = await picture('clicked', { plate: start });
    const contentHash = sha256(await readFile(path));
    const mark = { contentHash, path, page: null, range: null, point: { x: 330, y: 240 } };
    const seeds = await Promise.all(
      ([1, 2, 3] as const).map((level) => inference.partSeed({ ...mark, level, recipe })),
    );
    const distance = (seed: PartSeed | null) => Math.abs(Math.log((seed?.share ?? 1e-9) / PLATE));
    const [best] = [...seeds].sort((a, b) => distance(a) - distance(b));
    const part = { ...mark, level: (seeds.indexOf(best!) + 1) as 1 | 2 | 3, seed: best! };
    onPlate = inspectionAreaSchema.parse({ width: 800, height: 600, part });
    expect(distance(best!)).toBeLessThan(0.2);
  });

  it.each([
    ['moved', { x: 500, y: 340, angle: 0 }],
    ['turned', { x: 380, y: 320, angle: 55 }],
    ['turned over and moved', { x: 460, y: 250, angle: 170 }],
  ])('is found again where it is %s; what lies beside it is not looked at', async (name, plate) => {
    const turn = (plate.angle * Math.PI) / 180;
    const at = (x: number, y: number) =>
      [
        plate.x + x * Math.cos(turn) - y * Math.sin(turn),
        plate.y + x * Math.sin(turn) + y * Math.cos(turn),
      ] as const;
    const defect = at(20, 40);
    const path = await picture(name, { plate, blots: [defect, [80, 530]] });
    const result = await inspect(path, onPlate, { theta: 0.3 });
    expect(result.notices.map(({ code }) => code)).not.toContain('part-not-found');
    const { outline, partShare } = result.area!;
    expect(partShare).toBeGreaterThan(PLATE / 1.4);
    expect(partShare).toBeLessThan(PLATE * 1.4);
    // The bores, the defect and the corners of the plate are looked at; the cloth is not.
    for (const [x, y] of [at(-90, 0), at(90, 0), defect, at(-140, 60), at(140, -60)]) {
      expect(pointInPolygons(outline, x, y)).toBe(true);
    }
    for (const [x, y] of [at(-190, 0), at(0, 120), [80, 530] as const]) {
      expect(pointInPolygons(outline, x, y)).toBe(false);
    }
    for (const { box } of result.regions) expect(box.y).toBeLessThan(500);
  });

  it('is turned by its outline to be compared, before any background', async () => {
    const clicked = onPlate.part!;
    const template = { path: clicked.path, part: clicked };
    const plate = { x: 440, y: 320, angle: 40 };
    const path = await picture('to be turned', { plate });
    const pose = await inference.pose({ path, recipe, template });
    if ('doubt' in pose) throw new Error(`Its pose does not show: ${pose.doubt}.`);
    // Of the frame, whose longer side is 1024.
    const pixel = 1024 / 800;
    expect(Math.hypot(pose.centre.x / pixel - plate.x, pose.centre.y / pixel - plate.y)).toBeLessThan(12);
    expect(pose.length / pixel).toBeGreaterThan(280);
    expect(pose.length / pixel).toBeLessThan(330);
    expect(turnBetween(pose.angle, (plate.angle * Math.PI) / 180)).toBeLessThan(0.1);

    const job = { recipe, folder: join(folder, 'tokens') };
    const [byOutline, byColours] = [
      await inference.embed({ ...job, path, template }),
      await inference.embed({ ...job, path, template: { path: clicked.path } }),
    ];
    expect(byOutline.notices.map(({ code }) => code)).not.toContain('not-aligned');
    expect(byOutline.tokens).not.toBe(byColours.tokens);

    const empty = await picture('nothing to be turned', { plate: null });
    expect(await inference.pose({ path: empty, recipe, template })).toEqual({ doubt: 'part-not-found' });
  });

  it('that is not there leaves the whole image to be looked at, and says so', async () => {
    const result = await inspect(await picture('empty', { plate: null }), onPlate);
    expect(result.notices.map(({ code }) => code)).toContain('part-not-found');
    expect(result.area).toMatchObject({ share: 1, partShare: null });
  });

  it('is remembered from its image when the seed is of another pack, and said to be lost when that is gone', async () => {
    const part = onPlate.part!;
    const other = { ...onPlate, part: { ...part, seed: { ...part.seed!, packHash: 'f'.repeat(64) } } };
    const path = await picture('again', { plate: { x: 480, y: 320, angle: 10 } });
    const [known, computed] = [await inspect(path, onPlate), await inspect(path, other)];
    expect(computed.area).toEqual(known.area);
    expect(computed.artifacts).toEqual(known.artifacts);

    const lost = {
      ...onPlate,
      part: { ...part, path: join(folder, 'gone.png'), point: { x: 331, y: 240 }, seed: null },
    };
    const { notices, area: record } = await inspect(path, lost);
    expect(notices).toContainEqual({ code: 'part-not-found', reason: 'seed-missing' });
    expect(record).toMatchObject({ share: 1, partShare: null });
  });
});
