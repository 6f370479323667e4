import { ClipSamError, throwIfCancelled } from '../../src-shared/errors.ts';
import { exactReference } from '../../src-shared/pack-reference.ts';
import type { LoadedPack } from '../inference/pack-loader.ts';
import {
  chooseTheta,
  meanFigures,
  type ProtocolFigures,
  sharesAbove,
  type ThetaChoice,
} from './fold-figures.ts';
import { type FoldMeasure, type FoldProtocol, FoldRunner } from './fold-run.ts';
import type { HeadConfig } from './head-config.ts';
import type { HeadProgress } from './head-training.ts';
import type { HeadFigures } from './head-validation.ts';
import type { ObjectLanguage } from './object-language.ts';
import type { ProductFeatures, ProductRecords } from './products.ts';

/** What is left out at a time: a data set with all its categories, or one category. */
type TargetKind = 'dataset' | 'category';

/** A head that may be chosen. */
export interface HeadCandidate {
  readonly name: string;
  readonly head: HeadConfig;
}

export type ProtocolProgress =
  | { readonly kind: 'fold'; readonly fold: number; readonly folds: number; readonly what: string }
  | HeadProgress;

export interface LeaveOneOutOptions {
  readonly parent: LoadedPack;
  readonly data: ProductFeatures;
  readonly language: ObjectLanguage;
  readonly cache: string;
  readonly by: TargetKind;
  /** Those that are tried on products left out inside the training data. */
  readonly candidates: readonly HeadCandidate[];
  /** Lengths in steps that are tried, ascending. */
  readonly lengths: readonly number[];
  /** Into how many parts the training products are put for that. */
  readonly inner: number;
  readonly protocol: FoldProtocol;
  readonly threads?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ProtocolProgress) => void;
}

/** What a head of some length is worth on products left out inside the training data. */
interface InnerResult {
  readonly candidate: string;
  readonly steps: number;
  readonly figures: ProtocolFigures;
}

/** What was chosen for a target, without it. */
interface Chosen {
  readonly candidate: string;
  readonly steps: number;
  readonly theta: number;
  readonly thetaBy: ThetaChoice['by'];
  /** `left-out-products`: highest mean AP there; `nothing`: too few products, so the first candidate and full length. */
  readonly by: 'left-out-products' | 'nothing';
}

/** A target, measured once, by a head that saw nothing of it. */
interface TargetResult {
  readonly target: string;
  readonly trainedOn: readonly string[];
  readonly inner: readonly InnerResult[];
  readonly chosen: Chosen;
  readonly products: Readonly<Record<string, HeadFigures>>;
  readonly mean: ProtocolFigures;
  /** Share of good and of defective pictures above the chosen θ, over all its products. */
  readonly aboveTheta: { readonly good: number | null; readonly defective: number | null };
  /** SHA-256 of the head's weights. */
  readonly weights: string;
}

/** `leave-one-out.json`. */
export interface LeaveOneOut {
  readonly schemaVersion: 1;
  readonly pack: string;
  readonly packHash: string;
  readonly by: TargetKind;
  readonly protocol: FoldProtocol;
  readonly candidates: readonly HeadCandidate[];
  readonly lengths: readonly number[];
  readonly inner: number;
  readonly targets: readonly TargetResult[];
  readonly mean: ProtocolFigures;
  /** Pictures that could not be read. */
  readonly leftOut: readonly string[];
}

/**
 * For each target: trains on all other products and measures on it. Length, candidate and θ are chosen on whole products
 * left out inside the training data; nothing of the target takes part, since what trains and chooses is given the other
 * products alone. Coarse maps, at map resolution. Everything measured is kept in `cache`: a call that was cancelled or
 * killed goes on, and gives the same figures.
 * @throws ClipSamError `input-invalid` with fewer than two targets; `cancelled`, `disk-full`
 */
