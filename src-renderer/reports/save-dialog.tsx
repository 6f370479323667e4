import { Alert, Button, Checkbox, Code, Group, Modal, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconFolderOpen } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type ReportRecord, reportFileName } from '../../src-shared/report.ts';
import { desktop, failureOf } from '../api/connection.ts';
import type { Failure } from '../i18n/failure-text.ts';
import { plainText } from '../i18n/plain-text.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import { FailureDetails } from '../ui/failure-details.tsx';
import { FolderField } from '../ui/folder-field.tsx';
import { showError } from '../ui/show-error.tsx';

interface SaveDialogProps {
  /** Null: closed. */
  readonly report: ReportRecord | null;
  onClose(): void;
}

/** Copies a report into a folder. */
export function SaveDialog({ report, onClose }: SaveDialogProps) {
  const { t } = useTranslation(['reports', 'app']);
  return (
    <Modal
      opened={report !== null}
      onClose={onClose}
      title={report && t('save-dialog.title', { name: reportFileName(report) })}
      size={560}
      closeButtonProps={{ 'aria-label': t('app:close') }}
    >
      {report && <Form report={report} onClose={onClose} />}
    </Modal>
  );
}

function Form({ report, onClose }: { readonly report: ReportRecord; onClose(): void }) {
  const { t } = useTranslation(['reports', 'app']);
  const { client } = useWorkstation();
  const inspector = useSession((session) => session.inspector);
  const [folder, setFolder] = useState('');
  const [records, setRecords] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [saved, setSaved] = useState<{ readonly folder: string; readonly files: readonly string[] } | null>(
    null,
  );
  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setFailure(null);
    try {
      setSaved(
        await client.reports.save({ id: report.id, folder: folder.trim() || null, records, inspector }),
      );
    } catch (error) {
      setFailure(failureOf(error));
    } finally {
      setBusy(false);
    }
  };
  if (saved) return <Saved {...saved} onClose={onClose} />;
  return (
    <form onSubmit={(event) => void save(event)}>
      <Stack>
        <FolderField value={folder} disabled={busy} onChange={setFolder} />
        <Checkbox
          label={t('save-dialog.records')}
          description={t('save-dialog.records-why')}
          checked={records}
          disabled={busy}
          onChange={(event) => setRecords(event.currentTarget.checked)}
        />
        {failure && (
          <Alert color="red" role="alert" icon={<IconAlertTriangle />}>
            <FailureDetails failure={failure} size="sm" />
          </Alert>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('app:cancel')}
          </Button>
          <Button type="submit" data-autofocus loading={busy}>
            {t('save-dialog.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Saved({
  folder,
  files,
  onClose,
}: {
  readonly folder: string;
  readonly files: readonly string[];
  onClose(): void;
}) {
  const { t } = useTranslation(['reports', 'app']);
  return (
    <Stack>
      <Alert color="teal" icon={<IconCheck />} title={t('save-dialog.saved')} role="status">
        {files.map((file) => (
          <Text size="sm" key={file}>
            <Code style={{ overflowWrap: 'anywhere' }}>
              <bdi>{plainText(file)}</bdi>
            </Code>
          </Text>
        ))}
      </Alert>
      <Group justify="flex-end">
        {desktop && (
          <Button
            variant="default"
            leftSection={<IconFolderOpen size={16} />}
            onClick={() => void desktop?.showInFolder(folder).catch(showError)}
          >
            {t('save-dialog.show')}
          </Button>
        )}
        <Button data-autofocus onClick={onClose}>
          {t('app:close')}
        </Button>
      </Group>
    </Stack>
  );
}
