import { Button, CloseButton, Group, Text } from '@mantine/core';
import { IconBookmarks } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { productKey } from '../../src-shared/product.ts';
import type { ReviewRow } from '../../src-shared/review-table.ts';
import { useDenied } from '../state/people.ts';
import { routeTo, useGo } from '../state/routes.ts';
import { showError } from '../ui/show-error.tsx';
import classes from './reference-offer.module.css';
import { useReviewSettings } from './review-settings.ts';
import type { References } from './use-references.ts';

/** Accepted parts that make it worthwhile, and as many as are taken from those that there are. */
const ENOUGH = 3;
const TAKEN = 16;

/**
 * After the first accepts of a product without references: whether they shall become some. Who declines is not asked
 * again for the product.
 */
export function ReferenceOffer({
  rows,
  references: { set, addAll, isBusy },
  isUsed,
}: {
  readonly rows: readonly ReviewRow[];
  readonly references: Pick<References, 'set' | 'addAll' | 'isBusy'>;
  /** Whether the recipe compares with references at all. */
  readonly isUsed: boolean;
}) {
  const { t } = useTranslation(['review', 'app']);
  const go = useGo();
  const { declined, set: change } = useReviewSettings();
  const denied = useDenied()('references.add');
  if (!set || !isUsed || set.references + set.waiting + set.images.length > 0) return null;
  const key = productKey(set.product);
  if (declined.includes(key)) return null;
  const accepted = acceptedImages(rows);
  if (accepted.length < ENOUGH) return null;
  const taken = spread(accepted, TAKEN);
  const use = () =>
    addAll(taken)?.then(() => {
      change({ declined: [...useReviewSettings.getState().declined, key] });
      go(routeTo.references(set.product));
    }, showError);
  return (
    <Group
      gap={10}
      wrap="nowrap"
      className={classes.offer}
      role="region"
      aria-label={t('offer.title')}
      data-testid="reference-offer"
    >
      <IconBookmarks size={18} aria-hidden />
      <Text size="sm">
        {accepted.length > taken.length
          ? t('offer.some', { count: accepted.length, taken: taken.length })
          : t('offer.all', { count: accepted.length })}
      </Text>
      <Button size="compact-sm" loading={isBusy} {...denied} onClick={use}>
        {t('offer.use')}
      </Button>
      <CloseButton
        size="sm"
        ml="auto"
        aria-label={t('offer.decline')}
        title={t('offer.decline')}
        onClick={() => change({ declined: [...declined, key] })}
      />
    </Group>
  );
}

function acceptedImages(rows: readonly ReviewRow[]): number[] {
  return rows
    .filter(({ human, status }) => human === 'accept' && status === 'done')
    .map(({ imageId }) => imageId);
}

/** `count` of the values, evenly spread over them. */
function spread<T>(values: readonly T[], count: number): T[] {
  if (values.length <= count) return [...values];
  return Array.from({ length: count }, (_, i) => values[Math.floor((i * values.length) / count)]!);
}
