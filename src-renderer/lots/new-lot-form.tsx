import {
  Alert,
  Button,
  Group,
  NumberInput,
  Select,
  Stack,
  Text,
  Textarea,
  TextInput,
  Title,
} from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { LotPlan } from '../../src-shared/contract/lots.ts';
import { inspectionLevelSchema } from '../../src-shared/sampling/code-letters.ts';
import type { LotRecord } from '../../src-shared/sampling/lot.ts';
import { samplingStandardSchema } from '../../src-shared/sampling/plan.ts';
import { severitySchema } from '../../src-shared/verdict.ts';
import { failureOf } from '../api/connection.ts';
import { plainText } from '../i18n/plain-text.ts';
import { routeTo, useGo } from '../state/routes.ts';
import { useWorkstation } from '../state/workstation.ts';
import { FailureDetails } from '../ui/failure-details.tsx';
import { useFormat } from '../ui/use-format.ts';
import { ClassFields } from './class-fields.tsx';
import { ClassTable } from './class-table.tsx';
import { CheckNote } from './lot-detail.tsx';
import { type LotDraft, useLotDraft } from './use-lot-draft.ts';

/** A new lot: what it is, how it is judged, and, as it is filled in, the plan that follows. */
export function NewLotForm({ again }: { readonly again: LotRecord | null }) {
  const { t } = useTranslation(['lots', 'app']);
  const go = useGo();
  const { draft, set, plan, planError, needsReason, canBegin, isBeginning, begin } = useLotDraft(again);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (canBegin) begin();
      }}
    >
      <Stack gap="md" maw={820}>
        <Title order={2} size="h4">
          {t('new.title')}
        </Title>
        <LotFields draft={draft} set={set} />
        <ClassFields draft={draft} switching={plan?.switching} set={set} />
        {needsReason && (
          <Textarea
            label={t('new.reason')}
            value={draft.overrideReason}
            required
            maxLength={10_000}
            autosize
            onChange={(event) => set({ overrideReason: event.currentTarget.value })}
          />
        )}
        <section aria-live="polite" aria-label={t('new.plan')} data-testid="plan">
          {planError ? (
            <div role="alert">
              <FailureDetails failure={failureOf(planError)} />
            </div>
          ) : (
            plan && <PlanPreview plan={plan} />
          )}
        </section>
        <Group justify="flex-end">
          <Button variant="default" onClick={() => go(routeTo.lots())}>
            {t('app:cancel')}
          </Button>
          <Button type="submit" disabled={!canBegin} loading={isBeginning}>
            {t('new.begin')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function LotFields({ draft, set }: { readonly draft: LotDraft; set(changes: Partial<LotDraft>): void }) {
  const { t } = useTranslation('lots');
  const { api } = useWorkstation();
  const { data: batches } = useQuery(api.batches.list.queryOptions({ input: {} }));
  return (
    <>
      <Select
        role="combobox"
        label={t('new.batch')}
        searchable
        allowDeselect={false}
        required
        data-autofocus
        value={draft.batchId === null ? null : String(draft.batchId)}
        data={(batches ?? []).map(({ batch, images }) => ({
          value: String(batch.id),
          label: `${batch.id} · ${plainText(batch.name)} · ${t('images', { count: images })}`,
        }))}
        onChange={(value) => value && set({ batchId: Number(value) })}
      />
      <Group grow align="flex-start">
        <NumberInput
          label={t('new.size')}
          description={t('new.size-hint')}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          value={draft.size}
          min={2}
          max={10_000_000}
          allowDecimal={false}
          thousandSeparator=" "
          required
          onChange={(value) => set({ size: value === '' ? '' : Number(value) })}
        />
        <TextInput
          label={t('facts.supplier')}
          description={t('new.supplier-hint')}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          value={draft.supplier}
          maxLength={500}
          onChange={(event) => set({ supplier: event.currentTarget.value })}
        />
        <TextInput
          label={t('new.lot')}
          value={draft.lot}
          maxLength={500}
          onChange={(event) => set({ lot: event.currentTarget.value })}
        />
      </Group>
      <Group grow align="flex-start">
        <Select
          role="combobox"
          label={t('facts.standard')}
          allowDeselect={false}
          value={draft.standard}
          data={samplingStandardSchema.options.map((value) => ({ value, label: t(`standard.${value}`) }))}
          onChange={(value) => value && set({ standard: value, limits: {} })}
        />
        <Select
          role="combobox"
          label={t('facts.level')}
          allowDeselect={false}
          disabled={draft.standard !== 'iso-2859-1'}
          value={draft.level}
          data={[...inspectionLevelSchema.options]}
          onChange={(value) => value && set({ level: value })}
        />
      </Group>
      {draft.resubmits !== null && <Text size="sm">{t('new.resubmits', { lot: draft.resubmits })}</Text>}
    </>
  );
}

function PlanPreview({ plan }: { readonly plan: LotPlan }) {
  const { t } = useTranslation('lots');
  const format = useFormat();
  const { plans, sampleSize, undecided, images, unreadable } = plan;
  const readable = (images ?? 0) - (unreadable ?? 0);
  const moved = severitySchema.options.some((severity) => {
    const one = plans[severity];
    return one !== undefined && one.codeLetter !== one.tableLetter;
  });
  const sizes = new Set(Object.values(plans).map((one) => one?.sampleSize));
  return (
    <Stack gap="xs">
      <Text fw={600} data-testid="plan-sample">
        {t('plan.sample', { sample: format.count(sampleSize), images: format.count(images ?? 0) })}
      </Text>
      <ClassTable plans={plans} />
      {moved && <Text size="sm">{t('plan.moved')}</Text>}
      {sizes.size > 1 && <Text size="sm">{t('plan.parts')}</Text>}
      {undecided > 0 && <Text size="sm">{t('plan.undecided', { number: format.count(undecided) })}</Text>}
      {unreadable ? (
        <Text size="sm">{t('plan.unreadable', { number: format.count(unreadable) })}</Text>
      ) : null}
      {images !== null && readable < sampleSize && (
        <Alert color="yellow" p="xs">
          {t('plan.too-few', { images: format.count(readable), sample: format.count(sampleSize) })}
        </Alert>
      )}
      <CheckNote />
    </Stack>
  );
}
