import { Badge, Button, Group, Text } from '@mantine/core';
import { IconFolderSearch, IconPlayerStop } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { FollowedFolderView } from '../../src-shared/contract/follow.ts';
import { failureText } from '../i18n/failure-text.ts';
import { useDenied } from '../state/people.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import { PlainName } from '../ui/plain-name.tsx';
import { useFormat } from '../ui/use-format.ts';
import classes from './batches.module.css';

/** The folders that the workstation follows, and how that goes; nothing where there is none. */
export function FollowedFolders({ onShow }: { onShow(batchId: number): void }) {
  const { t } = useTranslation('batches');
  const { api } = useWorkstation();
  const { data = [] } = useQuery(api.follow.list.queryOptions());
  const followed = data.filter(({ isOn, state }) => isOn || state !== null);
  if (followed.length === 0) return null;
  return (
    <section className={classes.followed} aria-label={t('follow.followed')} data-testid="followed">
      {followed.map((folder) => (
        <FollowedRow key={folder.id} folder={folder} onShow={onShow} />
      ))}
    </section>
  );
}

function FollowedRow({
  folder,
  onShow,
}: {
  readonly folder: FollowedFolderView;
  onShow(batchId: number): void;
}) {
  const { t } = useTranslation('batches');
  const format = useFormat();
  const { client } = useWorkstation();
  const denied = useDenied();
  const inspector = useSession((session) => session.inspector);
  const stop = useMutation({ mutationFn: () => client.follow.stop({ id: folder.id, inspector }) });
  const { path, settings, state } = folder;
  const kind = conditionOf(folder);
  const { batchId = null, taken = 0, inspected = 0, failed = 0 } = state ?? {};
  const words = [
    t(`follow.batches.${settings.batchPer}`),
    ...(settings.partNumber === '' ? [] : [t('follow.part', { part: settings.partNumber })]),
    ...(settings.lot === '' ? [] : [t('follow.lot', { lot: settings.lot })]),
    t('follow.counts', {
      taken: format.count(taken),
      inspected: format.count(inspected),
      failed: format.count(failed),
    }),
  ];
  return (
    <Group className={classes.followedRow} wrap="nowrap" gap="sm">
      <IconFolderSearch size={20} stroke={1.4} aria-hidden />
      <Badge color={COLOURS[kind]} variant="light" miw="max-content">
        {t(`follow.is.${kind}`)}
      </Badge>
      <div className={classes.followedText}>
        <PlainName fw={600} size="sm">
          {path}
        </PlainName>
        <Text size="xs" c="dimmed" role="status">
          {words.join(' · ')}
        </Text>
        <Notes folder={folder} />
      </div>
      {batchId !== null && (
        <Button variant="default" size="compact-sm" onClick={() => onShow(batchId)}>
          {t('follow.show')}
        </Button>
      )}
      <Button
        variant="default"
        size="compact-sm"
        leftSection={<IconPlayerStop size={14} />}
        loading={stop.isPending}
        {...denied('follow.stop')}
        onClick={() => stop.mutate()}
      >
        {t('follow.stop')}
      </Button>
    </Group>
  );
}

/** What has to be known besides. */
function Notes({ folder: { path, error, state } }: { readonly folder: FollowedFolderView }) {
  const { t } = useTranslation('batches');
  const format = useFormat();
  const waiting = state?.waiting ?? [];
  const [first] = waiting;
  const notes = [
    ...[error, state?.trouble, state?.away].flatMap((one) => (one ? failureText(one) : [])),
    ...(first === undefined
      ? []
      : [t('follow.not-whole', { file: within(path, first), number: format.count(waiting.length) })]),
    ...(state?.isPolled ? [t('follow.polled')] : []),
    ...(state?.broker
      ? [
          state.broker.problem === null
            ? t('follow.broker-there')
            : t('follow.broker-away', {
                problem: state.broker.problem,
                waiting: format.count(state.broker.waiting),
              }),
        ]
      : []),
  ];
  return notes.map((note) => (
    <Text key={note} size="xs" c="dimmed">
      {note}
    </Text>
  ));
}

/** What a file is called below its folder. */
function within(folder: string, file: string): string {
  return file.startsWith(folder) ? file.slice(folder.length).replace(/^[\\/]+/, '') : file;
}

type Condition = 'following' | 'waiting' | 'trouble' | 'starting';
const COLOURS: Readonly<Record<Condition, string>> = {
  following: 'green',
  waiting: 'yellow',
  trouble: 'red',
  starting: 'gray',
};

function conditionOf({ state, error }: FollowedFolderView): Condition {
  if (error || state?.trouble) return 'trouble';
  if (!state) return 'starting';
  return state.away || state.waiting.length > 0 || state.broker?.problem ? 'waiting' : 'following';
}
