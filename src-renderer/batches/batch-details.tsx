import { Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { KEEP_DELETED_DAYS } from '../../src-shared/batch.ts';
import type { BatchSummaryRow } from '../../src-shared/contract/batches.ts';
import type { RecipeRecord } from '../../src-shared/contract/recipes.ts';
import { methodTitle } from '../../src-shared/method-text.ts';
import { plainText } from '../i18n/plain-text.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import { useFormat } from '../ui/use-format.ts';
import { BatchButtons, DeletedBatchButtons } from './batch-buttons.tsx';
import classes from './batches.module.css';
import { ImportPanel } from './import-panel.tsx';
import { RunPanel } from './run-panel.tsx';
import { SampleRangesPanel } from './sample-ranges.tsx';
import { ScalePanel } from './scale-panel.tsx';
import { StoppedImportNote } from './stopped-import.tsx';
import type { BatchCommands } from './use-batch-commands.ts';
import type { RunActions } from './use-run-actions.ts';

/** The selected batch. */
export function BatchDetails({
  row,
  actions,
  commands,
}: {
  readonly row: BatchSummaryRow;
  readonly actions: RunActions;
  readonly commands: BatchCommands;
}) {
  const { batch, deletedAt } = row;
  return (
    <Stack gap="md" className={classes.details} data-testid="batch-details">
      <Group justify="space-between" align="flex-start" wrap="nowrap" gap="md">
        <Title order={2} size="h3" className={classes.title} title={plainText(batch.name)}>
          <bdi>{plainText(batch.name)}</bdi>
        </Title>
        <Group gap={6} wrap="nowrap">
          {deletedAt === null ? (
            <BatchButtons row={row} commands={commands} />
          ) : (
            <DeletedBatchButtons commands={commands} />
          )}
        </Group>
      </Group>
      {deletedAt !== null && <DeletedNote deletedAt={deletedAt} />}
      <Metadata row={row} />
      {deletedAt === null && <SampleRangesPanel row={row} actions={actions} />}
      {deletedAt === null && <ScalePanel row={row} actions={actions} />}
      {deletedAt === null && <StoppedImportNote row={row} />}
      <ImportPanel batchId={batch.id} />
      {deletedAt === null && <RunPanel row={row} actions={actions} commands={commands} />}
    </Stack>
  );
}

/** Until when it can be restored. */
function DeletedNote({ deletedAt }: { readonly deletedAt: string }) {
  const { t } = useTranslation('batches');
  const format = useFormat();
  const until = new Date(Date.parse(deletedAt) + KEEP_DELETED_DAYS * 86_400_000).toISOString();
  return (
    <Text size="sm" c="dimmed">
      {t('purge.until', { deleted: format.moment(deletedAt), until: format.moment(until) })}
    </Text>
  );
}

function Metadata({ row: { batch, images, run } }: { readonly row: BatchSummaryRow }) {
  const { t } = useTranslation(['batches', 'app']);
  const format = useFormat();
  const { api } = useWorkstation();
  const language = useSession((session) => session.language);
  const { data: recipes } = useQuery(api.recipes.list.queryOptions());
  const recipeOf = (hash: string | null | undefined) => recipes?.find((recipe) => recipe.hash === hash);
  const next = recipeOf(batch.recipeHash);
  const used = recipeOf(run?.run.recipeHash);
  const named = (of: RecipeRecord) => {
    const { name, method } = of.recipe;
    const title = method && methodTitle(method, language);
    return [name, t('recipe.revision', of), title].filter((part) => part !== undefined).join(' · ');
  };
  const entries: readonly (readonly [label: string, value: string])[] = [
    [t('fields.objectName'), batch.objectName],
    [t('fields.partNumber'), batch.partNumber],
    [t('fields.revision'), batch.revision],
    [t('fields.lot'), batch.lot],
    [t('fields.order'), batch.order],
    [t('fields.images'), format.count(images)],
    [t('fields.recipe'), next ? named(next) : t('recipe.standard')],
    ...(used ? [[t('fields.used'), named(used)] as const] : []),
    [t('fields.created'), format.moment(batch.createdAt)],
  ];
  return (
    <dl className={classes.metadata}>
      {entries.map(([label, value]) => (
        <div key={label}>
          <Text component="dt" size="xs" c="dimmed">
            {label}
          </Text>
          <Text component="dd" size="sm" truncate title={plainText(value)}>
            <bdi>{plainText(value) || '–'}</bdi>
          </Text>
        </div>
      ))}
    </dl>
  );
}
