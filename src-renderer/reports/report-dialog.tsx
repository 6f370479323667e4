import { Alert, Button, Center, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { IconAlertTriangle, IconEye } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ReportOptionsInput, ReportRecord, ReportRemarks } from '../../src-shared/report.ts';
import { authorisedMediaUrls } from '../api/browser-access.ts';
import { PdfView } from '../pdf-view/pdf-view.tsx';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import { FailureDetails } from '../ui/failure-details.tsx';
import { CompanyLine } from './company-line.tsx';
import { LookFields } from './look-fields.tsx';
import { MakingBar } from './making-bar.tsx';
import { Remarks } from './remarks.tsx';
import {
  draftOfReport,
  missingIn,
  newDraft,
  optionsOf,
  type ReportDraft,
  type ReportSubject,
} from './report-draft.ts';
import classes from './reports.module.css';
import { SubjectFields } from './subject-fields.tsx';
import { useMaking } from './use-making.ts';

/** What a dialog makes: a new report, or the next revision of one. */
export type ReportTask =
  | { readonly kind: 'new'; readonly subject: ReportSubject }
  | { readonly kind: 'revise'; readonly report: ReportRecord };

/** What was made, with what has to be known about it. */
export interface FiledReport {
  readonly report: ReportRecord;
  readonly remarks: ReportRemarks;
}

interface ReportDialogProps {
  /** Null: closed. */
  readonly task: ReportTask | null;
  onClose(): void;
  onMade(made: FiledReport): void;
}

/** Puts a report together, shows a draft of it, makes it and files it. */
export function ReportDialog({ task, onClose, onMade }: ReportDialogProps) {
  const { t } = useTranslation(['reports', 'app']);
  return (
    <Modal
      opened={task !== null}
      onClose={onClose}
      title={
        task?.kind === 'revise'
          ? t('dialog.revise', { number: task.report.number, revision: task.report.revision + 1 })
          : t('dialog.new')
      }
      size="min(1360px, 96vw)"
      yOffset="2vh"
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': t('app:close') }}
    >
      {task && <Form task={task} onClose={onClose} onMade={onMade} />}
    </Modal>
  );
}

function Form({ task, onClose, onMade }: Omit<ReportDialogProps, 'task'> & { readonly task: ReportTask }) {
  const { t } = useTranslation(['reports', 'app']);
  const { api, client } = useWorkstation();
  const { inspector, language } = useSession();
  const [draft, setDraft] = useState<ReportDraft>(() =>
    task.kind === 'new'
      ? newDraft(task.subject, language)
      : draftOfReport(task.report.batchId, task.report.options),
  );
  const [reason, setReason] = useState('');
  const { data: company } = useQuery(api.reports.company.queryOptions());
  const preview = useMaking<{ readonly id: number; readonly remarks: ReportRemarks }>();
  const making = useMaking<FiledReport>();
  const [shown, setShown] = useState<string | null>(null);
  const options = company ? optionsOf(draft, company, timeZone()) : null;
  const missing = missingIn(draft) ?? (task.kind === 'revise' && reason.trim() === '' ? 'reason' : null);
  const isBusy = making.progress !== null;
  const look = (given: ReportOptionsInput) => {
    setShown(JSON.stringify(given));
    void preview.start((signal) => client.reports.preview({ options: given, inspector }, { signal }));
  };
  const make = async (event: FormEvent) => {
    event.preventDefault();
    if (!options || missing !== null || isBusy) return;
    preview.cancel();
    const made = await making.start((signal) =>
      task.kind === 'new'
        ? client.reports.make({ options, inspector }, { signal })
        : client.reports.revise(
            { id: task.report.id, options, reason: reason.trim(), inspector },
            { signal },
          ),
    );
    if (made) onMade({ report: made.report, remarks: made.remarks });
  };
  const change = (changes: Partial<ReportDraft>) => setDraft((current) => ({ ...current, ...changes }));
  return (
    <form className={classes.dialog} onSubmit={(event) => void make(event)} noValidate>
      <div className={classes.form}>
        <fieldset className={classes.fields} disabled={isBusy}>
          <Stack gap="sm">
            {task.kind === 'revise' && (
              <Textarea
                label={t('dialog.reason')}
                description={t('dialog.reason-why')}
                required
                rows={2}
                maxLength={1000}
                data-autofocus
                value={reason}
                onChange={(event) => setReason(event.currentTarget.value)}
              />
            )}
            <SubjectFields draft={draft} isFixed={task.kind === 'revise'} onChange={change} />
            <LookFields draft={draft} onChange={change} />
            <CompanyLine />
          </Stack>
        </fieldset>
        <Footer
          {...{ missing, isBusy }}
          isRevision={task.kind === 'revise'}
          canLook={options !== null && preview.progress === null}
          onLook={() => options && look(options)}
          onClose={onClose}
        >
          {making.failure && (
            <Alert color="red" role="alert" icon={<IconAlertTriangle />} p="xs">
              <FailureDetails failure={making.failure} size="sm" />
            </Alert>
          )}
          {making.progress && (
            <MakingBar progress={making.progress} label={t('dialog.making')} onCancel={making.cancel} />
          )}
        </Footer>
      </div>
      <Preview
        preview={preview}
        isStale={shown !== null && (options === null || shown !== JSON.stringify(options))}
      />
    </form>
  );
}

