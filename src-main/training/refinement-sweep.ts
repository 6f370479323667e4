import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DeviceRequest } from '../../src-shared/device.ts';
import { ClipSamError, throwIfCancelled } from '../../src-shared/errors.ts';
import type { Frame } from '../../src-shared/frame.ts';
import { parseJson } from '../../src-shared/parse-json.ts';
import type { Recipe } from '../../src-shared/recipe.ts';
import { decodeMask } from '../codec/mask-codec.ts';
import { makeFolder } from '../files/atomic-write.ts';
import { sha256 } from '../files/hash.ts';
import { writeJsonFile } from '../files/json-file.ts';
import { Engine } from '../inference/engine.ts';
import type { LoadedPack } from '../inference/pack-loader.ts';
import { readEncoderImage } from '../inference/read-encoder-image.ts';
import { mapToImage } from '../pipeline/bilinear.ts';
import { frameSide } from '../pipeline/fit.ts';
import { quantiseMap } from '../pipeline/map-codec.ts';
import { imageMetrics, PixelMetrics } from '../pipeline/metrics.ts';
import { meanFigures, type ProtocolFigures } from './fold-figures.ts';
import type { ProductData } from './products.ts';
import { RefinedImage, type Refinement } from './refined-image.ts';

/** A setting of MMR that differs from the recipe's in one thing. */
export interface RefinementVariant {
  readonly name: string;
  readonly varies: 'recipe' | 'mmr' | 'theta' | 'lambda' | 'points' | 'levels' | 'support';
  /** Null: the coarse map is the answer. */
  readonly refinement: Refinement | null;
}

/** What a setting is worth, on the pack's own head. */
export interface RefinementResult {
  readonly name: string;
  readonly varies: RefinementVariant['varies'];
  /** Null: the coarse map is the answer. */
  readonly theta: number | null;
  readonly mean: ProtocolFigures;
  readonly products: Readonly<Record<string, ProtocolFigures>>;
}

export interface RefinementOptions {
  readonly parent: LoadedPack;
  readonly data: readonly ProductData[];
  readonly variants: readonly RefinementVariant[];
  readonly cache: string;
  readonly device: DeviceRequest;
  readonly threads?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: {
    readonly done: number;
    readonly total: number;
    readonly product: string;
  }) => void;
  readonly onLeftOut?: (picture: string, message: string) => void;
}

/** The recipe's setting, none at all, and its neighbours, one thing at a time. */
export function refinementVariants(recipe: Recipe): RefinementVariant[] {
  const base: Refinement = {
    theta: recipe.theta,
    lambda: recipe.lambda,
    points: recipe.pointsPerRegion,
    levels: [1, 2, 3],
    support: true,
  };
  const varied = (
    varies: RefinementVariant['varies'],
    name: string,
    change: Partial<Refinement>,
  ): RefinementVariant => ({ varies, name, refinement: { ...base, ...change } });
  const thetas = [-0.2, -0.1, -0.05, 0.05, 0.1].map((by) => Number((recipe.theta + by).toFixed(3)));
  return [
    { name: 'recipe', varies: 'recipe', refinement: base },
    { name: 'without MMR', varies: 'mmr', refinement: null },
    ...thetas
      .filter((theta) => theta > 0 && theta < 1)
      .map((theta) => varied('theta', `θ ${theta}`, { theta })),
    ...[0, 0.5, 2, 4].map((lambda) => varied('lambda', `λ ${lambda}`, { lambda })),
    ...[1, 2, 5, 8].map((points) =>
      varied('points', points === 1 ? '1 point' : `${points} points`, { points }),
    ),
    ...[[1], [2], [3], [1, 2]].map((levels) => varied('levels', `masks ${levels.join(' and ')}`, { levels })),
    varied('support', 'without support', { support: false }),
  ];
}

/**
 * Measures settings of MMR on images, at their size, with the pack's own head. Each image is encoded once, SAM is asked
 * once for every different prompt, and what only fuses differently costs no model at all. Products that are done are kept
 * in `cache`. Images that can't be read are left out and reported.
 * @throws ClipSamError `cancelled`, `disk-full`; what is wrong with the pack
 */
