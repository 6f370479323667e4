import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconRuler2 } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { BatchSummaryRow } from '../../src-shared/contract/batches.ts';
import { isSameScale } from '../../src-shared/scale.ts';
import { useDenied } from '../state/people.ts';
import { useSizeText } from '../ui/size-text.ts';
import { batchState } from './batch-state.ts';
import classes from './batches.module.css';
import { ScaleDialog } from './scale-dialog.tsx';
import type { RunActions } from './use-run-actions.ts';

/** How large a pixel of a batch's images is, on which image that was set, and whether the results were measured with it. */
export function ScalePanel({
  row,
  actions,
}: {
  readonly row: BatchSummaryRow;
  readonly actions: RunActions;
}) {
  const { t } = useTranslation('batches');
  const denied = useDenied();
  const text = useSizeText();
  const [isOpen, setOpen] = useState(false);
  const { batch, run } = row;
  const { scale } = batch;
  const used = run && run.done > 0 ? run.run.scale : scale;
  const isOther = scale !== null && !isSameScale(used, scale);
  const isAtWork = ['running', 'paused'].includes(batchState(row));
  return (
    <section aria-label={t('scale.title')} data-testid="scale">
      <Stack gap={6}>
        <Group gap="xs" wrap="nowrap">
          <IconRuler2 size={16} aria-hidden className={classes.noShrink} />
          <Text size="sm" flex={1} c={scale ? undefined : 'dimmed'}>
            {scale ? text.scale(scale) : t('scale.none')}
          </Text>
          <Button
            size="compact-sm"
            variant="default"
            {...denied('batches.changeScale')}
            onClick={() => setOpen(true)}
          >
            {t(scale ? 'scale.change' : 'scale.set')}
          </Button>
        </Group>
        {isOther && !used && (
          <Text size="xs" c="dimmed" data-testid="scale-later">
            {t('scale.results-without')}
          </Text>
        )}
        {isOther && used && (
          <Alert color="yellow" p="xs" icon={<IconAlertTriangle size={18} />} data-testid="scale-changed">
            <Group justify="space-between" gap="xs">
              <Text size="sm" flex={1}>
                {t('scale.results', { scale: text.scale(used) })}
              </Text>
              <Button size="compact-sm" disabled={isAtWork || actions.busy} onClick={actions.start}>
                {t('run.again')}
              </Button>
            </Group>
          </Alert>
        )}
      </Stack>
      <ScaleDialog batch={isOpen ? batch : null} onClose={() => setOpen(false)} />
    </section>
  );
}
