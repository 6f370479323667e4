import { Button, Select, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Dashboard } from '../../src-shared/statistics/dashboard.ts';
import type { StatsFilter } from '../../src-shared/statistics/stats-filter.ts';
import { plainText } from '../i18n/plain-text.ts';
import classes from './dashboard.module.css';
import { daysOf, PERIODS, type Period, periodOf, today } from './periods.ts';

const LISTS = { partNumber: 'partNumbers', lot: 'lots', recipe: 'recipes', inspector: 'inspectors' } as const;
type Listed = keyof typeof LISTS;

/** What the figures are restricted to. */
export function Filters({
  filter,
  choices,
  onChange,
}: {
  readonly filter: StatsFilter;
  readonly choices: Dashboard['choices'] | undefined;
  onChange(filter: StatsFilter): void;
}) {
  const { t } = useTranslation('dashboard');
  const set = (changes: { readonly [Name in keyof StatsFilter]?: StatsFilter[Name] | undefined }) => {
    const entries = Object.entries({ ...filter, ...changes });
    onChange(Object.fromEntries(entries.filter(([, value]) => value !== undefined && value !== '')));
  };
  const { from, to } = filter;
  return (
    <search className={classes.filters} aria-label={t('filter.title')}>
      {(Object.keys(LISTS) as Listed[]).map((name) => (
        <ListField
          key={name}
          name={name}
          value={filter[name] ?? null}
          values={choices?.[LISTS[name]] ?? []}
          onChange={(value) => set({ [name]: value ?? undefined })}
        />
      ))}
      <Select
        size="xs"
        w={128}
        label={t('filter.period')}
        placeholder={t('period.own')}
        allowDeselect={false}
        value={periodOf(filter, today())}
        data={(Object.keys(PERIODS) as Period[]).map((period) => ({
          value: period,
          label: t(`period.${period}`),
        }))}
        onChange={(period) =>
          period && set({ from: undefined, to: undefined, ...daysOf(period as Period, today()) })
        }
      />
      <TextInput
        size="xs"
        type="date"
        label={t('filter.from')}
        value={from ?? ''}
        max={to}
        onChange={({ currentTarget: { value } }) =>
          set({ from: value, ...(to !== undefined && value > to && { to: value }) })
        }
      />
      <TextInput
        size="xs"
        type="date"
        label={t('filter.to')}
        value={to ?? ''}
        min={from}
        onChange={({ currentTarget: { value } }) =>
          set({ to: value, ...(value !== '' && from !== undefined && value < from && { from: value }) })
        }
      />
      <Button
        size="xs"
        variant="subtle"
        disabled={Object.keys(filter).length === 0}
        onClick={() => onChange({})}
      >
        {t('filter.all')}
      </Button>
    </search>
  );
}

function ListField({
  name,
  value,
  values,
  onChange,
}: {
  readonly name: Listed;
  readonly value: string | null;
  readonly values: readonly string[];
  onChange(value: string | null): void;
}) {
  const { t } = useTranslation('dashboard');
  // What the address asks for stands there, whether or not there is anything of it. Of what has no name, none is chosen.
  const known = values.filter((one) => one !== '');
  const offered = value !== null && !known.includes(value) ? [value, ...known] : known;
  return (
    <Select
      size="xs"
      w={136}
      label={t(`filter.${name}`)}
      placeholder={t('filter.any')}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': t('filter.clear', { name: t(`filter.${name}`) }) }}
      nothingFoundMessage={t('filter.none')}
      value={value}
      data={offered.map((one) => ({ value: one, label: plainText(one) }))}
      onChange={onChange}
    />
  );
}
