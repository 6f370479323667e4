import {
  Button,
  Center,
  Group,
  Kbd,
  Loader,
  SegmentedControl,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconPlus, IconSearch, IconStack2, IconTrashX, IconUpload } from '@tabler/icons-react';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Action } from '../../src-shared/permissions.ts';
import { EMPTY_FILTER } from '../../src-shared/review-queue.ts';
import { desktop, failureOf } from '../api/connection.ts';
import { addPaths } from '../i18n/paths.ts';
import { plainText } from '../i18n/plain-text.ts';
import { useActions } from '../keys/use-actions.ts';
import { useDenied } from '../state/people.ts';
import { useReviewPositions } from '../state/review-position.ts';
import { routeTo, useGo } from '../state/routes.ts';
import { useSelectedBatch } from '../state/selected-batch.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import { FailureDetails } from '../ui/failure-details.tsx';
import { BatchDetails } from './batch-details.tsx';
import { BatchDialog, type BatchDialogTask } from './batch-dialog.tsx';
import { BatchList } from './batch-list.tsx';
import classes from './batches.module.css';
import { ExportDialog } from './export-dialog.tsx';
import { useGivenPaths } from './given-paths.ts';
import { useLiveBatches } from './live-batches.ts';
import { PurgeDialog, type PurgeTask } from './purge-dialog.tsx';
import { runState } from './run-state.ts';
import { rememberStep, undoStep } from './undo.ts';
import { useFileDrop } from './use-file-drop.ts';
import { useRunActions } from './use-run-actions.ts';

const VIEWS = ['current', 'archived', 'deleted'] as const;
type View = (typeof VIEWS)[number];

