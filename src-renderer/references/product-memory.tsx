import { Button, Center, EmptyState, Group, Loader, Stack, Text, Title } from '@mantine/core';
import { IconBookmarks, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ShownSet } from '../../src-shared/contract/references.ts';
import { type Product, productKey, productName } from '../../src-shared/product.ts';
import { REFERENCE_LIMIT } from '../../src-shared/reference-set.ts';
import { failureOf } from '../api/connection.ts';
import { plainText } from '../i18n/plain-text.ts';
import { KeyHint } from '../keys/key-hint.tsx';
import { useActions } from '../keys/use-actions.ts';
import { useDenied } from '../state/people.ts';
import { routeTo, useGo } from '../state/routes.ts';
import { useSelectedBatch } from '../state/selected-batch.ts';
import { useWorkstation } from '../state/workstation.ts';
import { FailureDetails } from '../ui/failure-details.tsx';
import { ChangeHistory } from './change-history.tsx';
import { MemoryGrid } from './memory-grid.tsx';
import { ProposalCard } from './proposal-card.tsx';
import classes from './references.module.css';
import { REFERENCES_ACTIONS, removeItems } from './references-actions.ts';
import { RemoveDialog } from './remove-dialog.tsx';
import { Tightness } from './tightness.tsx';
import { useChanges } from './use-changes.ts';

/** All that a product remembers: what waits for a word, references, marks, history. */
export function ProductMemory({ product }: { readonly product: Product }) {
  const { t } = useTranslation('references');
  const { api } = useWorkstation();
  const { data: set, error } = useQuery(
    api.references.get.queryOptions({ input: { product }, refetchOnMount: 'always' }),
  );
  const { data: open = [] } = useQuery(api.references.proposals.queryOptions({ refetchOnMount: 'always' }));
  const { data: history } = useQuery(
    api.references.history.queryOptions({ input: { product }, refetchOnMount: 'always' }),
  );
  const [selected, setSelected] = useState<ReadonlySet<number>>(new Set());
  const [removing, setRemoving] = useState<readonly number[] | null>(null);
  const changes = useChanges();
  const there = set
    ? [...set.references.map(({ item }) => item), ...set.harmless, ...set.counterExamples]
    : [];
  const chosen = there.filter(({ id }) => selected.has(id));
  const proposals = open.filter((change) => productKey(change.product) === productKey(product));
  const removeSelected = () => {
    if (chosen.length > 0) setRemoving(chosen.map(({ id }) => id));
  };
  useActions(REFERENCES_ACTIONS, { removeSelected, undoNewest: () => changes.undoNewest(history) });
  if (!set) {
    return (
      <Center flex={1}>
        {error ? (
          <div role="alert">
            <FailureDetails failure={failureOf(error)} />
          </div>
        ) : (
          <Loader aria-label={t('loading')} />
        )}
      </Center>
    );
  }
  return (
    <div className={classes.body} data-testid="references">
      <Head
        set={set}
        chosen={chosen.length}
        onRemove={removeSelected}
        onNone={() => setSelected(new Set())}
      />
      {proposals.map((change) => (
        <ProposalCard key={change.id} change={change} changes={changes} />
      ))}
      {there.length === 0 && proposals.length === 0 && <NothingYet />}
      <Grids set={set} selected={selected} onSelect={setSelected} />
      <ChangeHistory changes={history ?? []} onUndo={changes.undo} isBusy={changes.isBusy} />
      <RemoveDialog
        items={removing}
        onClose={() => setRemoving(null)}
        onRemove={(items) => {
          changes.remove(items);
          setRemoving(null);
          setSelected(new Set());
        }}
      />
    </div>
  );
}

function Head({
  set,
  chosen,
  onRemove,
  onNone,
}: {
  readonly set: ShownSet;
  /** Selected items. */
  readonly chosen: number;
  onRemove(): void;
  onNone(): void;
}) {
  const { t } = useTranslation('references');
  const denied = useDenied()('references.remove');
  const { product, references } = set;
  return (
    <Group justify="space-between" wrap="nowrap" className={classes.head}>
      <div>
        <Title order={2} size="h4">
          <bdi>{plainText(productName(product))}</bdi>
        </Title>
        <Text size="sm" c="dimmed">
          {t('fill', { count: references.length, limit: REFERENCE_LIMIT })}
        </Text>
        <Tightness set={set} />
      </div>
      {chosen > 0 && (
        <Group gap="xs" wrap="nowrap">
          <Button variant="subtle" color="gray" onClick={onNone}>
            {t('select-none')}
          </Button>
          <Button
            variant="default"
            leftSection={<IconTrash size={16} />}
            rightSection={<KeyHint action={removeItems} />}
            {...denied}
            onClick={onRemove}
          >
            {t('remove', { count: chosen })}
          </Button>
        </Group>
      )}
    </Group>
  );
}

interface GridsProps {
  readonly set: ShownSet;
  readonly selected: ReadonlySet<number>;
  onSelect(selected: ReadonlySet<number>): void;
}

function Grids({ set, selected, onSelect }: GridsProps) {
  const { t } = useTranslation('references');
  const grids = [
    ['reference', set.references],
    ['harmless', set.harmless.map((item) => ({ item }))],
    ['counter-example', set.counterExamples.map((item) => ({ item }))],
  ] as const;
  return grids
    .filter(([, items]) => items.length > 0)
    .map(([kind, items]) => (
      <Stack key={kind} gap={6} component="section" aria-label={t(`kind.${kind}`)}>
        <Title order={3} size="sm">
          {t(`kind.${kind}`)}
        </Title>
        <Text size="xs" c="dimmed">
          {t(`about.${kind}`)}
        </Text>
        <MemoryGrid label={t(`kind.${kind}`)} items={items} selected={selected} onSelect={onSelect} />
      </Stack>
    ));
}

function NothingYet() {
  const { t } = useTranslation('references');
  const go = useGo();
  const batchId = useSelectedBatch((state) => state.id);
  return (
    <EmptyState icon={<IconBookmarks />} title={t('empty.title')} description={t('empty.why')}>
      <Button onClick={() => go(batchId === null ? routeTo.batches() : routeTo.review(batchId))}>
        {t(batchId === null ? 'empty.to-batches' : 'empty.to-review')}
      </Button>
    </EmptyState>
  );
}
