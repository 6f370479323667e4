import type { RecipeRecord } from '../../src-shared/contract/recipes.ts';
import { CLIPSAM } from '../../src-shared/method.ts';
import type { ReviewRow } from '../../src-shared/review-table.ts';
import { runsDisagree } from '../../src-shared/run-difference.ts';

/** What may differ between two runs over an image, in the order in which it is told. */
const RUN_FACTS = ['verdict', 'method', 'pack', 'recipe'] as const;
type RunFact = (typeof RUN_FACTS)[number];

/** One side of a comparison. */
export interface RunSide {
  /** Undefined while it is on its way. */
  readonly recipe: RecipeRecord | undefined;
  readonly packHash: string;
  /** What it says of the image; undefined while it is on its way. */
  readonly row: ReviewRow | undefined;
}

/** What differs between two runs over an image. Another method or pack is another recipe: that goes without saying. */
export function runDifferences(one: RunSide, other: RunSide): readonly RunFact[] {
  const [mine, theirs] = [methodOf(one), methodOf(other)];
  const method = mine.name !== theirs.name || mine.refine !== theirs.refine;
  const pack = one.packHash !== other.packHash;
  const isApart: Readonly<Record<RunFact, boolean>> = {
    verdict: one.row !== undefined && runsDisagree(one.row, other.row),
    method,
    pack,
    recipe: !method && !pack && one.recipe?.hash !== other.recipe?.hash,
  };
  return RUN_FACTS.filter((fact) => isApart[fact]);
}

function methodOf({ recipe }: RunSide) {
  return recipe?.recipe.method ?? CLIPSAM;
}
