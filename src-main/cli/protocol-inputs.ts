import { InvalidArgumentError } from 'commander';
import { ClipSamError } from '../../src-shared/errors.ts';
import { evenlySpread } from '../../src-shared/evenly-spread.ts';
import type { LayoutName } from '../services/datasets/defect-category.ts';
import { findCategories } from '../services/datasets/find-categories.ts';
import { objectNameOf } from '../services/evaluation/evaluate.ts';
import type { ProtocolProgress } from '../training/leave-one-out.ts';
import type { ProductData, ProductProgress } from '../training/products.ts';
import { type ProgressDisplay, paceSince } from './progress-display.ts';
import { printable } from './terminal.ts';

/** Every category below the roots as a product. @param limit pictures of each at most, spread evenly */
export async function productsOf(
  roots: readonly string[],
  names: Readonly<Record<string, string>>,
  limit: number | undefined,
  { layout, onNote }: { readonly layout?: LayoutName | undefined; readonly onNote?: (note: string) => void },
): Promise<ProductData[]> {
  const products: ProductData[] = [];
  for (const root of roots) {
    const found = await findCategories(root, { layout });
    for (const note of new Set(found.flatMap(({ notes }) => notes))) onNote?.(note);
    for (const { dataset, category, folder, images } of found) {
      products.push({
        ...{ dataset, category, root: folder },
        object: names[category] ?? objectNameOf(category),
        images: evenlySpread(images, limit),
      });
    }
  }
  if (products.length === 0) throw new ClipSamError('input-invalid', 'Name the data sets to learn from.');
  return products;
}

/** Parses 32,64. */
export function numberList(text: string): number[] {
  const values = text.split(',').map(Number);
  if (/^\d+(,\d+)*$/.test(text) && values.every((value) => Number.isSafeInteger(value) && value > 0)) {
    return values;
  }
  throw new InvalidArgumentError('It must be whole numbers with commas between them: 32,64.');
}

/** Parses 3:9,5:7. */
export function kernelList(text: string): number[][] {
  const lists = text.split(',').map((pair) => pair.split(':').map(Number));
  if (/^\d+(:\d+)*(,\d+(:\d+)*)*$/.test(text) && lists.flat().every((size) => size % 2 === 1)) return lists;
  throw new InvalidArgumentError(
    'It must be odd sizes, those of one head with colons between them: 3:9,5:7.',
  );
}

/** A quarter, half and all of the steps. */
export function lengthsOf(steps: number): number[] {
  return [...new Set([steps / 4, steps / 2, steps].map((length) => Math.max(1, Math.round(length))))];
}

/** Says how far the features are. */
export function featureMessages(display: ProgressDisplay): (progress: ProductProgress) => void {
  let product = '';
  let started = 0;
  let from = 0;
  return (progress) => {
    if (progress.product !== product) {
      display.stop();
      product = progress.product;
      started = performance.now();
      from = progress.done;
    }
    const pace = paceSince(started, progress.done - from, progress.total - from);
    display.update(progress.done, progress.total, `features of ${printable(product)}  ${pace}`);
  };
}

/** Says which training it is, and how far that is. */
export function protocolMessages(display: ProgressDisplay): (progress: ProtocolProgress) => void {
  let note = '';
  return (progress) => {
    if (progress.kind === 'fold') {
      display.stop();
      note = `${progress.fold}/${progress.folds}  ${printable(progress.what)}`;
      display.say(note);
      return;
    }
    display.update(progress.step, progress.steps, `${note}  loss ${progress.loss.toFixed(4)}`);
  };
}
