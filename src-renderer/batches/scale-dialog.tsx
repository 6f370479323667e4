import { Button, Group, Modal, NumberInput, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Batch } from '../../src-shared/batch.ts';
import { type Scale, scaleSchema, typedScale } from '../../src-shared/scale.ts';
import { failureOf } from '../api/connection.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import { FailureDetails } from '../ui/failure-details.tsx';
import { useSizeText } from '../ui/size-text.ts';
import { useFormat } from '../ui/use-format.ts';

interface ScaleDialogProps {
  /** Null: closed. */
  readonly batch: Batch | null;
  onClose(): void;
}

/** Says how large a pixel of a batch's images is. */
export function ScaleDialog({ batch, onClose }: ScaleDialogProps) {
  const { t } = useTranslation(['batches', 'app']);
  return (
    <Modal
      opened={batch !== null}
      onClose={onClose}
      title={t('scale.title')}
      closeButtonProps={{ 'aria-label': t('app:close') }}
    >
      {batch && <ScaleForm batch={batch} onClose={onClose} />}
    </Modal>
  );
}

function ScaleForm({ batch, onClose }: ScaleDialogProps & { readonly batch: Batch }) {
  const { t } = useTranslation(['batches', 'app']);
  const { api, client } = useWorkstation();
  const queries = useQueryClient();
  const text = useSizeText();
  const format = useFormat();
  const inspector = useSession((session) => session.inspector);
  const present = batch.scale;
  const [typed, setTyped] = useState<number | string>(present?.millimetresPerPixel ?? '');
  const save = useMutation({
    mutationFn: (scale: Scale | null) => client.batches.changeScale({ id: batch.id, scale, inspector }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: api.batches.key() });
      onClose();
    },
  });
  const read = scaleSchema.safeParse(typedScale(typeof typed === 'number' ? typed : Number.NaN));
  const isNew = read.success && read.data.millimetresPerPixel !== present?.millimetresPerPixel;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (isNew) save.mutate(read.data);
      }}
    >
      <Stack gap="sm">
        <Text size="sm">{t('scale.why')}</Text>
        {present && <Text size="sm">{text.scale(present)}</Text>}
        <NumberInput
          label={t('scale.value')}
          description={
            read.success
              ? t('scale.per-millimetre', { pixels: format.measure(1 / read.data.millimetresPerPixel, 4) })
              : undefined
          }
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          hideControls
          allowNegative={false}
          suffix=" mm"
          data-autofocus
          value={typed}
          onChange={setTyped}
        />
        <Text size="xs" c="dimmed">
          {t('scale.drawing')}
        </Text>
        {save.error && (
          <div role="alert">
            <FailureDetails failure={failureOf(save.error)} />
          </div>
        )}
        <Group justify="space-between">
          <Button
            variant="subtle"
            color="gray"
            disabled={present === null || save.isPending}
            onClick={() => save.mutate(null)}
          >
            {t('scale.remove')}
          </Button>
          <Button type="submit" disabled={!isNew} loading={save.isPending}>
            {t('scale.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