export async function sweepRefinement(options: RefinementOptions): Promise<RefinementResult[]> {
  const { parent, data, variants, cache, device, threads, signal } = options;
  const folder = join(cache, 'refinements');
  await makeFolder(folder);
  let engine: Engine | undefined;
  const byProduct: Record<string, readonly ProtocolFigures[]> = {};
  for (const product of data) {
    throwIfCancelled(signal);
    const made = [parent.packHash, variants, product];
    const path = join(folder, `${sha256(JSON.stringify(made)).slice(0, 32)}.json`);
    const known = await readFile(path, 'utf8').then(parseJson, () => undefined);
    const name = `${product.dataset}/${product.category}`;
    if (known) {
      byProduct[name] = known as ProtocolFigures[];
      continue;
    }
    engine ??= await Engine.open(parent, { device, ...(threads && { threads }) });
    byProduct[name] = await measureProduct(product, name, engine, options);
    await writeJsonFile(path, byProduct[name]);
  }
  return variants.map((variant, at) => {
    const products = Object.fromEntries(Object.entries(byProduct).map(([name, list]) => [name, list[at]!]));
    return {
      ...{ name: variant.name, varies: variant.varies, products },
      theta: variant.refinement?.theta ?? null,
      mean: meanFigures(Object.values(products)),
    };
  });
}

async function measureProduct(
  product: ProductData,
  name: string,
  engine: Engine,
  { parent, variants, signal, onProgress, onLeftOut }: RefinementOptions,
): Promise<ProtocolFigures[]> {
  const recipe = { ...parent.pack.defaultRecipe, object: product.object };
  const tallies = variants.map(() => ({ pixels: new PixelMetrics(), scores: [] as number[] }));
  const labels: boolean[] = [];
  for (const [at, { path, mask }] of product.images.entries()) {
    throwIfCancelled(signal);
    onProgress?.({ done: at, total: product.images.length, product: name });
    try {
      const { vision, segmenter } = parent.pack;
      const towers = { vision, segmenter, frameSide: frameSide(vision) };
      const { image } = await readEncoderImage({ path, recipe: { ...recipe, tiles: undefined } }, towers);
      const { frame } = image;
      const truth = await truthOf(path, mask, frame, recipe.maxPixels);
      const refined = await RefinedImage.of(image, recipe, engine, signal);
      const answers = [];
      for (const { refinement } of variants) {
        throwIfCancelled(signal);
        const { map, score } = await refined.map(refinement);
        const values = { width: map.width, height: map.height, data: quantiseMap(map) };
        answers.push({ score, values: mapToImage(values, frame) });
      }
      for (const [variant, { values, score }] of answers.entries()) {
        tallies[variant]!.pixels.add(values, truth, frame.imageWidth, frame.imageHeight);
        tallies[variant]!.scores.push(score);
      }
      labels.push(mask !== undefined);
    } catch (error) {
      throwIfCancelled(signal);
      onLeftOut?.(path, error instanceof Error ? error.message : String(error));
    }
  }
  return tallies.map(({ pixels, scores }) => {
    const { auroc, ap, f1Max, pro } = pixels.result();
    const image = imageMetrics(scores, labels);
    return {
      ...{ pixelAuroc: auroc, pixelAp: ap, pixelF1Max: f1Max, pixelPro: pro },
      ...{ imageAuroc: image.auroc, imageAp: image.ap, imageF1Max: image.f1Max },
    };
  });
}

/** 1 where the image is defective, at its size. @throws ClipSamError `input-invalid` for a mask of another size */
async function truthOf(
  path: string,
  mask: string | undefined,
  { imageWidth, imageHeight }: Frame,
  maxPixels: number,
): Promise<Uint8Array> {
  if (mask === undefined) return new Uint8Array(imageWidth * imageHeight);
  const { width, height, data } = await decodeMask(mask, { maxPixels });
  if (width === imageWidth && height === imageHeight) return data;
  throw new ClipSamError(
    'input-invalid',
    `The mask ${mask} is ${width} × ${height} pixels, its image ${path} ${imageWidth} × ${imageHeight}. They must have the same size.`,
  );
}
