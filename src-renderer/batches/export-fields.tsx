import { Checkbox, Group, Select, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import {
  CSV_DECIMALS,
  CSV_SEPARATORS,
  type CsvStyle,
  EXPORT_FORMATS,
  type ExportFormat,
} from '../../src-shared/export-formats.ts';

interface FieldProps<T> {
  readonly value: T;
  readonly disabled: boolean;
  onChange(value: T): void;
}

/** Which kinds of files are written. */
export function FormatsField({ value, disabled, onChange }: FieldProps<readonly ExportFormat[]>) {
  const { t } = useTranslation('batches');
  return (
    <Checkbox.Group
      label={t('export.formats')}
      value={[...value]}
      onChange={(values) => onChange(EXPORT_FORMATS.filter((name) => values.includes(name)))}
    >
      <Stack gap={8} mt={8}>
        {EXPORT_FORMATS.map((name) => (
          <Checkbox
            key={name}
            value={name}
            label={t(`export.names.${name}`)}
            description={t(`export.about.${name}`)}
            disabled={disabled}
          />
        ))}
      </Stack>
    </Checkbox.Group>
  );
}

/** Names of the signs in the texts. */
const SIGNS = { ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'bar', '.': 'point' } as const;

/** Separator, decimal mark and byte order mark of the table. */
export function CsvFields({ value: csv, disabled, onChange }: FieldProps<CsvStyle>) {
  const { t } = useTranslation('batches');
  return (
    <Stack gap="xs">
      <Group grow>
        <Select
          label={t('export.csv.separator')}
          allowDeselect={false}
          disabled={disabled}
          value={csv.separator}
          data={CSV_SEPARATORS.map((value) => ({ value, label: t(`export.csv.sign.${SIGNS[value]}`) }))}
          onChange={(separator) => {
            // The decimal mark gives way: a sign cannot be both.
            if (separator) onChange({ ...csv, separator, decimal: separator === ',' ? '.' : csv.decimal });
          }}
        />
        <Select
          label={t('export.csv.decimal')}
          allowDeselect={false}
          disabled={disabled}
          value={csv.decimal}
          data={CSV_DECIMALS.map((value) => ({
            value,
            label: t(`export.csv.number.${SIGNS[value]}`),
            disabled: value === csv.separator,
          }))}
          onChange={(decimal) => decimal && onChange({ ...csv, decimal })}
        />
      </Group>
      <Checkbox
        label={t('export.csv.bom')}
        description={t('export.csv.bom-about')}
        disabled={disabled}
        checked={csv.bom}
        onChange={(event) => onChange({ ...csv, bom: event.currentTarget.checked })}
      />
    </Stack>
  );
}
