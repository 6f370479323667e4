import { z } from 'zod';
import type { BatchMetadata } from './batch.ts';
import { immutable, lineSchema } from './field-schemas.ts';
import type { Recipe } from './recipe.ts';

/**
 * Images of what look alike: a part in one revision. Batches without a part number go by their recipe, of which one
 * serves many objects: its object belongs to it.
 */
export const productSchema = immutable(
  z.union([
    z.strictObject({ partNumber: lineSchema.trim().min(1), revision: lineSchema.trim() }),
    z.strictObject({ recipeName: lineSchema.min(1), object: lineSchema }),
  ]),
);
export type Product = z.infer<typeof productSchema>;

/** The product of a batch that is inspected with a recipe. */
export function inspectedProduct(
  batch: Pick<BatchMetadata, 'partNumber' | 'revision'>,
  recipe: Pick<Recipe, 'name' | 'object'>,
): Product {
  const partNumber = batch.partNumber.trim();
  if (partNumber !== '') return { partNumber, revision: batch.revision.trim() };
  return { recipeName: recipe.name, object: recipe.object };
}

/** The same text for the same product, and for no other. */
export function productKey(product: Product): string {
  return JSON.stringify(
    'partNumber' in product
      ? ['part', product.partNumber, product.revision]
      : ['recipe', product.recipeName, product.object],
  );
}

/** What people call it: `4711 B`, `Nuts: metal nut`. */
export function productName(product: Product): string {
  return 'partNumber' in product
    ? `${product.partNumber} ${product.revision}`.trim()
    : `${product.recipeName}: ${product.object}`;
}

/** The reverse of {@link productKey}. */
export function productFromKey(key: string): Product {
  const [kind, first, second] = JSON.parse(key) as [string, string, string];
  return kind === 'part' ? { partNumber: first, revision: second } : { recipeName: first, object: second };
}
