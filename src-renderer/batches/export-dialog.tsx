import {
  ActionIcon,
  Alert,
  Button,
  Checkbox,
  Code,
  Collapse,
  CopyButton,
  Group,
  Modal,
  Progress,
  Select,
  Stack,
  Text,
  TextInput,
  Tooltip,
} from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconCopy, IconFolderOpen } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ExportProgress } from '../../src-shared/contract/exports.ts';
import {
  CSV_DECIMALS,
  CSV_SEPARATORS,
  csvStyleOf,
  EXPORT_FORMATS,
  type ExportFormat,
} from '../../src-shared/export-formats.ts';
import type { ExportSummary } from '../../src-shared/progress.ts';
import { desktop, failureOf } from '../api/connection.ts';
import type { Failure } from '../i18n/failure-text.ts';
import { plainText } from '../i18n/plain-text.ts';
import { useWorkstation } from '../state/workstation.ts';
import { FailureDetails } from '../ui/failure-details.tsx';
import { FolderBrowser } from '../ui/folder-browser.tsx';
import { showError } from '../ui/show-error.tsx';
import { useFormat } from '../ui/use-format.ts';

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

/** Names of the signs in the texts. */
const SIGNS = { ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'bar', '.': 'point' } as const;

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
  const format = useFormat();
  const { client } = useWorkstation();
  const [formats, setFormats] = useState<readonly ExportFormat[]>(['csv', 'html']);
  const [csv, setCsv] = useState(() => csvStyleOf(navigator.language));
  const [folder, setFolder] = useState('');
  const [subfolder, setSubfolder] = useState(false);
  const [refusal, setRefusal] = useState<Failure | null>(null);
  const [browsing, setBrowsing] = useState(false);
  const [progress, setProgress] = useState<ExportProgress | 'starting' | null>(null);
  const abort = useRef<AbortController>(null);
  const isBusy =
    progress !== null && progress !== 'starting' ? progress.kind === 'exported' : progress !== null;
  const run = async () => {
    abort.current = new AbortController();
    const { signal } = abort.current;
    onBusy(true);
    setProgress('starting');
    setRefusal(null);
    try {
      const input = { runId, formats: [...formats], folder: folder.trim() || null, subfolder, csv };
      for await (const event of await client.exports.run(input, { signal })) setProgress(event);
      if (signal.aborted) setProgress(null);
    } catch (error) {
      setProgress(null);
      if (signal.aborted) return;
      const failure = failureOf(error);
      if (failure.code === 'export-in-the-way' || failure.details?.case === 'export-busy')
        setRefusal(failure);
      else showError(error);
    } finally {
      onBusy(false);
    }
  };
  if (progress !== null && progress !== 'starting' && progress.kind === 'finished') {
    const { folder: result, files, summary } = progress;
    return (
      <Stack>
        <Alert
          color="teal"
          icon={<IconCheck />}
          title={t('export.finished', { count: files.length, number: format.count(files.length) })}
        >
          <Group gap={6} wrap="nowrap" align="flex-start">
            <Code style={{ overflowWrap: 'anywhere' }}>
              <bdi>{plainText(result)}</bdi>
            </Code>
            <CopyButton value={result}>
              {({ copied, copy }) => (
                <Tooltip label={t(copied ? 'export.copied' : 'export.copy')}>
                  <ActionIcon variant="subtle" size="sm" aria-label={t('export.copy')} onClick={copy}>
                    {copied ? <IconCheck size={15} /> : <IconCopy size={15} />}
                  </ActionIcon>
                </Tooltip>
              )}
            </CopyButton>
          </Group>
        </Alert>
        <Remarks summary={summary} />
        <Group justify="flex-end">
          {desktop && (
            <Button
              variant="default"
              leftSection={<IconFolderOpen size={16} />}
              onClick={() => void desktop?.showInFolder(result).catch(showError)}
            >
              {t('export.show')}
            </Button>
          )}
          <Button data-autofocus onClick={onClose}>
            {t('app:close')}
          </Button>
        </Group>
      </Stack>
    );
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void run();
      }}
    >
      <Stack>
        <Checkbox.Group
          label={t('export.formats')}
          value={[...formats]}
          onChange={(values) => setFormats(EXPORT_FORMATS.filter((name) => values.includes(name)))}
        >
          <Stack gap={8} mt={8}>
            {EXPORT_FORMATS.map((name) => (
              <Checkbox
                key={name}
                value={name}
                label={t(`export.names.${name}`)}
                description={t(`export.about.${name}`)}
                disabled={isBusy}
              />
            ))}
          </Stack>
        </Checkbox.Group>
        {formats.includes('csv') && (
          <Group grow>
            <Select
              label={t('export.csv.separator')}
              allowDeselect={false}
              disabled={isBusy}
              value={csv.separator}
              data={CSV_SEPARATORS.map((value) => ({ value, label: t(`export.csv.sign.${SIGNS[value]}`) }))}
              onChange={(separator) => {
                // The decimal mark gives way: a sign cannot be both.
                if (separator) setCsv({ separator, decimal: separator === ',' ? '.' : csv.decimal });
              }}
            />
            <Select
              label={t('export.csv.decimal')}
              allowDeselect={false}
              disabled={isBusy}
              value={csv.decimal}
              data={CSV_DECIMALS.map((value) => ({
                value,
                label: t(`export.csv.number.${SIGNS[value]}`),
                disabled: value === csv.separator,
              }))}
              onChange={(decimal) => decimal && setCsv({ ...csv, decimal })}
            />
          </Group>
        )}
        <Group align="flex-end" gap={6} wrap="nowrap">
          <TextInput
            flex={1}
            label={t('export.folder')}
            placeholder={t('export.default-folder')}
            value={folder}
            disabled={isBusy}
            onChange={(event) => setFolder(event.currentTarget.value)}
          />
          <Button
            variant="default"
            disabled={isBusy}
            aria-expanded={desktop ? undefined : browsing}
            onClick={async () => {
              if (!desktop) return setBrowsing(!browsing);
              const [chosen] = await desktop.chooseFolders();
              if (chosen) setFolder(chosen);
            }}
          >
            {t('export.choose')}
          </Button>
        </Group>
        {!desktop && (
          <Collapse expanded={browsing}>
            {browsing && (
              <FolderBrowser
                pickLabel={(name) => t('export.into', { name })}
                onPick={(path) => {
                  setFolder(path);
                  setBrowsing(false);
                }}
              />
            )}
          </Collapse>
        )}
        {folder.trim() !== '' && (
          <Checkbox
            label={t('export.subfolder')}
            checked={subfolder}
            disabled={isBusy}
            onChange={(event) => {
              setSubfolder(event.currentTarget.checked);
              setRefusal(null);
            }}
          />
        )}
        {refusal && (
          <Alert color="red" role="alert" icon={<IconAlertTriangle />}>
            <FailureDetails failure={refusal} size="sm" />
          </Alert>
        )}
        {isBusy && (
          <div aria-live="polite">
            <Progress
              value={
                progress === 'starting' || progress === null || progress.kind !== 'exported'
                  ? 0
                  : (100 * progress.done) / Math.max(1, progress.total)
              }
              animated
              mb={4}
              aria-label={t('export.title')}
            />
            <Text size="sm" c="dimmed">
              {progress !== 'starting' && progress?.kind === 'exported'
                ? t('export.progress', {
                    format: t(`export.names.${progress.format as ExportFormat}`, {
                      defaultValue: progress.format,
                    }),
                    done: format.count(progress.done),
                    total: format.count(progress.total),
                  })
                : t('export.starting')}
            </Text>
          </div>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={isBusy ? () => abort.current?.abort() : onClose}>
            {t('app:cancel')}
          </Button>
          <Button type="submit" data-autofocus loading={isBusy} disabled={formats.length === 0}>
            {t('export.submit')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** What has to be known about the images in an export. */
function Remarks({ summary }: { readonly summary: ExportSummary }) {
  const { t } = useTranslation('batches');
  const format = useFormat();
  const kinds = (['changed', 'missing', 'failed', 'pending'] as const).filter((kind) => summary[kind] > 0);
  if (kinds.length === 0) return null;
  return (
    <Alert color="yellow" icon={<IconAlertTriangle />}>
      {kinds.map((kind) => (
        <Text size="sm" key={kind}>
          {t(`export.remarks.${kind}`, { count: summary[kind], number: format.count(summary[kind]) })}
        </Text>
      ))}
    </Alert>
  );
}
