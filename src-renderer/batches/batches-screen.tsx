import { Button, Center, Loader, Stack, Text, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconPlus, IconStack2 } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../api/connection.ts';
import { useActions } from '../keys/use-actions.ts';
import { FailureDetails } from '../ui/failure-details.tsx';
import { Screen } from '../ui/screen.tsx';
import { BatchDetails } from './batch-details.tsx';
import { BatchDialog } from './batch-dialog.tsx';
import { BatchList } from './batch-list.tsx';
import { batchState } from './batch-state.ts';
import classes from './batches.module.css';
import { BATCH_ACTIONS } from './batches-actions.ts';
import { BatchesBar } from './batches-bar.tsx';
import { ExportDialog } from './export-dialog.tsx';
import { FollowDialog } from './follow-dialog.tsx';
import { FollowedFolders } from './followed-folders.tsx';
import { useLiveBatches } from './live-batches.ts';
import { PurgeDialog } from './purge-dialog.tsx';
import { type BatchCommands, useBatchCommands } from './use-batch-commands.ts';
import { useBatchDialogs } from './use-batch-dialogs.ts';
import { type BatchListState, type BatchView, useBatchList } from './use-batch-list.ts';
import { type RunActions, useRunActions } from './use-run-actions.ts';
import { useUndoable } from './use-undoable.tsx';

/** All batches, and what can be done with the selected one. */
export function BatchesScreen() {
  const { t } = useTranslation(['batches', 'app']);
  const [view, setView] = useState<BatchView>('current');
  const [search, setSearch] = useState('');
  const [wanted] = useDebouncedValue(search.trim(), 200);
  const searchField = useRef<HTMLInputElement>(null);
  useLiveBatches();
  const list = useBatchList(view, wanted);
  const { rows, row } = list;
  const dialogs = useBatchDialogs();
  const { task, setTask, purged, setPurged, exported, setExported } = dialogs;
  const [isFollowing, setFollowing] = useState(false);
  const openNew = () => setTask({ kind: 'new', paths: [] });
  const { change, undoNewest } = useUndoable();
  const commands = useBatchCommands(list, dialogs, change);
  const actions = useRunActions(row);
  const state = row && batchState(row);
  const open = () => {
    if (row?.deletedAt !== null) return;
    if (state === 'empty') commands.addImages();
    else if (state === 'fresh') actions.start();
    else commands.review();
  };
  useActions(BATCH_ACTIONS, {
    ...commands,
    openNew,
    open,
    search: () => searchField.current?.focus(),
    pauseOrResume: () => {
      if (state === 'running') actions.pause();
      if (state === 'paused' || state === 'stopped') actions.resume();
    },
    undoNewest,
  });
  return (
    <Screen
      title={t('app:screens.batches')}
      beside={
        <BatchesBar
          search={search}
          onSearch={setSearch}
          searchField={searchField}
          view={view}
          onView={setView}
          canEmpty={view === 'deleted' && rows !== undefined && rows.length > 0}
          onEmpty={() => setPurged({ batch: null })}
          onNew={openNew}
          onFollow={() => setFollowing(true)}
        />
      }
    >
      <FollowedFolders
        onShow={(batchId) => {
          setView('current');
          setSearch('');
          list.select(batchId);
        }}
      />
      {row ? (
        <Body list={list} actions={actions} commands={commands} onOpen={open} />
      ) : (
        <Center className={classes.empty}>
          <NoBatch list={list} what={wanted === '' ? view : 'search'} onNew={openNew} />
        </Center>
      )}
      <BatchDialog
        task={task}
        onPaths={(paths) => setTask((current) => current && { ...current, paths })}
        onClose={() => setTask(null)}
        onMade={() => {
          setView('current');
          setSearch('');
        }}
      />
      <FollowDialog opened={isFollowing} onClose={() => setFollowing(false)} />
      <PurgeDialog task={purged} onClose={() => setPurged(null)} />
      <ExportDialog runId={exported} onClose={() => setExported(null)} />
    </Screen>
  );
}

function Body({
  list: { rows = [], row, index, select },
  actions,
  commands,
  onOpen,
}: {
  readonly list: BatchListState;
  readonly actions: RunActions;
  readonly commands: BatchCommands;
  onOpen(): void;
}) {
  const { t } = useTranslation('batches');
  return (
    <div className={classes.body}>
      <BatchList rows={rows} selected={index} onSelect={(to) => select(rows[to]!.batch.id)} onOpen={onOpen} />
      <section className={classes.detailsPane} aria-label={t('selected')}>
        {row && <BatchDetails key={row.batch.id} row={row} actions={actions} commands={commands} />}
      </section>
    </div>
  );
}

function NoBatch({
  list: { rows, error },
  what,
  onNew,
}: {
  readonly list: BatchListState;
  /** Where there is none. */
  readonly what: BatchView | 'search';
  onNew(): void;
}) {
  const { t } = useTranslation('batches');
  if (!rows && error)
    return (
      <div role="alert">
        <FailureDetails failure={failureOf(error)} />
      </div>
    );
  if (!rows) return <Loader aria-label={t('loading')} />;
  return (
    <Stack align="center" maw={440} ta="center" gap="sm">
      <IconStack2 size={48} stroke={1.1} aria-hidden />
      <Title order={2} size="h4">
        {t(`nothing.${what}.title`)}
      </Title>
      <Text c="dimmed">{t(`nothing.${what}.text`)}</Text>
      {what === 'current' && (
        <Button leftSection={<IconPlus size={16} />} onClick={onNew}>
          {t('new')}
        </Button>
      )}
    </Stack>
  );
}
