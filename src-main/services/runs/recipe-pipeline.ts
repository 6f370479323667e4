import { ClipSamError } from '../../../src-shared/errors.ts';
import { type Recipe, recipeSchema } from '../../../src-shared/recipe.ts';
import { schemaIssues } from '../../../src-shared/schema-issues.ts';
import { readJsonFile } from '../../files/json-file.ts';
import {
  type InferenceClient,
  type InferenceOptions,
  openInference,
} from '../../inference/inference-client.ts';
import { describePack, type PackRoots } from '../../inference/pack-loader.ts';
import { checkLanguage } from '../../inference/recipe-language.ts';

export { describeDeath, type InferenceEvent } from '../../inference/inference-client.ts';

/** The pack that is used where nobody chose one. */
export const DEFAULT_PACK = 'lite';

/** What a user says about the recipe to use. */
export interface RecipeChoice extends PackRoots {
  /** Recipe (JSON). Default: the one that the pack brings. */
  readonly file?: string;
  /** Reference of a pack, or its folder. Default: the recipe file's pack, else {@link DEFAULT_PACK}. */
  readonly pack?: string;
  /** The object's name in the prompts, instead of the recipe's. */
  readonly object?: string;
}

export interface ChosenRecipe {
  readonly recipe: Recipe;
  readonly packFolder: string;
}

/**
 * Reads the recipe and finds its pack.
 * @throws ClipSamError `recipe-invalid`, `pack-not-found`, `pack-invalid`
 */
export async function chooseRecipe(choice: RecipeChoice): Promise<ChosenRecipe> {
  const own =
    choice.file === undefined
      ? undefined
      : parseRecipe(
          await readJsonFile(choice.file, 'The recipe', 'recipe-invalid'),
          `The recipe ${choice.file}`,
        );
  const wanted = choice.pack ?? own?.pack ?? DEFAULT_PACK;
  const { pack, folder, reference } = await describePack(wanted, choice);
  const recipe = { ...(own ?? pack.defaultRecipe), pack: reference };
  const object = choice.object?.trim() ?? recipe.object;
  return { recipe: parseRecipe({ ...recipe, object }, 'The recipe'), packFolder: folder };
}

/**
 * Starts the inference process for a recipe.
 * @throws ClipSamError as {@link openInference}, then as {@link checkLanguage}
 */
export async function openPipeline(
  { packFolder, recipe }: ChosenRecipe,
  options: Omit<InferenceOptions, 'packFolder' | 'host'>,
): Promise<InferenceClient> {
  const [opening, words] = await Promise.allSettled([
    openInference({ ...options, packFolder }),
    checkLanguage(packFolder, recipe),
  ]);
  if (opening.status === 'rejected') throw opening.reason;
  if (words.status === 'fulfilled') return opening.value;
  await opening.value.close();
  throw words.reason;
}

function parseRecipe(json: unknown, name: string): Recipe {
  const parsed = recipeSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new ClipSamError('recipe-invalid', `${name} is not valid: ${schemaIssues(parsed.error)}.`, {
    cause: parsed.error,
  });
}
