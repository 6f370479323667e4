import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../ui/use-format.ts';
import { ChangesList } from './changes-list.tsx';
import { Remarks } from './remarks.tsx';
import type { FiledReport } from './report-dialog.tsx';

/** What was made, and what has to be known about it: a number, what is missing in it, what has changed. */
export function MadeNote({
  made,
  onClose,
}: {
  /** Null: closed. */
  readonly made: FiledReport | null;
  onClose(): void;
}) {
  const { t } = useTranslation(['reports', 'app']);
  const format = useFormat();
  return (
    <Modal
      opened={made !== null}
      onClose={onClose}
      title={made && t('made.title', { number: made.report.number, revision: made.report.revision })}
      size="lg"
      closeButtonProps={{ 'aria-label': t('app:close') }}
    >
      {made && (
        <Stack gap="sm">
          <Text size="sm">
            {t('made.holds', {
              pages: format.count(made.remarks.pages),
              pictures: format.count(made.remarks.pictures),
            })}
          </Text>
          <Remarks remarks={made.remarks} />
          {made.report.changes !== null && (
            <div>
              <Text size="sm" fw={600}>
                {t('changes.title', { revision: made.report.revision - 1 })}
              </Text>
              <ChangesList report={made.report} />
            </div>
          )}
          <Group justify="flex-end">
            <Button data-autofocus onClick={onClose}>
              {t('app:close')}
            </Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}
