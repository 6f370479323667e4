import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { chartPicture } from '../../../../src-main/charts/chart-picture.ts';
import { encodeGrey16 } from '../../../../src-main/codec/image-codec.ts';
import { ArtifactStore } from '../../../../src-main/files/artifact-store.ts';
import { MethodGallery } from '../../../../src-main/services/evaluation/gallery/gallery.ts';
import type {
  GalleryPart,
  MethodCase,
} from '../../../../src-main/services/evaluation/methods/method-case.ts';
import type { RgbImage } from '../../../../src-shared/rgb-image.ts';
import { inspectionResult, recipe, region } from '../../../store/fixtures.ts';
import { tempFolder } from '../../../temp-folder.ts';

const WIDTH = 200;
const HEIGHT = 120;
const EVIL = `<script>alert(1)<\\script>"><img src=x onerror=alert(2)>'\`&\u202e.png`.replaceAll('/', '');
const THETA = 0.5;

/** A rectangle as a ring. */
const ring = (left: number, top: number, right: number, bottom: number) =>
  [
    [left, top],
    [right, top],
    [right, bottom],
    [left, bottom],
    [left, top],
  ] as const;

/** Where things are: the ground truth, the map's hot part, the prompts' box and point, the final mask. */
const TRUTH = { left: 20, top: 20, width: 40, height: 30 };
const HOT = { left: 120, top: 60 };
const BOX = { x: 100, y: 40, width: 60, height: 50 };
const POINT = { x: 130, y: 70, label: 1 as const };
const MASK = ring(110, 50, 150, 80);

async function fixture(name = 'part.png') {
  const root = await tempFolder();
  const store = new ArtifactStore(join(root, 'maps'));
  const folder = join(root, 'scratch');
  await mkdir(folder);
  const path = join(folder, name);
  const plain = { width: WIDTH, height: HEIGHT, channels: 3 as const, background: '#808080' };
  await writeFile(path, await sharp({ create: plain }).png().toBuffer());
  const mask = join(root, 'mask.png');
  const white = { width: TRUTH.width, height: TRUTH.height, channels: 3 as const, background: '#fff' };
  const marked = await sharp({ create: white }).png().toBuffer();
  await sharp({ create: { ...plain, background: '#000' } })
    .composite([{ input: marked, left: TRUTH.left, top: TRUTH.top }])
    .png()
    .toFile(mask);
  const map = Uint16Array.from({ length: WIDTH * HEIGHT }, (_, i) =>
    i % WIDTH >= HOT.left && i / WIDTH >= HOT.top ? 58_982 : 6554,
  );
  const ref = await store.put(await encodeGrey16(WIDTH, HEIGHT, map), 'image/png');
  const found = { ...region, polygons: [[MASK]], prompts: { box: BOX, points: [POINT] } };
  const result = inspectionResult({
    ...{ width: WIDTH, height: HEIGHT, regions: [found] },
    artifacts: { coarseMap: ref, finalMap: ref, mask: ref },
  });
  const defective: MethodCase = {
    ...{ path, mask, defective: true, result, artifactRoot: store.root, finalMap: ref },
    figures: { score: 0.9, pixelAp: 0.123, pixelF1Max: 0.4 },
  };
  const good: MethodCase = {
    ...defective,
    mask: undefined,
    defective: false,
    result: { ...result, regions: [], timings: { ...result.timings, decode: 0 } },
    figures: { score: 0.2, pixelAp: null, pixelF1Max: null },
  };
  return { root, store, defective, good, out: join(root, 'gallery') };
}

const NO_INTERVALS = {
  ...{ pixelAuroc: null, pixelF1Max: null, pixelAp: null, pixelPro: null, pixelProAprilGan: null },
  ...{ imageAuroc: null, imageF1Max: null, imageAp: null },
};

const part = (cases: readonly MethodCase[], changes: Partial<GalleryPart> = {}): GalleryPart => ({
  ...{ dataset: 'mvtec_ad', category: 'bottle', method: 'clipsam', cases, rangeOf: () => undefined },
  measured: {
    method: 'clipsam',
    figures: {
      ...{ pixelProAprilGan: null, pixelAp: 0.414, pixelF1Max: 0.5, pixelAuroc: 0.9, pixelPro: null },
      ...{ imageAuroc: 0.8, imageAp: 0.7, imageF1Max: 0.6 },
    },
    thresholds: { pixelF1Max: 0.25, imageF1Max: null },
    seconds: 1.25,
    intervals: NO_INTERVALS,
    grouped: {},
    curves: {
      precisionRecall: [{ recall: 0.1, precision: 1 }],
      roc: [{ falsePositives: 0, truePositives: 0 }],
      scores: { good: [0.2], defective: [0.9] },
    },
  },
  ...changes,
});

const NOTHING = { unavailable: [], categories: [], failures: [], passedOver: [] };
const ownRecipe = { ...recipe, theta: THETA };

