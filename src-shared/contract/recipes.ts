import { z } from 'zod';
import { hashSchema } from '../field-schemas.ts';
import { recipeSchema } from '../recipe.ts';
import { base, count, inspector } from './base.ts';

/** A frozen recipe. Changing one means saving another with this one as its parent. */
const recipeRecordSchema = z
  .object({
    /** SHA-256 of the canonical JSON. */
    hash: hashSchema,
    recipe: recipeSchema,
    /** 1, 2, ... among the recipes of the same name. */
    revision: count,
    parentHash: hashSchema.nullable(),
    inspector: z.string(),
    createdAt: z.string(),
  })
  .readonly();
export type RecipeRecord = z.infer<typeof recipeRecordSchema>;

export const recipes = {
  list: base.output(z.array(recipeRecordSchema)),
  /** Default recipe of a pack. */
  default: base.input(z.object({ pack: z.string().default('lite') })).output(recipeSchema),
  save: base
    .input(z.object({ recipe: recipeSchema, parentHash: hashSchema.nullable(), ...inspector }))
    .output(recipeRecordSchema),
};
