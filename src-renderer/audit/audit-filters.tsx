import { Group, Select, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import type { AuditFilter } from '../../src-shared/audit.ts';
import { plainText } from '../i18n/plain-text.ts';
import { useWorkstation } from '../state/workstation.ts';
import { useAuditNames } from './audit-words.ts';

/** Which entries are shown. */
export function AuditFilters({
  filter,
  onChange,
  search,
}: {
  readonly filter: AuditFilter;
  onChange(filter: AuditFilter): void;
  readonly search: RefObject<HTMLInputElement | null>;
}) {
  const { t } = useTranslation('audit');
  const { api } = useWorkstation();
  const names = useAuditNames();
  const { data } = useQuery(api.audit.choices.queryOptions({ refetchOnMount: 'always' }));
  const set = (name: keyof AuditFilter, value: string | null) => {
    const { [name]: _, ...others } = filter;
    onChange(value ? { ...others, [name]: value } : others);
  };
  const select = (
    name: 'subject' | 'inspector' | 'action',
    values: readonly string[],
    label: (value: string) => string,
  ) => (
    <Select
      size="xs"
      w={170}
      label={t(`column.${name}`)}
      placeholder={t('any')}
      clearable
      clearButtonProps={{ 'aria-label': t('clear') }}
      searchable
      value={filter[name] ?? null}
      data={values.map((value) => ({ value, label: label(value) }))}
      onChange={(value) => set(name, value)}
    />
  );
  const day = (name: 'from' | 'to') => (
    <TextInput
      size="xs"
      type="date"
      label={t(name)}
      value={filter[name] ?? ''}
      onChange={(event) => set(name, event.currentTarget.value)}
    />
  );
  return (
    <Group gap="xs" px={20} py={8} align="end" component="search">
      <TextInput
        ref={search}
        size="xs"
        w={220}
        label={t('text')}
        leftSection={<IconSearch size={14} />}
        value={filter.text ?? ''}
        onChange={(event) => set('text', event.currentTarget.value)}
      />
      {select('subject', data?.subjects ?? [], names.subject)}
      {select('action', data?.actions ?? [], names.action)}
      {select('inspector', data?.inspectors ?? [], plainText)}
      {day('from')}
      {day('to')}
    </Group>
  );
}
