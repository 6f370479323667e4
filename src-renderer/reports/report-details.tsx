import { Badge, Button, Group, Stack, Text, Title } from '@mantine/core';
import { IconDownload, IconFolderDown, IconRepeat } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { nonconformanceNumber } from '../../src-shared/disposition.ts';
import { type ReportRecord, reportFileName } from '../../src-shared/report.ts';
import { authorisedMediaUrls } from '../api/browser-access.ts';
import { desktop, failureOf } from '../api/connection.ts';
import { LANGUAGES } from '../i18n/index.ts';
import { plainText } from '../i18n/plain-text.ts';
import { KeyHint } from '../keys/key-hint.tsx';
import { PdfView } from '../pdf-view/pdf-view.tsx';
import { SignaturePanel } from '../signatures/signature-panel.tsx';
import { useDenied } from '../state/people.ts';
import { useWorkstation } from '../state/workstation.ts';
import { Disclosure } from '../ui/disclosure.tsx';
import { type Fact, Facts } from '../ui/facts.tsx';
import { FailureDetails } from '../ui/failure-details.tsx';
import { useFormat } from '../ui/use-format.ts';
import { ChangesList } from './changes-list.tsx';
import classes from './reports.module.css';
import { reviseAction, saveAction } from './reports-actions.ts';

interface ReportDetailsProps {
  readonly report: ReportRecord;
  onSelect(report: ReportRecord): void;
  onRevise(report: ReportRecord): void;
  onSave(report: ReportRecord): void;
}

/** A filed report: what is known of it, its earlier revisions, its signatures, and the document itself. */
export function ReportDetails(props: ReportDetailsProps) {
  const { t } = useTranslation('reports');
  const { report } = props;
  const { id, number, revision, file } = report;
  return (
    <div className={classes.details} data-testid="report-details">
      <section
        className={classes.facts}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached with the keyboard
        tabIndex={0}
        aria-label={t('numbered', { number, revision })}
      >
        <Stack gap="md">
          <Head {...props} />
          {report.reason !== '' && (
            <div>
              <Text size="sm">
                {t('why', { revision })} <bdi>“{plainText(report.reason)}”</bdi>
              </Text>
              <Disclosure
                label={t('changes.of', { count: report.changeCount })}
                isOpenAtFirst={report.changeCount <= 20}
              >
                <ChangesList report={report} />
              </Disclosure>
            </div>
          )}
          <SignaturePanel key={id} subject="report" subjectId={String(id)} />
          <ReportFacts report={report} />
          <Revisions {...props} />
        </Stack>
      </section>
      <div className={classes.document}>
        <PdfView
          key={id}
          address={authorisedMediaUrls.report(id, file)}
          label={t('numbered', { number, revision })}
        />
      </div>
    </div>
  );
}

function Head({ report, onRevise, onSave }: ReportDetailsProps) {
  const { t } = useTranslation('reports');
  const denied = useDenied();
  const { id, number, revision, isNewest, file } = report;
  return (
    <div>
      <Group gap="xs" justify="space-between" wrap="nowrap">
        <Title order={2} size="h4">
          {t('numbered', { number, revision })}
        </Title>
        {!isNewest && (
          <Badge variant="light" color="gray">
            {t('superseded')}
          </Badge>
        )}
      </Group>
      <Group gap={6} mt="xs">
        <Button
          size="xs"
          variant="default"
          leftSection={<IconFolderDown size={15} />}
          rightSection={<KeyHint action={saveAction} hidden />}
          {...denied('reports.save')}
          onClick={() => onSave(report)}
        >
          {t('save')}
        </Button>
        {!desktop && (
          <Button
            size="xs"
            variant="default"
            component="a"
            href={authorisedMediaUrls.report(id, file)}
            download={reportFileName(report)}
            leftSection={<IconDownload size={15} />}
          >
            {t('download')}
          </Button>
        )}
        {isNewest && (
          <Button
            size="xs"
            variant="default"
            leftSection={<IconRepeat size={15} />}
            rightSection={<KeyHint action={reviseAction} hidden />}
            {...denied('reports.revise')}
            onClick={() => onRevise(report)}
          >
            {t('revise')}
          </Button>
        )}
      </Group>
    </div>
  );
}

function ReportFacts({ report }: { readonly report: ReportRecord }) {
  const { t } = useTranslation('reports');
  const format = useFormat();
  const { options, batch, inspector, createdAt, pages, bytes, softwareVersion } = report;
  const facts: readonly Fact[] = [
    [t('fact.template'), t(`template.${options.template}`)],
    [t('fact.batch'), plainText(batch.name)],
    [t('fact.part'), plainText([batch.partNumber, batch.revision].filter(Boolean).join(' · ')) || '–'],
    [t('fact.lot'), plainText(batch.lot) || '–'],
    ...(options.imageId === null
      ? []
      : [[t('fact.nonconformance'), nonconformanceNumber(options.runId, options.imageId)] as const]),
    [t('fact.run'), String(options.runId)],
    [t('fact.inspector'), plainText(inspector)],
    [t('fact.made'), format.moment(createdAt)],
    [t('fact.company'), plainText(options.company.name) || '–'],
    ...options.fields.map(({ label, value }) => [plainText(label), plainText(value) || '–'] as const),
    [t('fact.language'), LANGUAGES[options.language]],
    [t('fact.pages'), t('fact.pages-of', { pages: format.count(pages), bytes: format.bytes(bytes) })],
    [t('fact.version'), softwareVersion],
    [t('fact.file'), report.file],
    [t('fact.records'), report.recordsHash],
  ];
  return (
    <section aria-label={t('facts')}>
      <Title order={3} size="sm" mb={6}>
        {t('facts')}
      </Title>
      <Facts facts={facts} />
    </section>
  );
}

/** Every revision, newest first. */
function Revisions({ report, onSelect }: ReportDetailsProps) {
  const { t } = useTranslation('reports');
  const { api } = useWorkstation();
  const format = useFormat();
  const { data, error } = useQuery(api.reports.get.queryOptions({ input: { id: report.id } }));
  if (error) return <FailureDetails failure={failureOf(error)} />;
  if (!data || data.revisions.length < 2) return null;
  return (
    <section aria-label={t('revisions')}>
      <Title order={3} size="sm" mb={6}>
        {t('revisions')}
      </Title>
      <ol className={classes.revisions}>
        {data.revisions.map((one) => (
          <li key={one.id}>
            <Button
              size="compact-sm"
              variant={one.id === report.id ? 'light' : 'subtle'}
              aria-current={one.id === report.id || undefined}
              onClick={() => onSelect(one)}
            >
              {t('revision', { revision: one.revision })}
            </Button>
            <Text size="xs" c="dimmed">
              <bdi>{plainText(one.inspector)}</bdi>, {format.moment(one.createdAt)}
              {one.changes !== null && ` · ${t('changes.of', { count: one.changeCount })}`}
            </Text>
          </li>
        ))}
      </ol>
    </section>
  );
}
