import { useParams } from 'wouter';
import type { ProductSummary } from '../../src-shared/contract/references.ts';
import { type Product, productKey } from '../../src-shared/product.ts';
import { productInAddress } from '../state/routes.ts';
import { useSelectedBatch } from '../state/selected-batch.ts';
import { useBatchProduct } from '../ui/use-batch-product.ts';

interface ProductChoice {
  /** The one that the address names, else that of the selected batch, else the first that remembers something. */
  readonly product: Product | null;
  /** Those to choose from; the one on show among them, also where it remembers nothing yet. */
  readonly products: readonly Product[];
}

/** Which product is looked at. */
export function useProductChoice(summaries: readonly ProductSummary[] | undefined): ProductChoice {
  const inAddress = productInAddress(useParams<{ product?: string }>().product);
  const batchId = useSelectedBatch((state) => state.id);
  const ofBatch = useBatchProduct(batchId);
  const known = (summaries ?? []).map(({ product }) => product);
  const isDecided = inAddress !== null || ofBatch !== null || (batchId === null && summaries !== undefined);
  const product = isDecided ? (inAddress ?? ofBatch ?? known[0] ?? null) : null;
  const others = [product, ofBatch].filter((one) => one !== null);
  const products = new Map([...known, ...others].map((one) => [productKey(one), one]));
  return { product, products: [...products.values()] };
}
