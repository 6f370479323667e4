import { Group, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { type ReportTemplate, reportTemplateSchema, SECTIONS_OF } from '../../src-shared/report.ts';
import { toReviewRows } from '../../src-shared/review-table.ts';
import { fetchReviewTable } from '../api/review-table.ts';
import { plainText } from '../i18n/plain-text.ts';
import { useWorkstation } from '../state/workstation.ts';
import { useFormat } from '../ui/use-format.ts';
import type { ReportDraft } from './report-draft.ts';

interface SubjectFieldsProps {
  readonly draft: ReportDraft;
  /** Of a revision: it is about the same. */
  readonly isFixed: boolean;
  onChange(changes: Partial<ReportDraft>): void;
}

/** What a report is about: its kind, batch, run, image, lot. */
export function SubjectFields(props: SubjectFieldsProps) {
  const { draft, isFixed, onChange } = props;
  const { t } = useTranslation('reports');
  const { template, batchId, runId } = draft;
  return (
    <>
      <Select
        label={t('dialog.template')}
        description={t(`template-about.${template}`)}
        allowDeselect={false}
        disabled={isFixed}
        data-autofocus={!isFixed || undefined}
        value={template}
        data={reportTemplateSchema.options.map((value) => ({ value, label: t(`template.${value}`) }))}
        onChange={(value) => value && onChange({ template: value as ReportTemplate })}
      />
      <Group grow align="flex-start" gap="sm">
        <BatchField {...props} />
        <RunField {...props} />
      </Group>
      {template === 'nonconformance' && batchId !== null && runId !== null && (
        <ImageField {...props} batchId={batchId} runId={runId} />
      )}
      {SECTIONS_OF[template].includes('sampling') && batchId !== null && (
        <LotField {...props} batchId={batchId} />
      )}
    </>
  );
}

function BatchField({ draft, isFixed, onChange }: SubjectFieldsProps) {
  const { t } = useTranslation(['reports', 'app']);
  const { api } = useWorkstation();
  const { data: rows = [] } = useQuery(
    api.batches.list.queryOptions({ input: {}, refetchOnMount: 'always' }),
  );
  const inspected = rows.filter(({ run }) => run !== null && run.done > 0);
  return (
    <Select
      label={t('dialog.batch')}
      placeholder={t(inspected.length === 0 ? 'dialog.no-batch' : 'dialog.choose')}
      allowDeselect={false}
      searchable
      disabled={isFixed}
      value={draft.batchId === null ? null : String(draft.batchId)}
      data={inspected.map(({ batch }) => ({ value: String(batch.id), label: plainText(batch.name) }))}
      limit={200}
      onChange={(value) => {
        const row = inspected.find(({ batch }) => String(batch.id) === value);
        if (row) onChange({ batchId: row.batch.id, runId: row.run!.run.id, imageId: null, lotId: null });
      }}
    />
  );
}

function RunField({ draft: { batchId, runId }, isFixed, onChange }: SubjectFieldsProps) {
  const { t } = useTranslation('reports');
  const { api } = useWorkstation();
  const format = useFormat();
  const { data: runs = [] } = useQuery(
    api.runs.list.queryOptions({ input: { batchId: batchId ?? 1 }, enabled: batchId !== null }),
  );
  return (
    <Select
      label={t('dialog.run')}
      placeholder={t('dialog.choose')}
      allowDeselect={false}
      disabled={isFixed || batchId === null}
      value={runId === null ? null : String(runId)}
      data={runs
        .filter(({ done }) => done > 0)
        .map(({ run }) => ({
          value: String(run.id),
          label: t('dialog.run-name', { id: run.id, when: format.moment(run.startedAt) }),
        }))}
      onChange={(value) => value && onChange({ runId: Number(value), imageId: null })}
    />
  );
}

/** The nonconforming images of the run: what an inspector rejects, or where none judged, the model. */
function ImageField({
  draft,
  isFixed,
  batchId,
  runId,
  onChange,
}: SubjectFieldsProps & { readonly batchId: number; readonly runId: number }) {
  const { t } = useTranslation('reports');
  const { client } = useWorkstation();
  const { data: rows } = useQuery({
    queryKey: ['report-images', batchId, runId],
    queryFn: async ({ signal }) =>
      toReviewRows((await fetchReviewTable(client, { batchId, runId }, signal)).columns),
    staleTime: 0,
  });
  const rejected = (rows ?? []).filter(
    ({ imageId, human, model }) =>
      imageId === draft.imageId || human === 'reject' || (human === null && model === 'reject'),
  );
  return (
    <Select
      label={t('dialog.image')}
      placeholder={t(rows && rejected.length === 0 ? 'dialog.no-image' : 'dialog.choose')}
      allowDeselect={false}
      searchable
      disabled={isFixed || rows === undefined}
      value={draft.imageId === null ? null : String(draft.imageId)}
      data={rejected.map(({ imageId, name, defectClass }) => ({
        value: String(imageId),
        label: plainText(defectClass ? `${name} · ${defectClass}` : name),
      }))}
      limit={200}
      onChange={(value) => value && onChange({ imageId: Number(value) })}
    />
  );
}

/** The sampling of a lot that the report tells; nothing where no lot was drawn from the batch. */
function LotField({ draft, batchId, onChange }: SubjectFieldsProps & { readonly batchId: number }) {
  const { t } = useTranslation('reports');
  const { api } = useWorkstation();
  const { data } = useQuery(api.lots.list.queryOptions({ input: { batchId, limit: 100 } }));
  if (!data || data.lots.length === 0) return null;
  return (
    <Select
      label={t('dialog.lot')}
      placeholder={t('dialog.no-lot')}
      clearable
      clearButtonProps={{ 'aria-label': t('clear') }}
      value={draft.lotId === null ? null : String(draft.lotId)}
      data={data.lots.map(({ lot: { id, lot } }) => ({
        value: String(id),
        label: `${id} · ${plainText(lot) || '–'}`,
      }))}
      onChange={(value) => onChange({ lotId: value === null ? null : Number(value) })}
    />
  );
}
