import type { Product } from '../../../src-shared/product.ts';
import { newestRecipe } from '../../store/reviewed-images.ts';
import { type ReferenceSet, referenceSetOf, setOf } from './reference-set.ts';
import { type ScoringOptions, scorePictures } from './scoring.ts';
import type { SetTightness } from './shown-set.ts';

/** Up to so many references it is measured what each contributes: the effort grows with their square. */
const CONTRIBUTIONS = 16;
/** Sets of which it is known how tight they are. */
const REMEMBERED = 32;

/** How tight sets are, as far as somebody has looked. */
export class Measurements {
  readonly #known = new Map<string, SetTightness>();

  readonly of = ({ hash }: ReferenceSet): SetTightness | undefined => this.#known.get(hash);

  /**
   * Measures how far each of a product's references is from the others, and, up to {@link CONTRIBUTIONS} of them, how much
   * farther the others would be without it. Nothing is measured of a product that was never inspected, or of fewer than
   * two references.
   * @throws ClipSamError as {@link scorePictures}
   */
  async measure(options: ScoringOptions, product: Product): Promise<void> {
    const { workspace } = options;
    const set = await referenceSetOf(workspace, product);
    const recipe = await newestRecipe(workspace, product);
    const { references } = set;
    if (!recipe || references.length < 2 || this.#known.has(set.hash)) return;
    // Marks are left out: how alike the parts are is asked.
    const alone = setOf(workspace, product, references);
    const without =
      references.length <= CONTRIBUTIONS && references.length > 2
        ? references.map((one) =>
            setOf(
              workspace,
              product,
              references.filter((other) => other !== one),
            ),
          )
        : [];
    const pictures = references.map((item) => ({ ...item, areas: [] }));
    const scored = await scorePictures(options, {
      ...{ recipe, pictures },
      sets: [alone, ...without],
      alignedBy: alone,
    });
    const distances = scored.map((sets) =>
      sets?.map(({ opinions }) => opinions.find(({ opinion }) => opinion === 'references')?.score),
    );
    const distance = new Map<number, number>();
    const contribution = new Map<number, number>();
    for (const [i, { id }] of references.entries()) {
      const own = distances[i]?.[0];
      if (own !== undefined) distance.set(id, own);
      const farther = distances.flatMap((of, j) => {
        const [is, would] = [of?.[0], of?.[1 + i]];
        return j !== i && is !== undefined && would !== undefined ? [would - is] : [];
      });
      if (farther.length > 0) contribution.set(id, Math.max(0, mean(farther)));
    }
    this.#known.set(set.hash, { distance, contribution });
    if (this.#known.size > REMEMBERED) this.#known.delete(this.#known.keys().next().value!);
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
