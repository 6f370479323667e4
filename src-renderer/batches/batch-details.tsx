import { ActionIcon, Button, Group, Menu, Stack, Text, Title, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  IconAdjustments,
  IconArchive,
  IconArchiveOff,
  IconArrowBackUp,
  IconDots,
  IconDownload,
  IconPencil,
  IconPlus,
  IconRepeat,
  IconTrash,
  IconTrashX,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { KEEP_DELETED_DAYS } from '../../src-shared/batch.ts';
import type { BatchSummaryRow } from '../../src-shared/contract/batches.ts';
import { plainText } from '../i18n/plain-text.ts';
import { useDenied } from '../state/people.ts';
import { useWorkstation } from '../state/workstation.ts';
import { StudyDialog } from '../studies/study-dialog.tsx';
import { useFormat } from '../ui/use-format.ts';
import classes from './batches.module.css';
import { ImportPanel } from './import-panel.tsx';
import { RunPanel } from './run-panel.tsx';
import { runState } from './run-state.ts';
import { SampleRanges } from './sample-ranges.tsx';
import { StoppedImport } from './stopped-import.tsx';
import type { RunActions } from './use-run-actions.ts';

export interface BatchCommands {
  edit(): void;
  addImages(): void;
  exportResults(): void;
  archive(): void;
  remove(): void;
  purge(): void;
  review(): void;
  /** Only the images whose verdict is in doubt. */
  reviewDoubtful(): void;
  whatIf(): void;
}

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
  const { t } = useTranslation(['batches', 'app', 'studies']);
  const { batch, run, deletedAt } = row;
  const denied = useDenied();
  const isDeleted = deletedAt !== null;
  const [isStudying, studies] = useDisclosure(false);
  const isArchived = batch.archivedAt !== null;
  const isRunning = ['running', 'paused'].includes(runState(row));
  const hasResults = run !== null && run.done > 0;
  return (
    <Stack gap="md" className={classes.details} data-testid="batch-details">
      <Group justify="space-between" align="flex-start" wrap="nowrap" gap="md">
        <Title order={2} size="h3" className={classes.title} title={plainText(batch.name)}>
          <bdi>{plainText(batch.name)}</bdi>
        </Title>
        <Group gap={6} wrap="nowrap">
          {isDeleted ? (
            <>
              <Button
                variant="default"
                leftSection={<IconTrashX size={16} />}
                {...denied('batches.purge')}
                onClick={commands.purge}
              >
                {t('purge.open')}
              </Button>
              <Button
                leftSection={<IconArrowBackUp size={16} />}
                {...denied('batches.delete')}
                onClick={commands.remove}
              >
                {t('restore')}
              </Button>
            </>
          ) : (
            <>
              <Button
                variant="default"
                leftSection={<IconAdjustments size={16} />}
                disabled={!hasResults}
                onClick={commands.whatIf}
              >
                {t('app:screens.what-if')}
              </Button>
              <Button
                variant="default"
                leftSection={<IconDownload size={16} />}
                disabled={!hasResults}
                onClick={commands.exportResults}
              >
                {t('export.open')}
              </Button>
              <Tooltip label={t('edit')}>
                <ActionIcon variant="default" size={36} aria-label={t('edit')} onClick={commands.edit}>
                  <IconPencil size={17} />
                </ActionIcon>
              </Tooltip>
              <Menu position="bottom-end" withArrow>
                <Menu.Target>
                  <ActionIcon variant="default" size={36} aria-label={t('more')}>
                    <IconDots size={17} />
                  </ActionIcon>
                </Menu.Target>
                <Menu.Dropdown>
                  <Menu.Item leftSection={<IconPlus size={16} />} onClick={commands.addImages}>
                    {t('add-images')}
                  </Menu.Item>
                  <Menu.Item
                    leftSection={<IconRepeat size={16} />}
                    disabled={row.images < 2}
                    onClick={studies.open}
                  >
                    {t('studies:open')}
                  </Menu.Item>
                  <Menu.Item
                    leftSection={isArchived ? <IconArchiveOff size={16} /> : <IconArchive size={16} />}
                    {...denied('batches.archive')}
                    onClick={commands.archive}
                  >
                    {t(isArchived ? 'unarchive' : 'archive')}
                    <Why>{denied('batches.archive').title}</Why>
                  </Menu.Item>
                  <Menu.Item
                    color="red"
                    leftSection={<IconTrash size={16} />}
                    disabled={isRunning}
                    {...denied('batches.delete')}
                    onClick={commands.remove}
                  >
                    {t('delete')}
                    <Why>{denied('batches.delete').title}</Why>
                  </Menu.Item>
                </Menu.Dropdown>
              </Menu>
            </>
          )}
        </Group>
      </Group>
      <StudyDialog batch={isStudying ? batch : null} images={row.images} onClose={studies.close} />
      {deletedAt !== null && <DeletedNote deletedAt={deletedAt} />}
      <Metadata row={row} />
      {!isDeleted && <SampleRanges row={row} actions={actions} />}
      {!isDeleted && <StoppedImport row={row} />}
      <ImportPanel batchId={batch.id} />
      {!isDeleted && (
        <RunPanel
          row={row}
          actions={actions}
          onReview={commands.review}
          onReviewDoubtful={commands.reviewDoubtful}
          onAddImages={commands.addImages}
        />
      )}
    </Stack>
  );
}

/** Why an entry of the menu is disabled: it shows no title. */
function Why({ children }: { readonly children: string | undefined }) {
  return children === undefined ? null : (
    <Text size="xs" c="dimmed" component="span" display="block">
      {children}
    </Text>
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
  const { data: recipes } = useQuery(api.recipes.list.queryOptions());
  const recipeOf = (hash: string | null | undefined) => recipes?.find((recipe) => recipe.hash === hash);
  const next = recipeOf(batch.recipeHash);
  const used = recipeOf(run?.run.recipeHash);
  const entries: readonly (readonly [label: string, value: string])[] = [
    [t('fields.objectName'), batch.objectName],
    [t('fields.partNumber'), batch.partNumber],
    [t('fields.revision'), batch.revision],
    [t('fields.lot'), batch.lot],
    [t('fields.order'), batch.order],
    [t('fields.images'), format.count(images)],
    [t('fields.recipe'), next ? `${next.recipe.name} · ${t('recipe.revision', next)}` : t('recipe.standard')],
    ...(used ? [[t('fields.used'), `${used.recipe.name} · ${t('recipe.revision', used)}`] as const] : []),
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
