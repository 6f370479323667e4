import { z } from 'zod';
import { hashSchema } from '../field-schemas.ts';
import { recipeSchema } from '../recipe.ts';
import { base, count, inspector } from './base.ts';

const recipeRecordSchema = z.object({
  hash: hashSchema,
  recipe: recipeSchema,
  revision: count,
  parentHash: hashSchema.nullable(),
  inspector: z.string(),
  createdAt: z.string(),
});
export type RecipeRow = z.infer<typeof recipeRecordSchema>;

export const recipes = {
  list: base.output(z.array(recipeRecordSchema)),
  /** Default recipe of a pack. */
  default: base.input(z.object({ pack: z.string().default('lite') })).output(recipeSchema),
  save: base
    .input(z.object({ recipe: recipeSchema, parentHash: hashSchema.nullable(), ...inspector }))
    .output(recipeRecordSchema),
};
