import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STRUCTURAL_DEFECTS } from '../../src-main/training/synthetic/defects/structural.ts';
import type { PlanCategory, TrainingPlan } from '../../src-main/training/training-plan.ts';
import { listViews, type TrainingView } from '../../src-main/training/views.ts';

const tiles: PlanCategory = {
  folder: 'tiles',
  names: ['tile'],
  defects: { crack: ['crack', 'thin crack'] },
  good: 1,
  pasted: 0.5,
  defective: 2.5,
};
const nuts: PlanCategory = { ...tiles, folder: 'nuts', names: ['nut'], defects: {}, good: 2, pasted: 0 };

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'views-'));
  const files = [
    'tiles/train/good/b.png',
    'tiles/train/good/a.JPG',
    'tiles/train/good/notes.txt',
    'tiles/test/good/c.bmp',
    'tiles/test/crack/1.png',
    'tiles/test/crack/2.jpg',
    'nuts/test/good/n.webp',
  ];
  for (const file of files) {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), '');
  }
});
afterAll(() => rm(root, { recursive: true }));

function list(
  plan: Partial<Pick<TrainingPlan, 'seed' | 'categories' | 'synthetic'>>,
): Promise<TrainingView[]> {
  const defaults = { seed: 5, categories: [tiles, nuts], synthetic: { count: 0, goodShare: 0.5 } };
  return listViews({ ...defaults, ...plan } as TrainingPlan, root);
}

const imageOf = ({ source }: TrainingView) =>
  source.kind === 'file'
    ? source.image
    : source.kind === 'synthetic'
      ? source.surface
      : source.parts[0]!.image;

describe('the views of a category', () => {
  it('come by folder and name, good ones first, whole numbers of views as asked', async () => {
    const views = await list({ categories: [{ ...tiles, pasted: 0 }, nuts] });
    const whole = views.filter(({ variant }) => variant === 0);
    expect(whole.map(imageOf)).toEqual([
      'tiles/train/good/a.JPG',
      'tiles/train/good/b.png',
      'tiles/test/good/c.bmp',
      'tiles/test/crack/1.png',
      'tiles/test/crack/2.jpg',
      'nuts/test/good/n.webp',
    ]);
    const count = (image: string) => views.filter((view) => imageOf(view) === image).length;
    expect(count('tiles/test/good/c.bmp')).toBe(1);
    expect(count('nuts/test/good/n.webp')).toBe(2);
    expect([2, 3]).toContain(count('tiles/test/crack/1.png'));
  });

  it('say what is on them', async () => {
    const views = await list({});
    const crack = views.find((view) => imageOf(view) === 'tiles/test/crack/2.jpg');
    expect(crack).toMatchObject({
      group: 'tiles',
      names: ['tile'],
      defects: ['crack', 'thin crack'],
      paste: false,
      source: { mask: 'tiles/ground_truth/crack/2_mask.png' },
    });
    for (const view of views.filter((other) => imageOf(other).includes('good'))) {
      expect(view).toMatchObject({ defects: [], source: { mask: null } });
    }
    expect(views.filter(({ paste }) => paste).every((view) => imageOf(view).includes('tiles'))).toBe(true);
  });

  it('meet fractions on average', async () => {
    const views = await Promise.all(
      Array.from({ length: 60 }, (_, seed) => list({ seed, categories: [tiles] })),
    );
    const pasted = views.flat().filter(({ paste }) => paste).length / 60;
    expect(pasted).toBeGreaterThan(1.1);
    expect(pasted).toBeLessThan(1.9);
  });

  it('name the folder that is missing, but not every set has train/good', async () => {
    await expect(list({ categories: [{ ...tiles, folder: 'none' }] })).rejects.toMatchObject({
      code: 'training-data-invalid',
      message: expect.stringContaining(join(root, 'none')),
    });
    const categories = [{ ...tiles, defects: { hole: ['hole'] } }];
    await expect(list({ categories })).rejects.toThrow(join('tiles', 'test', 'hole'));
  });
});

describe('the list of views', () => {
  it('is the same for the same plan and files', async () => {
    const synthetic = { count: 40, goodShare: 0.3 };
    expect(await list({ synthetic })).toEqual(await list({ synthetic }));
  });

  it('gives every view an id of its own, that changes with the seed', async () => {
    const synthetic = { count: 200, goodShare: 0.5 };
    const ids = (await list({ synthetic })).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { id } of await list({ synthetic, seed: 6 })) expect(ids).not.toContain(id);
  });

  it('holds generated pictures in the share asked for, of every kind whole and cropped', async () => {
    const views = await list({ categories: [], synthetic: { count: 2000, goodShare: 0.25 } });
    expect(views).toHaveLength(2000);
    const good = views.filter(({ source }) => source.kind === 'synthetic' && source.defect === null);
    expect(good.length / 2000).toBeCloseTo(0.25, 1);
    const kinds = new Set(views.map(imageOf));
    const combinations = new Set(views.map((view) => `${imageOf(view)}/${view.variant}`));
    expect(combinations.size).toBe(kinds.size * 2);
  });

  it('has parts with something missing, out of place or misprinted among the defective ones', async () => {
    const views = await list({ categories: [], synthetic: { count: 2000, goodShare: 0 } });
    const structural = views.filter(
      ({ source }) =>
        source.kind === 'synthetic' && source.defect !== null && STRUCTURAL_DEFECTS.includes(source.defect),
    );
    expect(structural.length / 2000).toBeGreaterThan(0.08);
    expect(structural.length / 2000).toBeLessThan(0.16);
    const kinds = new Set(structural.map(({ source }) => source.kind === 'synthetic' && source.defect));
    expect([...kinds].sort()).toEqual([...STRUCTURAL_DEFECTS].sort());
  });
});
