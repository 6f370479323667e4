import { Alert, Button, Checkbox, Code, Group, Modal, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconFolderOpen } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Download } from '../../src-shared/download.ts';
import { type ReportRecord, reportFileName } from '../../src-shared/report.ts';
import { desktop, failureOf } from '../api/connection.ts';
import { startDownload } from '../api/downloads.ts';
import type { Failure } from '../i18n/failure-text.ts';
import { plainText } from '../i18n/plain-text.ts';
import { usePeople } from '../state/people.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import { BrowserDownloadNote, type ExportPlace, ExportPlaceField } from '../ui/export-place.tsx';
import { FailureDetails } from '../ui/failure-details.tsx';
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
  const isOverNetwork = usePeople((state) => state.isOverNetwork);
  const [place, setPlace] = useState<ExportPlace>({ download: isOverNetwork, folder: '' });
  const [records, setRecords] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [saved, setSaved] = useState<SavedFiles | null>(null);
  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setFailure(null);
    try {
      const { download } = place;
      const folder = (!download && place.folder.trim()) || null;
      const files = await client.reports.save({ id: report.id, download, folder, records, inspector });
      if (files.download) startDownload(files.download);
      setSaved(files);
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
        <ExportPlaceField value={place} disabled={busy} onChange={setPlace} />
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

interface SavedFiles {
  readonly folder: string;
  readonly files: readonly string[];
  readonly download: Download | null;
}

function Saved({ folder, files, download, onClose }: SavedFiles & { onClose(): void }) {
  const { t } = useTranslation(['reports', 'app']);
  return (
    <Stack>
      {download ? (
        <BrowserDownloadNote download={download} />
      ) : (
        <Alert color="teal" icon={<IconCheck />} title={t('save-dialog.saved')} role="status">
          {files.map((file) => (
            <Text size="sm" key={file}>
              <Code style={{ overflowWrap: 'anywhere' }}>
                <bdi>{plainText(file)}</bdi>
              </Code>
            </Text>
          ))}
        </Alert>
      )}
      <Group justify="flex-end">
        {desktop && !download && (
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
