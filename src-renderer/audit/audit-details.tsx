import { Table, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { AuditEntry } from '../../src-shared/audit.ts';
import { plainText } from '../i18n/plain-text.ts';
import { useFormat } from '../ui/use-format.ts';
import classes from './audit.module.css';
import { useAuditNames } from './audit-words.ts';

/** An entry with what it says, field by field. */
export function AuditDetails({ entry }: { readonly entry: AuditEntry | null }) {
  const { t } = useTranslation('audit');
  return (
    <section
      className={classes.details}
      aria-label={t('details')}
      data-testid="audit-details"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached with the keyboard
      tabIndex={0}
    >
      {entry ? (
        <Details entry={entry} />
      ) : (
        <Text size="sm" c="dimmed">
          {t('choose')}
        </Text>
      )}
    </section>
  );
}

function Details({ entry }: { readonly entry: AuditEntry }) {
  const { t } = useTranslation('audit');
  const format = useFormat();
  const names = useAuditNames();
  const fields = fieldsOf(entry);
  return (
    <>
      <Title order={2} size="sm">
        {t('entry', { entry: entry.id })}
      </Title>
      <Text size="sm">
        {names.action(entry.action)} · {names.subject(entry.subject)} {plainText(entry.subjectId)}
      </Text>
      <Text size="xs" c="dimmed">
        <bdi>{plainText(entry.inspector)}</bdi>, {format.moment(entry.createdAt)} ({entry.createdAt})
      </Text>
      {fields.length === 0 ? (
        <Text size="sm" mt="sm">
          {t('no-values')}
        </Text>
      ) : (
        <Table layout="fixed" mt="sm" fz="xs" verticalSpacing={4}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('field')}</Table.Th>
              <Table.Th>{t('before')}</Table.Th>
              <Table.Th>{t('after')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {fields.map(({ name, before, after }) => (
              <Table.Tr key={name} data-changed={before !== after || undefined} className={classes.field}>
                <Table.Td>{plainText(name)}</Table.Td>
                <Table.Td>{plainText(before)}</Table.Td>
                <Table.Td>{plainText(after)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      <Text size="xs" c="dimmed" mt="sm" className={classes.hash}>
        {t('hash', { hash: entry.hash })}
      </Text>
    </>
  );
}

interface Field {
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

/** What an entry says before and after, by the names of fields; `–` stands for one without a name. */
function fieldsOf({ oldValue, newValue }: AuditEntry): readonly Field[] {
  const before = named(oldValue);
  const after = named(newValue);
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].map((name) => ({
    name,
    before: shown(before[name]),
    after: shown(after[name]),
  }));
}

function named(json: string | null): Readonly<Record<string, unknown>> {
  if (json === null) return {};
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : { '–': value };
  } catch {
    // Somebody wrote it behind the program's back.
    return { '–': json };
  }
}

function shown(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
