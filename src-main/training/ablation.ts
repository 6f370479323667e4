import { ClipSamError, throwIfCancelled } from '../../src-shared/errors.ts';
import type { NoveltyChannel, UmciConfig } from '../../src-shared/pack.ts';
import { exactReference } from '../../src-shared/pack-reference.ts';
import { weightCount } from '../graph/weight-spec.ts';
import type { LoadedPack } from '../inference/pack-loader.ts';
import { stageShape } from '../methods/stage-feeds.ts';
import { meanFigures, type ProtocolFigures } from './fold-figures.ts';
import { type FoldProtocol, FoldRunner } from './fold-run.ts';
import { type HeadConfig, trainableHead } from './head-config.ts';
import type { HeadFigures } from './head-validation.ts';
import { innerParts, type ProtocolProgress } from './leave-one-out.ts';
import type { ObjectLanguage } from './object-language.ts';
import type { ProductFeatures } from './products.ts';

/** A head that is trained like all the others, and what sets it apart. */
export interface HeadVariant {
  readonly name: string;
  /** Which setting it changes; `full`: none. */
  readonly varies: 'full' | 'paths' | 'umci' | 'novelty' | 'kernels-from-text' | 'hidden' | 'scale-kernels';
  readonly head: HeadConfig;
}

export interface AblationOptions {
  readonly parent: LoadedPack;
  readonly data: ProductFeatures;
  readonly language: ObjectLanguage;
  readonly cache: string;
  /** The first is what the others are compared with. */
  readonly variants: readonly HeadVariant[];
  /** Into how many parts the products are put; each is left out once. */
  readonly folds: number;
  /** Of each training. */
  readonly steps: number;
  readonly protocol: FoldProtocol;
  readonly threads?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ProtocolProgress) => void;
}

/** What a variant is worth on products that it did not learn from. */
export interface VariantResult {
  readonly name: string;
  readonly varies: HeadVariant['varies'];
  /** Numbers that were trained. */
  readonly parameters: number;
  readonly mean: ProtocolFigures;
  readonly products: Readonly<Record<string, HeadFigures>>;
  /** On how many products its pixel AP is above the first variant's, and on how many below. */
  readonly against: { readonly better: number; readonly worse: number };
}

/** `ablation.json` and `sweep.json`, as far as heads are trained for them. */
export interface Ablation {
  readonly schemaVersion: 1;
  readonly pack: string;
  readonly packHash: string;
  readonly protocol: FoldProtocol;
  readonly steps: number;
  readonly folds: number;
  readonly variants: readonly VariantResult[];
  readonly leftOut: readonly string[];
}

/** Novelty that a head without it gets to be compared: of the last stage, no single like. */
const NOVELTY_SHARPNESS = 40;

/**
 * The full head, and each of its parts left out: the paper's Table 2, and our own choices.
 * @param scale of the cosine, without UMCI
 */
export function ablationVariants(umci: UmciConfig, stages: number, scale: number): HeadVariant[] {
  const of = (change: Partial<UmciConfig>): HeadConfig => ({ kind: 'umci', umci: { ...umci, ...change } });
  const paths = (strip: boolean, scale: boolean) => of({ paths: { strip, scale } });
  const novelty: NoveltyChannel[] = [{ stage: stages - 1, sharpness: NOVELTY_SHARPNESS }];
  const hasNovelty = umci.novelty.length > 0;
  return [
    { name: 'full', varies: 'full', head: of({}) },
    { name: 'without the strip path', varies: 'paths', head: paths(false, true) },
    { name: 'without the scale path', varies: 'paths', head: paths(true, false) },
    { name: 'without both paths', varies: 'paths', head: paths(false, false) },
    {
      name: 'without UMCI: linear layers and cosine',
      varies: 'umci',
      head: { kind: 'linear', scale },
    },
    {
      name: hasNovelty ? 'without novelty channels' : 'with a novelty channel',
      varies: 'novelty',
      head: of({ novelty: hasNovelty ? [] : novelty }),
    },
    {
      name: 'kernels of its own, not from the text',
      varies: 'kernels-from-text',
      head: { kind: 'umci', umci, kernels: 'own' },
    },
  ];
}

/** Other hidden dimensions and pairs of scale kernels: the paper's Table 3. */
export function sweepVariants(
  umci: UmciConfig,
  hidden: readonly number[] = [umci.hiddenDim / 4, umci.hiddenDim / 2, umci.hiddenDim, umci.hiddenDim * 2],
  kernels: readonly (readonly number[])[] = [
    [1, 3],
    [3, 5],
    [3, 9],
    [5, 13],
    [9, 25],
  ],
): HeadVariant[] {
  const of = (change: Partial<UmciConfig>): HeadConfig => ({ kind: 'umci', umci: { ...umci, ...change } });
  return [
    { name: 'full', varies: 'full', head: of({}) },
    ...hidden.map(
      (dim): HeadVariant => ({
        name: `d ${dim}`,
        varies: 'hidden',
        head: of({ hiddenDim: Math.max(4, Math.round(dim)) }),
      }),
    ),
    ...kernels.map(
      (sizes): HeadVariant => ({
        name: sizes.join(' and '),
        varies: 'scale-kernels',
        head: of({ scaleKernels: [...sizes] }),
      }),
    ),
  ];
}

/**
 * Trains every variant in the same way, with the same pictures in the same order, and measures it on whole products that
 * were left out: coarse maps, at map resolution. Everything measured is kept in `cache`; a call that was ended goes on.
 * @throws ClipSamError `input-invalid` with fewer than two products; `cancelled`, `disk-full`
 */
export async function ablate(options: AblationOptions): Promise<Ablation> {
  const { parent, data, variants, folds, steps, protocol, signal, onProgress } = options;
  const parts = innerParts(data.products, folds);
  if (parts.length === 0) {
    throw new ClipSamError(
      'input-invalid',
      'There is only one product, so none can be left out. Name data with several.',
    );
  }
  const runner = new FoldRunner({ ...options, folder: data.folder });
  const results: VariantResult[] = [];
  let fold = 0;
  for (const { name, varies, head } of variants) {
    const products: Record<string, HeadFigures> = {};
    for (const part of parts) {
      throwIfCancelled(signal);
      onProgress?.({ kind: 'fold', fold: ++fold, folds: variants.length * parts.length, what: name });
      const trained = data.products.filter((product) => !part.includes(product));
      const [measure] = await runner.run({ head, trained, measured: part, lengths: [steps] });
      Object.assign(products, measure!.figures);
    }
    const first = results[0]?.products ?? products;
    const gains = Object.entries(products).map(([product, { pixelAp }]) => {
      return (pixelAp ?? 0) - (first[product]?.pixelAp ?? 0);
    });
    results.push({
      ...{ name, varies, products },
      parameters: weightCount(trainableHead(head, stageShape(parent.pack)).parameters),
      mean: meanFigures(Object.values(products)),
      against: {
        better: gains.filter((gain) => gain > 0).length,
        worse: gains.filter((gain) => gain < 0).length,
      },
    });
  }
  return {
    schemaVersion: 1,
    pack: exactReference(parent.pack),
    packHash: parent.packHash,
    ...{ protocol, steps, folds: parts.length, variants: results, leftOut: data.leftOut },
  };
}
