import { join } from 'node:path';
import { ClipSamError } from '../../src-shared/errors.ts';
import { Random } from '../../src-shared/random.ts';
import type { RgbImage } from '../../src-shared/rgb-image.ts';
import { readRgb, resizeRgb } from '../codec/image-codec.ts';
import { decodeMask } from '../codec/mask-codec.ts';
import { paintDefect } from './synthetic/defects/paint-defect.ts';
import { renderSample } from './synthetic/sample.ts';
import type { PictureFile, TrainingView } from './views.ts';

/** A view's picture with its exact mask (0 or 255 per pixel) and the words that describe it. */
export interface ViewPixels {
  readonly image: RgbImage;
  readonly mask: Uint8Array;
  readonly names: readonly string[];
  readonly defects: readonly string[];
}

const MAX_PIXELS = 50_000_000;

/** Makes a view's picture. The same view gives the same pixels. */
export async function renderView(view: TrainingView, dataRoot: string): Promise<ViewPixels> {
  const random = new Random(view.seed);
  const picture = await sourcePixels(view, dataRoot, random.fork('source'));
  const pasted = view.paste ? pasteDefect(picture, random.fork('paste')) : picture;
  if (view.variant === 0) return pasted;
  return photometric(await crop(pasted, random.fork('crop')), random.fork('photometric'));
}

async function sourcePixels(view: TrainingView, dataRoot: string, random: Random): Promise<ViewPixels> {
  const { source, names, defects } = view;
  if (source.kind === 'synthetic') {
    const long = random.int(448, 800);
    const short = random.chance(0.4) ? long : Math.round(long * random.range(0.4, 1));
    const size = random.chance(0.5) ? { width: long, height: short } : { width: short, height: long };
    const sample = renderSample(source.surface, random, size, { defect: source.defect });
    return {
      image: sample.image,
      mask: sample.mask,
      names: [sample.object, ...sample.objectSynonyms],
      defects: sample.defect ? [sample.defect] : [],
    };
  }
  const pixels =
    source.kind === 'mosaic' ? await mosaic(source.parts, dataRoot) : await filePixels(source, dataRoot);
  return { ...pixels, names, defects };
}

type Masked = Pick<ViewPixels, 'image' | 'mask'>;

/** @throws ClipSamError `training-data-invalid` where image and mask differ in size */
async function filePixels(source: PictureFile, dataRoot: string): Promise<Masked> {
  const image = await readRgb(join(dataRoot, source.image), { maxPixels: MAX_PIXELS });
  if (!source.mask) return { image, mask: new Uint8Array(image.width * image.height) };
  const mask = await decodeMask(join(dataRoot, source.mask), { maxPixels: MAX_PIXELS });
  if (mask.width !== image.width || mask.height !== image.height) {
    throw new ClipSamError(
      'training-data-invalid',
      `${source.mask} is ${mask.width}×${mask.height}, its image ${image.width}×${image.height}. They must match.`,
    );
  }
  return { image, mask: mask.data.map((value) => (value > 0 ? 255 : 0)) };
}

/** Pictures two by two, each scaled to half the sides of the first. */
async function mosaic(parts: readonly PictureFile[], dataRoot: string): Promise<Masked> {
  let out: { width: number; height: number; data: Uint8Array } | undefined;
  let mask = new Uint8Array();
  for (const [index, part] of parts.entries()) {
    const picture = await filePixels(part, dataRoot);
    const width = out ? out.width / 2 : Math.ceil(picture.image.width / 2);
    const height = out ? out.height / 2 : Math.ceil(picture.image.height / 2);
    if (!out) {
      out = { width: width * 2, height: height * 2, data: new Uint8Array(width * height * 12) };
      mask = new Uint8Array(width * height * 4);
    }
    const small = await resizeRgb(picture.image, width, height);
    const cover = shrunkMask(picture, width, height);
    const left = (index % 2) * width;
    const top = Math.floor(index / 2) * height;
    for (let y = 0; y < height; y++) {
      const to = (top + y) * out.width + left;
      out.data.set(small.data.subarray(y * width * 3, (y + 1) * width * 3), to * 3);
      mask.set(cover.subarray(y * width, (y + 1) * width), to);
    }
  }
  if (!out) throw new TypeError('a mosaic has four parts');
  return { image: out, mask };
}