/** What is missing, how far it is, and the buttons. */
function Footer({
  missing,
  isBusy,
  isRevision,
  canLook,
  onLook,
  onClose,
  children,
}: {
  readonly missing: 'run' | 'image' | 'label' | 'label-twice' | 'reason' | null;
  readonly isBusy: boolean;
  readonly isRevision: boolean;
  readonly canLook: boolean;
  onLook(): void;
  onClose(): void;
  readonly children: ReactNode;
}) {
  const { t } = useTranslation(['reports', 'app']);
  return (
    <Stack gap="xs" className={classes.footer}>
      {children}
      {missing && (
        <Text size="xs" c="dimmed" role="note">
          {t(`dialog.missing.${missing}`)}
        </Text>
      )}
      <Group justify="flex-end" gap="xs" wrap="nowrap">
        <Button variant="default" onClick={onClose}>
          {t('app:cancel')}
        </Button>
        <Button
          variant="default"
          leftSection={<IconEye size={16} />}
          disabled={!canLook || isBusy}
          onClick={onLook}
        >
          {t('dialog.preview')}
        </Button>
        <Button type="submit" loading={isBusy} disabled={missing !== null}>
          {t(isRevision ? 'dialog.make-revision' : 'dialog.make')}
        </Button>
      </Group>
    </Stack>
  );
}

function Preview({
  preview,
  isStale,
}: {
  readonly preview: ReturnType<typeof useMaking<{ readonly id: number; readonly remarks: ReportRemarks }>>;
  readonly isStale: boolean;
}) {
  const { t } = useTranslation('reports');
  const { progress, end, failure, cancel } = preview;
  return (
    <section className={classes.preview} aria-label={t('dialog.preview')} data-testid="preview">
      {progress && (
        <div className={classes.notes}>
          <MakingBar progress={progress} label={t('dialog.drafting')} onCancel={cancel} />
        </div>
      )}
      {failure && (
        <Alert color="red" role="alert" m="sm" icon={<IconAlertTriangle />}>
          <FailureDetails failure={failure} size="sm" />
        </Alert>
      )}
      {end && (
        <>
          <div className={classes.notes}>
            {isStale && (
              <Text size="sm" fw={600} role="status">
                {t('dialog.stale')}
              </Text>
            )}
            <Remarks remarks={end.remarks} />
          </div>
          <PdfView address={authorisedMediaUrls.reportPreview(end.id)} label={t('dialog.draft')} />
        </>
      )}
      {!progress && !failure && !end && (
        <Center flex={1} p="xl">
          <Text size="sm" c="dimmed" ta="center" maw={360}>
            {t('dialog.no-preview')}
          </Text>
        </Center>
      )}
    </section>
  );
}

/** Of who sits at the window. */
function timeZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}
