import {
  ActionIcon,
  Button,
  Checkbox,
  Group,
  NumberInput,
  Select,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { type ReportLanguage, reportSectionSchema, SECTIONS_OF } from '../../src-shared/report.ts';
import { LANGUAGES } from '../i18n/index.ts';
import type { ReportDraft } from './report-draft.ts';
import classes from './reports.module.css';

interface LookFieldsProps {
  readonly draft: ReportDraft;
  onChange(changes: Partial<ReportDraft>): void;
}

/** How a report looks: language, paper, sections, fields of one's own. */
export function LookFields(props: LookFieldsProps) {
  const { draft, onChange } = props;
  const { t } = useTranslation('reports');
  const { template, language, paper, sections } = draft;
  const possible = SECTIONS_OF[template];
  return (
    <>
      <Group grow gap="sm">
        <Select
          label={t('dialog.language')}
          allowDeselect={false}
          value={language}
          data={Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))}
          onChange={(value) => value && onChange({ language: value as ReportLanguage })}
        />
        <Select
          label={t('dialog.paper')}
          allowDeselect={false}
          value={paper}
          data={(['A4', 'letter'] as const).map((value) => ({ value, label: t(`paper.${value}`) }))}
          onChange={(value) => value && onChange({ paper: value === 'letter' ? value : 'A4' })}
        />
      </Group>
      <Checkbox.Group
        label={t('dialog.sections')}
        value={possible.filter((section) => sections.includes(section))}
        onChange={(chosen) =>
          onChange({
            sections: reportSectionSchema.options.filter((section) =>
              possible.includes(section) ? chosen.includes(section) : sections.includes(section),
            ),
          })
        }
      >
        <div className={classes.sections}>
          {possible.map((section) => (
            <Checkbox key={section} size="sm" value={section} label={t(`section.${section}`)} />
          ))}
        </div>
      </Checkbox.Group>
      {possible.includes('evidence') && sections.includes('evidence') && (
        <NumberInput
          label={t('dialog.pictures')}
          description={t('dialog.pictures-why')}
          min={0}
          max={5000}
          clampBehavior="strict"
          allowDecimal={false}
          value={draft.pictures}
          onChange={(value) => onChange({ pictures: Number(value) || 0 })}
        />
      )}
      <OwnFields {...props} />
    </>
  );
}

const MOST = 30;

/** Names and values that are printed with the report's facts. */
function OwnFields({ draft: { fields }, onChange }: LookFieldsProps) {
  const { t } = useTranslation('reports');
  const set = (index: number, changes: Partial<ReportDraft['fields'][number]>) =>
    onChange({ fields: fields.map((field, i) => (i === index ? { ...field, ...changes } : field)) });
  return (
    <Stack gap={6} role="group" aria-label={t('dialog.fields')}>
      <Text size="sm" fw={500}>
        {t('dialog.fields')}
      </Text>
      {fields.map((field, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two may have the same name while they are typed
        <Group key={index} gap={6} wrap="nowrap">
          <TextInput
            flex={2}
            size="xs"
            maxLength={200}
            aria-label={t('dialog.field-label', { number: index + 1 })}
            placeholder={t('dialog.field-label-hint')}
            value={field.label}
            autoFocus={field.label === '' && field.value === ''}
            onChange={(event) => set(index, { label: event.currentTarget.value })}
          />
          <TextInput
            flex={3}
            size="xs"
            maxLength={200}
            aria-label={t('dialog.field-value', { number: index + 1 })}
            placeholder={t('dialog.field-value-hint')}
            value={field.value}
            onChange={(event) => set(index, { value: event.currentTarget.value })}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={t('dialog.field-remove', { number: index + 1 })}
            onClick={() => onChange({ fields: fields.filter((_, i) => i !== index) })}
          >
            <IconX size={15} />
          </ActionIcon>
        </Group>
      ))}
      <div>
        <Button
          size="compact-sm"
          variant="subtle"
          leftSection={<IconPlus size={14} />}
          disabled={fields.length >= MOST}
          onClick={() => onChange({ fields: [...fields, { label: '', value: '' }] })}
        >
          {t('dialog.field-add')}
        </Button>
      </div>
    </Stack>
  );
}