async function written(out: string, ...parts: readonly GalleryPart[]): Promise<string> {
  const gallery = await MethodGallery.open(out, ownRecipe);
  for (const one of parts) await gallery.add(one);
  return readFile(await gallery.write(NOTHING), 'utf8');
}

/** Draws a cell of the page as a browser does: its vectors with the page's styles over its pictures. */
async function drawn(page: string, title: string, out: string): Promise<RgbImage> {
  const [, attributes, content] =
    new RegExp(`<svg class="stage"([^>]*aria-label="${title} of [^>]*)>(.*?)</svg>`, 's').exec(page) ?? [];
  let inner = content!;
  for (const [whole, href] of content!.matchAll(/href="([^"]+)"/g)) {
    const png = await sharp(join(out, href!)).png().toBuffer();
    inner = inner.replace(whole, `href="data:image/png;base64,${png.toString('base64')}"`);
  }
  const css = await Promise.all(
    ['report.css', 'gallery.css'].map((name) => readFile(join(out, name), 'utf8')),
  );
  // The renderer reads colours in the older notation.
  const style = css
    .join('\n')
    .replaceAll(/rgb\((\d+) (\d+) (\d+) \/ (\d+)%\)/g, (_, r, g, b, a) => `rgba(${r},${g},${b},${a / 100})`);
  return chartPicture(
    `<svg xmlns="http://www.w3.org/2000/svg" class="cells" width="${WIDTH}" height="${HEIGHT}"${attributes}><style>${style}</style><g class="stage">${inner}</g></svg>`,
    1,
  );
}

const at = ({ data, width }: RgbImage, x: number, y: number) => [
  ...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
];
const GREY = [128, 128, 128];
const near = (colour: readonly number[], wanted: readonly number[], by = 12) =>
  colour.every((value, i) => Math.abs(value - wanted[i]!) <= by);

test('every picture shows what it says, where it is', async () => {
  const { out, defective } = await fixture();
  const page = await written(out, part([defective]));
  const image = await drawn(page, 'Image', out);
  expect([image.width, image.height]).toEqual([WIDTH, HEIGHT]);
  expect(near(at(image, 5, 5), GREY)).toBe(true);

  const truth = await drawn(page, 'Ground truth', out);
  const pink = [255, 94, 219];
  expect(near(at(truth, TRUTH.left + 20, TRUTH.top), pink, 60)).toBe(true);
  expect(near(at(truth, TRUTH.left, TRUTH.top + 15), pink, 60)).toBe(true);
  // Inside, a veil of it over the grey.
  expect(near(at(truth, TRUTH.left + 20, TRUTH.top + 15), [156, 121, 148])).toBe(true);
  expect(near(at(truth, TRUTH.left + TRUTH.width + 8, TRUTH.top + 15), GREY)).toBe(true);

  const map = await drawn(page, 'Coarse map', out);
  // 0.9 in the viewer's colours, almost opaque; 0.1 has almost faded.
  const [red, green, blue] = at(map, HOT.left + 40, HOT.top + 30);
  expect(red! > 200 && green! > 120 && blue! < 120).toBe(true);
  expect(near(at(map, HOT.left - 20, HOT.top + 30), GREY, 20)).toBe(true);
  expect(near(at(map, HOT.left + 40, HOT.top - 20), GREY, 20)).toBe(true);

  const prompts = await drawn(page, 'Prompts', out);
  const edge = Array.from({ length: 30 }, (_, i) => at(prompts, BOX.x + 15 + i, BOX.y));
  // A dashed line of amber, thinner than a pixel beside its dark halo.
  expect(edge.filter(([r, , b]) => r! > b! + 50).length).toBeGreaterThan(10);
  expect(edge.filter((colour) => near(colour, GREY))).toEqual([]);
  // A green disc with a white cross and rim.
  const disc = Array.from({ length: 25 }, (_, i) =>
    at(prompts, POINT.x - 2 + (i % 5), POINT.y - 2 + Math.floor(i / 5)),
  );
  expect(disc.filter(([r, g]) => g! > r! + 20).length).toBeGreaterThan(3);
  expect(near(at(prompts, BOX.x + 10, BOX.y + 10), GREY)).toBe(true);

  const mask = await drawn(page, 'Final mask', out);
  expect(near(at(mask, 130, 50), [0, 214, 255], 60)).toBe(true);
  expect(near(at(mask, 130, 65), [113, 138, 143])).toBe(true);
  expect(near(at(mask, 170, 65), GREY)).toBe(true);
});

