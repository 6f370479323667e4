import { Group, NumberInput, Select, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { SwitchingByClass } from '../../src-shared/contract/lots.ts';
import { AQLS, inspectionSeveritySchema } from '../../src-shared/sampling/master-tables.ts';
import type { SwitchingState } from '../../src-shared/sampling/switching.ts';
import { type Severity, severitySchema } from '../../src-shared/verdict.ts';
import { useFormat } from '../ui/use-format.ts';
import type { LotDraft } from './use-lot-draft.ts';

interface ClassFieldsProps {
  readonly draft: LotDraft;
  readonly switching: SwitchingByClass | undefined;
  set(changes: Partial<LotDraft>): void;
}

/** What each class is judged by, and how severely, with what the switching rules propose. */
export function ClassFields({ draft, switching, set }: ClassFieldsProps) {
  return (
    <Stack gap="sm">
      {severitySchema.options.map((severity) => (
        <ClassRow key={severity} severity={severity} state={switching?.[severity]} draft={draft} set={set} />
      ))}
    </Stack>
  );
}

function ClassRow({
  severity,
  state,
  draft,
  set,
}: Omit<ClassFieldsProps, 'switching'> & {
  readonly severity: Severity;
  readonly state: SwitchingState | undefined;
}) {
  const { t } = useTranslation(['lots', 'review']);
  const format = useFormat();
  const name = t(`review:severity.${severity}`);
  const { [severity]: limit, ...others } = draft.limits;
  const { [severity]: taken, ...otherSeverities } = draft.severities;
  const change = (value: number | undefined) =>
    set({ limits: value === undefined ? others : { ...others, [severity]: value } });
  const follows = state !== undefined && state.reason !== 'no-switching' && limit !== undefined;
  return (
    <fieldset style={{ border: 0, margin: 0, padding: 0 }} aria-label={name}>
      <Group grow align="flex-start">
        {draft.standard === 'iso-2859-1' ? (
          <Select
            role="combobox"
            label={t('new.aql', { class: name })}
            placeholder={t('new.not-judged')}
            clearable
            clearButtonProps={{ 'aria-label': t('new.not-judged') }}
            value={limit === undefined ? null : String(limit)}
            data={[0, ...AQLS].map((aql) => ({
              value: String(aql),
              label: aql === 0 ? t('none-accepted') : format.number(aql),
            }))}
            onChange={(value) => change(value === null ? undefined : Number(value))}
          />
        ) : (
          <NumberInput
            label={t('new.rql', { class: name })}
            placeholder={t('new.not-judged')}
            value={limit ?? ''}
            min={0}
            max={100}
            onChange={(value) => change(value === '' ? undefined : Number(value))}
          />
        )}
        {follows && (
          <Select
            role="combobox"
            label={t('new.severity', { class: name })}
            description={t(`reason.${state.reason}`, { score: state.score, lots: format.count(state.lots) })}
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            allowDeselect={false}
            value={taken ?? (state.proposed === 'discontinued' ? null : state.proposed)}
            placeholder={t('severity.discontinued')}
            data={inspectionSeveritySchema.options.map((value) => ({ value, label: t(`severity.${value}`) }))}
            onChange={(value) =>
              value &&
              set({
                severities:
                  value === state.proposed ? otherSeverities : { ...otherSeverities, [severity]: value },
              })
            }
          />
        )}
      </Group>
      {follows && state.proposed === 'discontinued' && (
        <Text size="sm" role="alert">
          {t('new.discontinued')}
        </Text>
      )}
    </fieldset>
  );
}