export async function leaveOneOut(options: LeaveOneOutOptions): Promise<LeaveOneOut> {
  const { parent, data, by, protocol, candidates, lengths, inner, signal, onProgress } = options;
  const targets = [...new Set(data.products.map((product) => targetOf(product, by)))];
  if (targets.length < 2) {
    const hint = by === 'dataset' ? ' Name further data sets, or leave out categories (--by category).' : '';
    throw new ClipSamError(
      'input-invalid',
      `There is only ${targets[0] ?? 'nothing'}: leaving it out leaves nothing to learn from.${hint}`,
    );
  }
  const runner = runnerOf(options);
  const folds = targets.reduce((sum, target) => {
    const parts = innerParts(othersOf(data.products, target, by), inner).length;
    return sum + parts * candidates.length + 1;
  }, 0);
  let fold = 0;
  const next = (what: string) => onProgress?.({ kind: 'fold', fold: ++fold, folds, what });
  const results: TargetResult[] = [];
  for (const target of targets) {
    throwIfCancelled(signal);
    const others = othersOf(data.products, target, by);
    const choice = await choose(others, options, runner, (what) => next(`${target}: choosing, ${what}`));
    next(`${target}: ${choice.chosen.candidate}, ${choice.chosen.steps} steps`);
    const { head } = candidates.find(({ name }) => name === choice.chosen.candidate)!;
    // The first time that anything of the target is looked at, and the last.
    const measured = data.products.filter((product) => targetOf(product, by) === target);
    const [measure] = await runner.run({ head, trained: others, measured, lengths: [choice.chosen.steps] });
    results.push(targetResult(target, others, choice, measure!));
  }
  return {
    schemaVersion: 1,
    pack: exactReference(parent.pack),
    packHash: parent.packHash,
    ...{ by, protocol, candidates, lengths, inner },
    targets: results,
    mean: meanFigures(results.map(({ mean }) => mean)),
    leftOut: data.leftOut,
  };
}

function runnerOf({
  data,
  parent,
  cache,
  language,
  protocol,
  threads,
  signal,
  onProgress,
}: LeaveOneOutOptions) {
  return new FoldRunner({
    ...{ parent, cache, language, protocol, folder: data.folder },
    ...(threads && { threads }),
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
  });
}

function targetOf({ name, dataset }: ProductRecords, by: TargetKind): string {
  return by === 'dataset' ? dataset : name;
}

function othersOf(
  products: readonly ProductRecords[],
  target: string,
  by: TargetKind,
): readonly ProductRecords[] {
  return products.filter((product) => targetOf(product, by) !== target);
}

/** The products in so many parts, whole products each; none when there is one product alone. */
export function innerParts(
  products: readonly ProductRecords[],
  parts: number,
): readonly (readonly ProductRecords[])[] {
  const count = Math.min(parts, products.length);
  if (count < 2) return [];
  return Array.from({ length: count }, (_, part) => products.filter((_product, at) => at % count === part));
}

/** Chooses for a target. @param others the products that are not the target's: all that there is here */
async function choose(
  others: readonly ProductRecords[],
  { parent, candidates, lengths, inner }: LeaveOneOutOptions,
  runner: FoldRunner,
  onFold: (what: string) => void,
): Promise<{ readonly chosen: Chosen; readonly inner: readonly InnerResult[] }> {
  const parts = innerParts(others, inner);
  const { theta } = parent.pack.defaultRecipe;
  if (parts.length === 0) {
    const first = { candidate: candidates[0]!.name, steps: lengths.at(-1)! };
    return { chosen: { ...first, theta, thetaBy: 'recipe', by: 'nothing' }, inner: [] };
  }
  const tried: (InnerResult & { readonly products: readonly HeadFigures[] })[] = [];
  for (const { name, head } of candidates) {
    const measures: FoldMeasure[][] = [];
    for (const [at, part] of parts.entries()) {
      onFold(`${name}, part ${at + 1} of ${parts.length}`);
      const trained = others.filter((product) => !part.includes(product));
      measures.push(await runner.run({ head, trained, measured: part, lengths }));
    }
    for (const [at, steps] of lengths.entries()) {
      const products = measures.flatMap((list) => Object.values(list[at]!.figures));
      tried.push({ candidate: name, steps, figures: meanFigures(products), products });
    }
  }
  // Among equals the first candidate and the shortest length.
  const best = tried.reduce((a, b) => ((b.figures.pixelAp ?? -1) > (a.figures.pixelAp ?? -1) ? b : a));
  const { theta: found, by } = chooseTheta(best.products, theta);
  const { candidate, steps } = best;
  return {
    chosen: { candidate, steps, theta: found, thetaBy: by, by: 'left-out-products' },
    inner: tried.map(({ products: _, ...result }) => result),
  };
}

function targetResult(
  target: string,
  others: readonly ProductRecords[],
  { chosen, inner }: { readonly chosen: Chosen; readonly inner: readonly InnerResult[] },
  { figures, weights }: FoldMeasure,
): TargetResult {
  const list = Object.values(figures);
  const peaks = {
    goodPeaks: list.flatMap(({ goodPeaks }) => goodPeaks),
    defectivePeaks: list.flatMap(({ defectivePeaks }) => defectivePeaks),
  };
  return {
    target,
    trainedOn: others.map(({ name }) => name),
    inner,
    chosen,
    products: figures,
    mean: meanFigures(list),
    aboveTheta: sharesAbove(peaks, chosen.theta),
    weights,
  };
}
