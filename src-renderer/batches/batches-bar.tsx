import { Button, SegmentedControl, TextInput } from '@mantine/core';
import { IconFolderSearch, IconPlus, IconSearch, IconTrashX } from '@tabler/icons-react';
import type { Ref } from 'react';
import { useTranslation } from 'react-i18next';
import { KeyHint } from '../keys/key-hint.tsx';
import { useDenied } from '../state/people.ts';
import classes from './batches.module.css';
import { newBatch, searchBatches } from './batches-actions.ts';
import { BATCH_VIEWS, type BatchView } from './use-batch-list.ts';

/** Which batches are shown, and a new one. */
export function BatchesBar({
  search,
  onSearch,
  searchField,
  view,
  onView,
  canEmpty,
  onEmpty,
  onNew,
  onFollow,
}: {
  readonly search: string;
  onSearch(text: string): void;
  readonly searchField: Ref<HTMLInputElement>;
  readonly view: BatchView;
  onView(view: BatchView): void;
  /** There are deleted batches in view. */
  readonly canEmpty: boolean;
  onEmpty(): void;
  onNew(): void;
  onFollow(): void;
}) {
  const { t } = useTranslation(['batches', 'app']);
  const denied = useDenied();
  return (
    <>
      <TextInput
        ref={searchField}
        className={classes.search}
        aria-label={t('search')}
        placeholder={t('search')}
        leftSection={<IconSearch size={16} />}
        rightSection={<KeyHint action={searchBatches} />}
        value={search}
        maxLength={500}
        onChange={(event) => onSearch(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' && event.key !== 'Enter' && event.key !== 'ArrowDown') return;
          if (event.key === 'Escape') onSearch('');
          document.querySelector<HTMLElement>(`.${classes.list}`)?.focus();
          event.preventDefault();
        }}
      />
      <SegmentedControl
        aria-label={t('show')}
        value={view}
        data={BATCH_VIEWS.map((value) => ({ value, label: t(`views.${value}`) }))}
        onChange={(value) => onView(value as BatchView)}
      />
      {canEmpty && (
        <Button
          variant="default"
          leftSection={<IconTrashX size={16} />}
          {...denied('batches.purge')}
          onClick={onEmpty}
        >
          {t('purge.empty')}
        </Button>
      )}
      <Button
        variant="default"
        leftSection={<IconFolderSearch size={16} />}
        data-testid="follow-folder"
        {...denied('follow.start')}
        onClick={onFollow}
      >
        {t('follow.open')}
      </Button>
      <Button
        leftSection={<IconPlus size={16} />}
        rightSection={<KeyHint action={newBatch} />}
        onClick={onNew}
      >
        {t('new')}
      </Button>
    </>
  );
}
