import { Button, Group, Loader } from '@mantine/core';
import {
  IconPhotoSearch,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerStop,
  IconPlus,
  IconRefresh,
} from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { BatchSummaryRow } from '../../src-shared/contract/batches.ts';
import { KeyHint } from '../keys/key-hint.tsx';
import { useFormat } from '../ui/use-format.ts';
import { batchState } from './batch-state.ts';
import { openBatch } from './batches-actions.ts';
import type { BatchCommands } from './use-batch-commands.ts';
import type { RunActions } from './use-run-actions.ts';

/** What can be done with a batch's run in the state that it is in; the first button is what Enter does. */
export function RunButtons({
  row,
  actions: { busy, ...actions },
  commands,
}: {
  readonly row: BatchSummaryRow;
  readonly actions: RunActions;
  readonly commands: BatchCommands;
}) {
  const { t } = useTranslation('batches');
  const format = useFormat();
  const state = batchState(row);
  const isEnded = state === 'done' || state === 'cancelled';
  const isHalted = state === 'paused' || state === 'stopped';
  const failed = row.run?.failed ?? 0;
  // Its folder is stopped instead, above the list.
  const followed = row.run?.followed ?? false;
  const rest = { variant: 'default', disabled: busy } as const;
  return (
    <Group gap="xs">
      {state === 'empty' && (
        <Button leftSection={<IconPlus size={16} />} onClick={commands.addImages}>
          {t('add-images')}
        </Button>
      )}
      {state === 'fresh' && (
        <Button
          leftSection={<IconPlayerPlay size={16} />}
          rightSection={<KeyHint action={openBatch} />}
          loading={busy}
          onClick={actions.start}
        >
          {t('run.start', { count: row.images, number: format.count(row.images) })}
        </Button>
      )}
      {(state === 'running' || isHalted || isEnded) && (
        <Button
          leftSection={<IconPhotoSearch size={16} />}
          rightSection={<KeyHint action={openBatch} />}
          onClick={commands.review}
        >
          {t('run.review')}
        </Button>
      )}
      {state === 'running' && !followed && (
        <Button {...rest} leftSection={<IconPlayerPause size={16} />} onClick={actions.pause}>
          {t('run.pause')}
        </Button>
      )}
      {isHalted && (
        <Button {...rest} leftSection={<IconPlayerPlay size={16} />} onClick={actions.resume}>
          {t('run.resume')}
        </Button>
      )}
      {(state === 'stopped' || state === 'done') && failed > 0 && (
        <Button {...rest} leftSection={<IconRefresh size={16} />} onClick={actions.retry}>
          {t('run.retry', { count: failed, number: format.count(failed) })}
        </Button>
      )}
      {((state === 'running' && !followed) || isHalted) && (
        <Button {...rest} leftSection={<IconPlayerStop size={16} />} onClick={actions.cancel}>
          {t('run.cancel')}
        </Button>
      )}
      {isEnded && (
        <Button {...rest} leftSection={<IconRefresh size={16} />} onClick={actions.start}>
          {t('run.again')}
        </Button>
      )}
      {busy && state !== 'fresh' && <Loader size="xs" aria-label={t('run.busy')} />}
    </Group>
  );
}
