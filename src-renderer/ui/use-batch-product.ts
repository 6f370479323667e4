import { skipToken, useQuery } from '@tanstack/react-query';
import { inspectedProduct, type Product } from '../../src-shared/product.ts';
import { useWorkstation } from '../state/workstation.ts';

/** The product that a batch is of, as it would be inspected now; null while it is not known. */
export function useBatchProduct(batchId: number | null): Product | null {
  const { api } = useWorkstation();
  const { data: row } = useQuery(
    api.batches.get.queryOptions({ input: batchId === null ? skipToken : { id: batchId } }),
  );
  const { data: recipes } = useQuery(api.recipes.list.queryOptions());
  const { data: standard } = useQuery(api.recipes.default.queryOptions({ input: {} }));
  if (!row || !recipes || !standard) return null;
  const { batch } = row;
  const recipe = recipes.find(({ hash }) => hash === batch.recipeHash)?.recipe ?? standard;
  return inspectedProduct(batch, recipe);
}
