import { Button, Center, EmptyState, Loader, Select } from '@mantine/core';
import { IconBookmarks } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { type Product, productKey, productName } from '../../src-shared/product.ts';
import { failureOf } from '../api/connection.ts';
import { plainText } from '../i18n/plain-text.ts';
import { routeTo, useGo } from '../state/routes.ts';
import { useSelectedBatch } from '../state/selected-batch.ts';
import { useWorkstation } from '../state/workstation.ts';
import { FailureDetails } from '../ui/failure-details.tsx';
import { Screen } from '../ui/screen.tsx';
import { ProductMemory } from './product-memory.tsx';
import { useProductChoice } from './use-product-choice.ts';

/** What a product's images are compared with: accepted parts and marks, who added them, and what waits for a word. */
export function ReferencesScreen() {
  const { t } = useTranslation('references');
  const { api } = useWorkstation();
  const go = useGo();
  const batchId = useSelectedBatch((state) => state.id);
  const { data: summaries, error } = useQuery(
    api.references.products.queryOptions({ refetchOnMount: 'always' }),
  );
  const { product, products } = useProductChoice(summaries);
  const labelOf = (one: Product) => {
    const summary = summaries?.find((other) => productKey(other.product) === productKey(one));
    const waiting = summary?.waiting ? ` · ${t('waiting-count', { count: summary.waiting })}` : '';
    return `${plainText(productName(one))} · ${t('count.reference', { count: summary?.references ?? 0 })}${waiting}`;
  };
  return (
    <Screen
      title={t('title')}
      beside={
        <Select
          w={420}
          aria-label={t('product')}
          placeholder={t('product')}
          searchable
          allowDeselect={false}
          nothingFoundMessage={t('no-product')}
          value={product && productKey(product)}
          data={products.map((one) => ({ value: productKey(one), label: labelOf(one) }))}
          onChange={(key) => {
            const chosen = products.find((one) => productKey(one) === key);
            if (chosen) go(routeTo.references(chosen));
          }}
        />
      }
    >
      {product ? (
        <ProductMemory key={productKey(product)} product={product} />
      ) : (
        <Center flex={1}>
          {error ? (
            <div role="alert">
              <FailureDetails failure={failureOf(error)} />
            </div>
          ) : summaries ? (
            <EmptyState icon={<IconBookmarks />} title={t('empty.title')} description={t('empty.why')}>
              <Button onClick={() => go(batchId === null ? routeTo.batches() : routeTo.review(batchId))}>
                {t(batchId === null ? 'empty.to-batches' : 'empty.to-review')}
              </Button>
            </EmptyState>
          ) : (
            <Loader aria-label={t('loading')} />
          )}
        </Center>
      )}
    </Screen>
  );
}
