import { Alert, Button, Checkbox, Group, Modal, Stack } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { csvStyleOf } from '../../src-shared/export-formats.ts';
import { usePeople } from '../state/people.ts';
import { ExportPlaceField } from '../ui/export-place.tsx';
import { FailureDetails } from '../ui/failure-details.tsx';
import { CsvFields, FormatsField } from './export-fields.tsx';
import { ExportBar, FinishedExportNote } from './export-outcome.tsx';
import { type ExportChoice, useExport } from './use-export.ts';

/** Writes a run's results to files. */
export function ExportDialog({
  runId,
  onClose,
}: {
  /** Null: closed. */
  readonly runId: number | null;
  onClose(): void;
}) {
  const { t } = useTranslation(['batches', 'app']);
  const [busy, setBusy] = useState(false);
  return (
    <Modal
      opened={runId !== null}
      onClose={onClose}
      title={t('export.title')}
      size={560}
      closeOnEscape={!busy}
      closeOnClickOutside={false}
      withCloseButton={!busy}
      closeButtonProps={{ 'aria-label': t('app:close') }}
    >
      {runId !== null && <ExportForm runId={runId} onClose={onClose} onBusy={setBusy} />}
    </Modal>
  );
}

function ExportForm({
  runId,
  onClose,
  onBusy,
}: {
  readonly runId: number;
  onClose(): void;
  onBusy(busy: boolean): void;
}) {
  const { t } = useTranslation(['batches', 'app']);
  const isOverNetwork = usePeople((state) => state.isOverNetwork);
  const [choice, setChoice] = useState<ExportChoice>(() => ({
    formats: ['csv', 'html'],
    csv: csvStyleOf(navigator.language),
    place: { download: isOverNetwork, folder: '' },
    subfolder: false,
  }));
  const { run, cancel, working, finished, refusal, forgive } = useExport(runId, onBusy);
  const field = <Field extends keyof ExportChoice>(name: Field) => ({
    value: choice[name],
    disabled: working !== null,
    onChange: (value: ExportChoice[Field]) => setChoice((current) => ({ ...current, [name]: value })),
  });
  if (finished) return <FinishedExportNote outcome={finished} onClose={onClose} />;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void run(choice);
      }}
    >
      <Stack>
        <FormatsField {...field('formats')} />
        {choice.formats.includes('csv') && <CsvFields {...field('csv')} />}
        <ExportPlaceField {...field('place')} />
        {!choice.place.download && choice.place.folder.trim() !== '' && (
          <Checkbox
            label={t('export.subfolder')}
            checked={choice.subfolder}
            disabled={working !== null}
            onChange={(event) => {
              field('subfolder').onChange(event.currentTarget.checked);
              forgive();
            }}
          />
        )}
        {refusal && (
          <Alert color="red" role="alert" icon={<IconAlertTriangle />}>
            <FailureDetails failure={refusal} size="sm" />
          </Alert>
        )}
        {working && <ExportBar progress={working} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={working ? cancel : onClose}>
            {t('app:cancel')}
          </Button>
          <Button
            type="submit"
            data-autofocus
            loading={working !== null}
            disabled={choice.formats.length === 0}
          >
            {t('export.submit')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