export function BatchesScreen() {
  const { t } = useTranslation(['batches', 'app']);
  const { api, client } = useWorkstation();
  const inspector = useSession((session) => session.inspector);
  const denied = useDenied();
  const go = useGo();
  const [view, setView] = useState<View>('current');
  const [search, setSearch] = useState('');
  const [wanted] = useDebouncedValue(search.trim(), 200);
  const searchField = useRef<HTMLInputElement>(null);
  useLiveBatches();
  const {
    data: rows,
    error,
    isPlaceholderData,
  } = useQuery(
    api.batches.list.queryOptions({
      input: { search: wanted, show: view },
      placeholderData: keepPreviousData,
      refetchOnMount: 'always',
    }),
  );
  const { id: selectedId, select } = useSelectedBatch();
  const found = rows?.findIndex(({ batch }) => batch.id === selectedId) ?? -1;
  const index = found >= 0 ? found : rows && rows.length > 0 ? 0 : -1;
  const row = rows?.[index];
  const rowId = row?.batch.id ?? null;
  useEffect(() => {
    if (rows && !isPlaceholderData && rowId !== selectedId && (rowId !== null || view === 'current'))
      select(rowId);
  }, [rows, isPlaceholderData, rowId, selectedId, select, view]);

  const [task, setTask] = useState<BatchDialogTask | null>(null);
  const [purged, setPurged] = useState<PurgeTask | null>(null);
  const [exported, setExported] = useState<number | null>(null);
  const openNew = useCallback((paths: readonly string[] = []) => setTask({ kind: 'new', paths }), []);
  const takePaths = useCallback((paths: readonly string[]) => {
    setTask((open) =>
      open && open.kind !== 'edit' ? { ...open, paths: addPaths(open.paths, paths) } : { kind: 'new', paths },
    );
  }, []);
  const given = useGivenPaths((given) => given.paths);
  useEffect(() => {
    if (given.length === 0) return;
    useGivenPaths.setState({ paths: [] });
    takePaths(given);
  }, [given, takePaths]);
  const isOver = useFileDrop((files) => {
    if (desktop) return takePaths(desktop.pathsOf(files));
    // A browser tells no page where a file lies, and the images stay where they are: they are chosen by looking.
    notifications.show({ title: t('drop.browser-title'), message: t('drop.browser'), autoClose: 12_000 });
    setTask((open) => open ?? { kind: 'new', paths: [] });
  });

  const actions = useRunActions(row);
  const { mutate: change } = useMutation({ mutationFn: (act: () => Promise<unknown>) => act() });
  const selectNeighbour = () => {
    const next = rows?.[index + 1] ?? rows?.[index - 1];
    if (next) select(next.batch.id);
  };
  /** Does it, and offers to take it back. */
  const withUndo = (
    name: string,
    message: string,
    act: () => Promise<unknown>,
    undo: () => Promise<unknown>,
  ) =>
    change(async () => {
      await act();
      const id = `${name}-${Date.now()}`;
      rememberStep(id, () => {
        notifications.hide(id);
        return undo();
      });
      notifications.show({
        id,
        autoClose: 10_000,
        withCloseButton: true,
        message: (
          <Group justify="space-between" wrap="nowrap">
            <Text size="sm" lineClamp={2}>
              {message}
            </Text>
            <Button
              variant="light"
              size="compact-sm"
              className={classes.noShrink}
              onClick={() => change(() => undoStep(id))}
            >
              {t('undo')}
            </Button>
          </Group>
        ),
      });
    });
  /** Says why not, where a key asks for more than the role allows. */
  const isDenied = (action: Action) => {
    const { title } = denied(action);
    if (title !== undefined) notifications.show({ color: 'yellow', message: title });
    return title !== undefined;
  };
  const archive = () => {
    if (!row || row.deletedAt !== null || isDenied('batches.archive')) return;
    const { id, name, archivedAt } = row.batch;
    const archived = archivedAt === null;
    selectNeighbour();
    withUndo(
      'archive',
      t(archived ? 'archived' : 'unarchived', { name: plainText(name) }),
      () => client.batches.archive({ id, archived, inspector }),
      () => client.batches.archive({ id, archived: !archived, inspector }).then(() => select(id)),
    );
  };
  const remove = () => {
    if (!row || ['running', 'paused'].includes(runState(row)) || isDenied('batches.delete')) return;
    const { id, name } = row.batch;
    const deleted = row.deletedAt === null;
    selectNeighbour();
    withUndo(
      'delete',
      t(deleted ? 'deleted' : 'restored', { name: plainText(name) }),
      () => client.batches.delete({ id, deleted, inspector }),
      () => client.batches.delete({ id, deleted: !deleted, inspector }).then(() => select(id)),
    );
  };
  const purge = () =>
    row && row.deletedAt !== null && !isDenied('batches.purge') && setPurged({ batch: row.batch });
  const isThere = row !== undefined && row.deletedAt === null;
  const review = () => isThere && row.images > 0 && go(routeTo.review(row.batch.id));
  const reviewDoubtful = () => {
    if (!row) return;
    const filter = { ...EMPTY_FILTER, notice: 'doubtful' as const };
    useReviewPositions.getState().move(row.batch.id, { runId: null, imageId: null, kept: false, filter });
    review();
  };
  const addImages = () => isThere && setTask({ kind: 'add', batch: row.batch, paths: [] });
  const edit = () => isThere && setTask({ kind: 'edit', batch: row.batch });
  const exportResults = () => isThere && row.run && row.run.done > 0 && setExported(row.run.run.id);
  const open = () => {
    if (!isThere) return;
    const state = runState(row);
    if (state === 'empty') addImages();
    else if (state === 'fresh') actions.start();
    else review();
  };
  useActions({
    'batches.import': () => openNew(),
    'batches.add': addImages,
    'batches.start': open,
    'batches.search': () => searchField.current?.focus(),
    'batches.pause': () => {
      const state = row && runState(row);
      if (state === 'running') actions.pause();
      if (state === 'paused' || state === 'stopped') actions.resume();
    },
    'batches.edit': edit,
    'batches.export': exportResults,
    'batches.archive': archive,
    'batches.delete': remove,
    'batches.purge': purge,
    'batches.undo': () => change(() => undoStep()),
  });
  return (
    <div className={classes.screen}>
      <header className={classes.header}>
        <Title order={1} size="h3">
          {t('app:screens.batches')}
        </Title>
        <TextInput
          ref={searchField}
          className={classes.search}
          aria-label={t('search')}
          placeholder={t('search')}
          leftSection={<IconSearch size={16} />}
          rightSection={<Kbd size="xs">/</Kbd>}
          value={search}
          maxLength={500}
          onChange={(event) => setSearch(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Escape' && event.key !== 'Enter' && event.key !== 'ArrowDown') return;
            if (event.key === 'Escape') setSearch('');
            document.querySelector<HTMLElement>(`.${classes.list}`)?.focus();
            event.preventDefault();
          }}
        />
        <SegmentedControl
          aria-label={t('show')}
          value={view}
          data={VIEWS.map((value) => ({ value, label: t(`views.${value}`) }))}
          onChange={(value) => setView(value as View)}
        />
        {view === 'deleted' && rows && rows.length > 0 && (
          <Button
            variant="default"
            leftSection={<IconTrashX size={16} />}
            {...denied('batches.purge')}
            onClick={() => setPurged({ batch: null })}
          >
            {t('purge.empty')}
          </Button>
        )}
        <Button
          leftSection={<IconPlus size={16} />}
          rightSection={<Kbd size="xs">I</Kbd>}
          onClick={() => openNew()}
        >
          {t('new')}
        </Button>
      </header>
      {rows && rows.length > 0 && row ? (
        <div className={classes.body}>
          <BatchList
            rows={rows}
            selected={index}
            onSelect={(to) => select(rows[to]!.batch.id)}
            onOpen={open}
          />
          <section className={classes.detailsPane} aria-label={t('selected')}>
            <BatchDetails
              key={row.batch.id}
              row={row}
              actions={actions}
              commands={{
                edit,
                addImages,
                exportResults,
                archive,
                remove,
                purge,
                review,
                reviewDoubtful,
                whatIf: () => go(routeTo.whatIf(row.batch.id)),
              }}
            />
          </section>
        </div>
      ) : (
        <Center className={classes.empty}>
          {rows ? (
            <Empty view={view} searching={wanted !== ''} onNew={() => openNew()} />
          ) : error ? (
            <div role="alert">
              <FailureDetails failure={failureOf(error)} />
            </div>
          ) : (
            <Loader aria-label={t('loading')} />
          )}
        </Center>
      )}
      {isOver && (
        <div className={classes.drop} aria-hidden>
          <IconUpload size={44} stroke={1.4} />
          <Text size="lg" fw={600}>
            {t('drop.here')}
          </Text>
        </div>
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
      <PurgeDialog task={purged} onClose={() => setPurged(null)} />
      <ExportDialog runId={exported} onClose={() => setExported(null)} />
    </div>
  );
}

function Empty({
  view,
  searching,
  onNew,
}: {
  readonly view: View;
  readonly searching: boolean;
  onNew(): void;
}) {
  const { t } = useTranslation(['batches', 'app']);
  const what = searching ? 'search' : view;
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
