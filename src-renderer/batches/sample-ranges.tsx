import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconContrast } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type BatchRange,
  bitsOf,
  isSameRange,
  SAMPLE_KINDS,
  type SampleKind,
} from '../../src-shared/batch-range.ts';
import type { BatchSummaryRow } from '../../src-shared/contract/batches.ts';
import type { SampleRange } from '../../src-shared/sample-range.ts';
import { plainText } from '../i18n/plain-text.ts';
import { useDenied } from '../state/people.ts';
import { useFormat } from '../ui/use-format.ts';
import { batchState } from './batch-state.ts';
import classes from './batches.module.css';
import { SampleRangeDialog } from './sample-range-dialog.tsx';
import type { RunActions } from './use-run-actions.ts';

/**
 * What is black and white in a batch's images of more than 8 bits, who said so, and whether the results were made
 * with it. Nothing for batches without such images.
 */
export function SampleRangesPanel({
  row,
  actions,
}: {
  readonly row: BatchSummaryRow;
  readonly actions: RunActions;
}) {
  const { t } = useTranslation('batches');
  const denied = useDenied();
  const text = useRangeText();
  const [changed, change] = useState<SampleKind | null>(null);
  const { batch, run } = row;
  const kinds = SAMPLE_KINDS.filter((kind) => batch.sampleRanges[kind] !== null);
  if (kinds.length === 0) return null;
  const others = kinds.filter(
    (kind) => run && run.done > 0 && !isSameRange(run.run.sampleRanges[kind], batch.sampleRanges[kind]),
  );
  const isAtWork = ['running', 'paused'].includes(batchState(row));
  return (
    <section aria-label={t('samples.title')} data-testid="sample-ranges">
      <Stack gap={6}>
        {kinds.map((kind) => {
          const range = batch.sampleRanges[kind]!;
          return (
            <Group key={kind} gap="xs" wrap="nowrap">
              <IconContrast size={16} aria-hidden className={classes.noShrink} />
              <Text size="sm" flex={1}>
                {t('samples.range', { range: text(range) })}{' '}
                <Text span size="sm" c="dimmed">
                  <Source range={range} />
                </Text>
              </Text>
              <Button
                size="compact-sm"
                variant="default"
                {...denied('batches.changeSampleRange')}
                onClick={() => change(kind)}
              >
                {t('samples.change')}
              </Button>
            </Group>
          );
        })}
        {others.map((kind) => (
          <Alert
            key={kind}
            color="yellow"
            p="xs"
            icon={<IconAlertTriangle size={18} />}
            data-testid="range-changed"
          >
            <Group justify="space-between" gap="xs">
              <Text size="sm" flex={1}>
                {run!.run.sampleRanges[kind]
                  ? t('samples.results', { range: text(run!.run.sampleRanges[kind]) })
                  : t('samples.results-without')}
              </Text>
              <Button size="compact-sm" disabled={isAtWork || actions.busy} onClick={actions.start}>
                {t('run.again')}
              </Button>
            </Group>
          </Alert>
        ))}
      </Stack>
      <SampleRangeDialog batch={changed && batch} kind={changed ?? 'integer'} onClose={() => change(null)} />
    </section>
  );
}

/** "0 – 4,095 (12 bits)" */
function useRangeText(): (range: SampleRange) => string {
  const { t } = useTranslation('batches');
  const format = useFormat();
  return (range) => {
    const values = { low: format.number(range.low), high: format.number(range.high) };
    const bits = bitsOf(range);
    return bits === null ? t('samples.values', values) : t('samples.values-of-bits', { ...values, bits });
  };
}

function Source({ range: { images, setBy } }: { readonly range: BatchRange }) {
  const { t } = useTranslation('batches');
  const format = useFormat();
  if (images === null) return t('samples.set-by', { name: plainText(setBy ?? '') });
  return t('samples.measured', { count: images, number: format.count(images) });
}