/** A mask in another size: 255 wherever a pixel of it is, so that no small defect is lost. */
function shrunkMask({ image, mask }: Masked, width: number, height: number): Uint8Array {
  const out = new Uint8Array(width * height);
  for (let y = 0; y < image.height; y++)
    for (let x = 0; x < image.width; x++) {
      if (mask[y * image.width + x] === 0) continue;
      const row = Math.floor((y * height) / image.height);
      out[row * width + Math.floor((x * width) / image.width)] = 255;
    }
  return out;
}

function pasteDefect(picture: ViewPixels, random: Random): ViewPixels {
  const { image, mask, defect } = paintDefect(picture.image, null, random);
  return { ...picture, image, mask, defects: mask.some((value) => value > 0) ? [defect] : [] };
}

/** A random window; around the defect three times out of four when there is one. */
async function crop(picture: ViewPixels, random: Random): Promise<ViewPixels> {
  const { image, mask } = picture;
  const share = random.chance(0.25) ? 1 : Math.exp(random.range(Math.log(0.22), 0));
  const long = Math.max(image.width, image.height);
  const width = Math.min(image.width, Math.max(48, Math.round(long * share * random.range(0.8, 1.25))));
  const height = Math.min(image.height, Math.max(48, Math.round(long * share * random.range(0.8, 1.25))));
  const near = random.chance(0.75) ? randomMaskPixel(mask, image.width, random) : null;
  const start = (size: number, window: number, at: number | undefined) =>
    at === undefined
      ? random.int(0, size - window)
      : Math.min(size - window, Math.max(0, Math.round(at - window * random.range(0.15, 0.85))));
  const left = start(image.width, width, near?.x);
  const top = start(image.height, height, near?.y);
  const mirrored = random.chance(0.5);
  const rgb = new Uint8Array(width * height * 3);
  const cut = new Uint8Array(width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const from = (top + y) * image.width + left + (mirrored ? width - 1 - x : x);
      const to = y * width + x;
      cut[to] = mask[from]!;
      for (let c = 0; c < 3; c++) rgb[to * 3 + c] = image.data[from * 3 + c]!;
    }
  const defects = cut.some((value) => value > 0) ? picture.defects : [];
  return { ...picture, image: { width, height, data: rgb }, mask: cut, defects };
}

function randomMaskPixel(mask: Uint8Array, width: number, random: Random): { x: number; y: number } | null {
  let total = 0;
  for (const value of mask) if (value > 0) total++;
  if (total === 0) return null;
  let left = random.int(0, total - 1);
  const index = mask.findIndex((value) => value > 0 && left-- === 0);
  return { x: index % width, y: Math.floor(index / width) };
}

/** Brightness, contrast, gamma, tint, grey, noise and softness, each sometimes and moderately. */
async function photometric(picture: ViewPixels, random: Random): Promise<ViewPixels> {
  let { image } = picture;
  const { width, height } = image;
  if (random.chance(0.3)) {
    const factor = random.range(0.35, 0.8);
    const small = await resizeRgb(image, Math.ceil(width * factor), Math.ceil(height * factor));
    image = await resizeRgb(small, width, height);
  }
  const gamma = Math.exp(random.range(-0.35, 0.35));
  const contrast = Math.exp(random.range(-0.3, 0.3));
  const shift = random.range(-25, 25);
  const tint = random.chance(0.3) ? [0, 1, 2].map(() => random.range(0.85, 1.15)) : [1, 1, 1];
  const tables = tint.map((gain) =>
    Uint8ClampedArray.from(
      { length: 256 },
      (_, value) => ((value / 255) ** gamma * 255 - 128) * contrast * gain + 128 + shift,
    ),
  );
  const grey = random.chance(0.25);
  const noise = random.chance(0.3) ? random.range(1, 6) : 0;
  const data = new Uint8ClampedArray(image.data.length);
  for (let pixel = 0; pixel < data.length; pixel += 3) {
    const n = noise > 0 ? noise * random.normal() : 0;
    const r = image.data[pixel]!;
    const g = image.data[pixel + 1]!;
    const b = image.data[pixel + 2]!;
    const luma = 0.299 * r + 0.587 * g + 0.114 * b;
    data[pixel] = tables[0]![Math.round(grey ? luma : r)]! + n;
    data[pixel + 1] = tables[1]![Math.round(grey ? luma : g)]! + n;
    data[pixel + 2] = tables[2]![Math.round(grey ? luma : b)]! + n;
  }
  return { ...picture, image: { width, height, data: new Uint8Array(data.buffer) } };
}