test('figures stand with method and category, and each is linked in the contents', async () => {
  const { out, defective, good } = await fixture();
  const page = await written(
    out,
    part([good, defective]),
    part([good, defective], { method: 'winclip+mmr' }),
    part([good], { category: 'cable' }),
  );
  expect(page).toMatch(/<h3[^>]*>clipsam .*pixel AP 41\.4 · F1-max 50\.0 · image AUROC 80\.0/);
  expect(page).toContain('scratch/part.png');
  expect(page).toMatch(/Only defective image<\/b>.*pixel AP 12\.3/);
  expect(page).toMatch(/Good, highest score<\/b>/);
  expect(page).toContain('SAM was not asked');
  for (const [, link] of page.matchAll(/href="#([^"]+)"/g)) expect(page).toContain(`id="${link}"`);
  expect(page.match(/<section class="method"/g)).toHaveLength(3);
  const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

test('the page needs no script and nothing from elsewhere, and every file it names is there', async () => {
  const { out, defective, good } = await fixture();
  const page = await written(out, part([good, defective]));
  expect(page).toContain(
    `content="default-src 'none'; img-src 'self' file:; style-src 'self' file:; base-uri`,
  );
  expect(page).not.toMatch(/<script|unsafe-inline|https?:|\sstyle=|<style|javascript:/);
  for (const [, link] of page.matchAll(/(?:href|src|srcset)="([^"#]+)"/g)) {
    expect((await stat(join(out, link!))).isFile()).toBe(true);
  }
  for (const tag of page.match(/<img[^>]*>/g)!) expect(tag).toMatch(/alt="[^"]+"/);
  for (const tag of page.match(/<svg[^>]*>/g)!) expect(tag).toMatch(/role="img" aria-label="[^"]+"/);
});

test('hostile names stay text', async () => {
  const { out, defective } = await fixture(EVIL);
  const page = await written(out, part([defective], { dataset: EVIL, category: EVIL, method: EVIL }));
  expect(page).toContain('&#60;script&#62;alert(1)');
  expect(page).not.toMatch(/<script|\u202e/);
  // Taken apart tag by tag, nothing is left over that could open another.
  const text = page.replace(/<[!/]?[a-zA-Z0-9]+(?:\s+[a-zA-Z:-]+(?:="[^"<>]*")?)*\s*\/?>/g, '');
  expect(text).not.toMatch(/[<>"]/);
});

test('methods and images that are not shown are named, with why', async () => {
  const { out, good } = await fixture();
  const gallery = await MethodGallery.open(out, ownRecipe);
  await gallery.add(part([good]));
  const without = [{ method: 'consensus', reason: 'too few images' }];
  const path = await gallery.write({
    unavailable: [{ method: 'winclip', reason: 'the pack has no projection' }],
    categories: [{ dataset: 'mvtec_ad', category: 'bottle', without }],
    failures: [
      { path: 'a.png', method: 'clipsam', error: { code: 'image-unreadable', message: 'a.png is cut off.' } },
    ],
    passedOver: ['b.heic'],
  });
  const page = await readFile(path, 'utf8');
  expect([...page.matchAll(/<li>([^<]*)<\/li>/g)].map(([, line]) => line)).toEqual([
    'winclip was not measured: the pack has no projection',
    'consensus has no figures on mvtec_ad / bottle: too few images',
    'a.png failed with clipsam: a.png is cut off.',
    '1 pictures of kinds that are not read',
  ]);
});

test('what is the same for several methods is kept once, and a second gallery leaves nothing of the first', async () => {
  const { out, defective, good } = await fixture();
  await written(out, part([good, defective]), part([good, defective], { method: 'winclip' }));
  const webp = async () => (await readdir(join(out, 'pictures'))).filter((name) => name.endsWith('.webp'));
  expect(await webp()).toHaveLength(1);
  await writeFile(join(out, 'pictures', 'notes.png'), 'mine');
  await writeFile(join(out, 'pictures', `${'0'.repeat(20)}.webp`), 'of before');
  await written(out, part([good]));
  expect(await webp()).toHaveLength(1);
  expect(await readdir(join(out, 'pictures'))).toContain('notes.png');
});

test('a page that no gallery wrote is not replaced', async () => {
  const { out } = await fixture();
  await mkdir(out);
  await writeFile(join(out, 'index.html'), '<h1>mine</h1>');
  await expect(MethodGallery.open(out, ownRecipe)).rejects.toMatchObject({ code: 'export-in-the-way' });
});

test('where an opinion is measured alone its map is shown, outlined above θ, and no prompts', async () => {
  const { out, store, defective } = await fixture();
  const map = Uint16Array.from({ length: WIDTH * HEIGHT }, (_, i) => (i % WIDTH < 50 ? 60_000 : 0));
  const finalMap = await store.put(await encodeGrey16(WIDTH, HEIGHT, map), 'image/png');
  const page = await written(out, part([{ ...defective, finalMap }], { method: 'consensus' }));
  expect(page).toContain('SAM was not asked');
  const mask = await drawn(page, 'Final mask', out);
  expect(near(at(mask, 49, 100), [0, 214, 255], 60)).toBe(true);
  expect(near(at(mask, 130, 65), GREY)).toBe(true);
  const shown = await drawn(page, 'Coarse map', out);
  expect(near(at(shown, HOT.left + 40, HOT.top + 30), GREY)).toBe(true);
});
