import { Button, Group, Modal, NumberInput, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Batch } from '../../src-shared/batch.ts';
import type { SampleKind } from '../../src-shared/batch-range.ts';
import type { SampleRange } from '../../src-shared/sample-range.ts';
import { failureOf } from '../api/connection.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import { FailureDetails } from '../ui/failure-details.tsx';

/** Bits per sample of the cameras that there are. */
const CAMERA_BITS = [10, 12, 14, 16];

interface SampleRangeDialogProps {
  /** Null: closed. */
  readonly batch: Batch | null;
  readonly kind: SampleKind;
  onClose(): void;
}

/** Changes what is black and white in a batch's images. */
export function SampleRangeDialog({ batch, kind, onClose }: SampleRangeDialogProps) {
  const { t } = useTranslation(['batches', 'app']);
  return (
    <Modal
      opened={batch !== null}
      onClose={onClose}
      title={t('samples.title')}
      closeButtonProps={{ 'aria-label': t('app:close') }}
    >
      {batch && <RangeForm batch={batch} kind={kind} onClose={onClose} />}
    </Modal>
  );
}

function RangeForm({ batch, kind, onClose }: SampleRangeDialogProps & { readonly batch: Batch }) {
  const { t } = useTranslation(['batches', 'app']);
  const { api, client } = useWorkstation();
  const queries = useQueryClient();
  const inspector = useSession((session) => session.inspector);
  const present = batch.sampleRanges[kind];
  const [low, setLow] = useState<number | string>(present?.low ?? 0);
  const [high, setHigh] = useState<number | string>(present?.high ?? 1);
  const save = useMutation({
    mutationFn: (range: SampleRange | null) =>
      client.batches.changeSampleRange({ id: batch.id, kind, range, inspector }),
    onSuccess: async () => {
      // Pictures have other addresses now.
      await queries.invalidateQueries({ queryKey: api.review.key() });
      onClose();
    },
  });
  const isRange = typeof low === 'number' && typeof high === 'number' && low < high;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (isRange) save.mutate({ low, high });
      }}
    >
      <Stack gap="sm">
        <Text size="sm">{t('samples.why')}</Text>
        <Group grow align="flex-start">
          <NumberInput
            label={t('samples.black')}
            value={low}
            allowDecimal={kind === 'float'}
            data-autofocus
            onChange={setLow}
          />
          <NumberInput
            label={t('samples.white')}
            value={high}
            allowDecimal={kind === 'float'}
            error={isRange || high === '' ? undefined : t('samples.not-a-range')}
            onChange={setHigh}
          />
        </Group>
        {kind === 'integer' && (
          <Group gap="xs">
            {CAMERA_BITS.map((bits) => (
              <Button
                key={bits}
                size="compact-sm"
                variant="default"
                onClick={() => {
                  setLow(0);
                  setHigh(2 ** bits - 1);
                }}
              >
                {t('samples.bits', { bits })}
              </Button>
            ))}
          </Group>
        )}
        {save.error && (
          <div role="alert">
            <FailureDetails failure={failureOf(save.error)} />
          </div>
        )}
        <Group justify="space-between">
          <Button variant="subtle" disabled={save.isPending} onClick={() => save.mutate(null)}>
            {t('samples.measure')}
          </Button>
          <Button type="submit" disabled={!isRange} loading={save.isPending}>
            {t('samples.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
