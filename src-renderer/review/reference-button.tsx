import { Anchor, Button, Group } from '@mantine/core';
import { IconBookmark, IconBookmarkFilled } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { productName } from '../../src-shared/product.ts';
import type { ReviewRow } from '../../src-shared/review-table.ts';
import { plainText } from '../i18n/plain-text.ts';
import type { UserAction } from '../keys/action.ts';
import { KeyHint } from '../keys/key-hint.tsx';
import { useDenied } from '../state/people.ts';
import { routeTo, useGo } from '../state/routes.ts';
import classes from './reference-button.module.css';
import { markReference, type ReviewContext } from './review-actions.ts';
import type { References } from './use-references.ts';

interface ReferenceButtonProps {
  readonly row: ReviewRow;
  readonly references: Pick<References, 'set' | 'known' | 'isBusy'>;
  onAction(action: UserAction<ReviewContext>): void;
}

/** Makes an accepted image a reference of its product, or takes that back; and the way to all of them. */
export function ReferenceButton({ row, references, onAction }: ReferenceButtonProps) {
  const { t } = useTranslation('review');
  const go = useGo();
  const { set, known, isBusy } = references;
  const denied = useDenied()(known ? 'references.remove' : 'references.add');
  if (!set || (row.human !== 'accept' && !known && set.references === 0)) return null;
  const Icon = known ? IconBookmarkFilled : IconBookmark;
  return (
    <Group gap={8} wrap="nowrap" justify="space-between" className={classes.line}>
      {(row.human === 'accept' || known) && (
        <Button
          size="compact-sm"
          variant={known ? 'light' : 'default'}
          leftSection={<Icon size={15} />}
          rightSection={<KeyHint action={markReference} hidden />}
          aria-pressed={known !== undefined}
          disabled={isBusy}
          {...denied}
          onClick={() => onAction(markReference)}
        >
          {t(known ? (known.counts ? 'reference.is' : 'reference.undecided') : 'reference.use')}
        </Button>
      )}
      <Anchor
        size="xs"
        href={`#${routeTo.references(set.product)}`}
        className={classes.all}
        title={plainText(productName(set.product))}
        onClick={(event) => {
          event.preventDefault();
          go(routeTo.references(set.product));
        }}
      >
        {t('reference.all', { count: set.references })}
        {set.waiting > 0 && ` · ${t('reference.waiting', { count: set.waiting })}`}
      </Anchor>
    </Group>
  );
}
