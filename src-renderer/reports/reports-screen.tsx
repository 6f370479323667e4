import { Button, Center, Group, Loader, Select, Stack, Text, TextInput } from '@mantine/core';
import { IconFileText, IconPlus, IconSearch } from '@tabler/icons-react';
import { type RefObject, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'wouter';
import { type ReportRecord, type ReportTemplate, reportTemplateSchema } from '../../src-shared/report.ts';
import { failureOf } from '../api/connection.ts';
import { KeyHint } from '../keys/key-hint.tsx';
import { useActions } from '../keys/use-actions.ts';
import { useDenied } from '../state/people.ts';
import { routeTo, useGo } from '../state/routes.ts';
import { FailureDetails } from '../ui/failure-details.tsx';
import { Screen } from '../ui/screen.tsx';
import { useFormat } from '../ui/use-format.ts';
import { MadeNote } from './made-note.tsx';
import { ReportDetails } from './report-details.tsx';
import { type FiledReport, ReportDialog, type ReportTask } from './report-dialog.tsx';
import { filteredReports, type ReportFilter } from './report-filter.ts';
import { ReportList } from './report-list.tsx';
import classes from './reports.module.css';
import { newReport, REPORT_ACTIONS } from './reports-actions.ts';
import { SaveDialog } from './save-dialog.tsx';
import { useReports } from './use-reports.ts';

/** Reports that are filed; making them, looking at them, signing them. */
export function ReportsScreen() {
  const { t } = useTranslation('reports');
  const go = useGo();
  const denied = useDenied();
  const asked = useAsked();
  const { reports, states, error } = useReports();
  const [filter, setFilter] = useState<ReportFilter>({ text: '', template: null });
  const [revised, setRevised] = useState<ReportRecord | null>(null);
  const [saved, setSaved] = useState<ReportRecord | null>(null);
  const [made, setMade] = useState<FiledReport | null>(null);
  const search = useRef<HTMLInputElement>(null);
  const found = filteredReports(reports ?? [], filter);
  const open = reports?.find(({ id }) => id === asked.reportId) ?? found[0];
  const select = ({ id }: ReportRecord) => go(routeTo.reports(id), { replace: true });
  const openNew = () => go(routeTo.newReport());
  const may = (action: 'reports.make' | 'reports.revise' | 'reports.save') => !('disabled' in denied(action));
  const task: ReportTask | null =
    revised !== null
      ? { kind: 'revise', report: revised }
      : asked.subject
        ? { kind: 'new', subject: asked.subject }
        : null;
  const close = () => {
    setRevised(null);
    if (asked.subject) go(routeTo.reports(), { replace: true });
  };
  useActions(REPORT_ACTIONS, {
    search: () => search.current?.focus(),
    openNew: () => may('reports.make') && openNew(),
    revise: () => open?.isNewest && may('reports.revise') && setRevised(open),
    save: () => open && may('reports.save') && setSaved(open),
  });
  const body = () => {
    if (error) return <FailureDetails failure={failureOf(error)} />;
    if (!reports) return <Loader aria-label={t('loading')} />;
    if (reports.length === 0) return <NoReport onNew={openNew} />;
    return null;
  };
  const instead = body();
  return (
    <Screen
      title={t('title')}
      beside={
        <Bar
          search={search}
          filter={filter}
          onFilter={setFilter}
          newest={reports?.filter(({ isNewest }) => isNewest).length ?? 0}
          found={found.length}
          onNew={openNew}
        />
      }
    >
      <div className={classes.screen} data-testid="reports">
        {instead ? (
          <Center flex={1} p="xl">
            {instead}
          </Center>
        ) : (
          <>
            {found.length > 0 ? (
              <ReportList
                reports={found}
                states={states}
                selected={found.find(({ number }) => number === open?.number)?.id ?? null}
                onSelect={select}
              />
            ) : (
              <Center className={classes.list} p="md">
                <Text size="sm">{t('nothing-found')}</Text>
              </Center>
            )}
            {open && (
              <ReportDetails report={open} onSelect={select} onRevise={setRevised} onSave={setSaved} />
            )}
          </>
        )}
      </div>
      <ReportDialog
        task={task}
        onClose={close}
        onMade={(result) => {
          setRevised(null);
          setMade(result);
          go(routeTo.reports(result.report.id), { replace: true });
        }}
      />
      <SaveDialog report={saved} onClose={() => setSaved(null)} />
      <MadeNote made={made} onClose={() => setMade(null)} />
    </Screen>
  );
}

/** What the address asks for: a report, or a new one about something. */
function useAsked() {
  const { what, batchId, runId, imageId } = useParams<{
    what?: string;
    batchId?: string;
    runId?: string;
    imageId?: string;
  }>();
  const isNew = what === 'new';
  return {
    reportId: isNew ? null : idIn(what),
    subject: isNew ? { batchId: idIn(batchId), runId: idIn(runId), imageId: idIn(imageId) } : null,
  };
}

/** An id in an address, which somebody may have written by hand. */
function idIn(text: string | undefined): number | null {
  return text !== undefined && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : null;
}

function Bar({
  search,
  filter,
  onFilter,
  newest,
  found,
  onNew,
}: {
  readonly search: RefObject<HTMLInputElement | null>;
  readonly filter: ReportFilter;
  onFilter(filter: ReportFilter): void;
  readonly newest: number;
  readonly found: number;
  onNew(): void;
}) {
  const { t } = useTranslation('reports');
  const format = useFormat();
  const denied = useDenied()('reports.make');
  return (
    <Group gap="xs" wrap="nowrap">
      <Text size="sm" c="dimmed" role="status" style={{ whiteSpace: 'nowrap' }}>
        {newest > 0 && t('found', { found: format.count(found), total: format.count(newest) })}
      </Text>
      <Select
        size="sm"
        w={210}
        aria-label={t('filter-template')}
        placeholder={t('any-template')}
        clearable
        clearButtonProps={{ 'aria-label': t('clear') }}
        value={filter.template}
        data={reportTemplateSchema.options.map((value) => ({ value, label: t(`template.${value}`) }))}
        onChange={(value) => onFilter({ ...filter, template: value as ReportTemplate | null })}
      />
      <TextInput
        ref={search}
        size="sm"
        w={230}
        aria-label={t('search')}
        placeholder={t('search')}
        leftSection={<IconSearch size={15} />}
        value={filter.text}
        onChange={(event) => onFilter({ ...filter, text: event.currentTarget.value })}
      />
      <Button
        leftSection={<IconPlus size={16} />}
        rightSection={<KeyHint action={newReport} hidden />}
        {...denied}
        onClick={onNew}
      >
        {t('new')}
      </Button>
    </Group>
  );
}

function NoReport({ onNew }: { onNew(): void }) {
  const { t } = useTranslation('reports');
  const denied = useDenied()('reports.make');
  return (
    <Stack align="center" gap="sm" maw={460}>
      <IconFileText size={40} stroke={1.3} aria-hidden />
      <Text fw={600}>{t('empty.title')}</Text>
      <Text size="sm" c="dimmed" ta="center">
        {t('empty.why')}
      </Text>
      <Button leftSection={<IconPlus size={16} />} {...denied} onClick={onNew}>
        {t('new')}
      </Button>
    </Stack>
  );
}
