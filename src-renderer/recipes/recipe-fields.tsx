import { NumberInput, Select, SimpleGrid, Stack, Textarea, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { PackSummary } from '../../src-shared/contract/packs.ts';
import { plainText } from '../i18n/plain-text.ts';
import { useWorkstation } from '../state/workstation.ts';
import { Disclosure } from '../ui/disclosure.tsx';
import type { RecipeDraftState } from './use-recipe-draft.ts';

interface FieldsProps {
  readonly draft: RecipeDraftState;
}

/** The model pack that inspects. */
export function PackField({ draft: { pack, choosePack } }: FieldsProps) {
  const { t } = useTranslation('batches');
  const { api } = useWorkstation();
  const { data: packs } = useQuery(api.packs.list.queryOptions());
  return (
    <Select
      label={t('recipe.fields.pack')}
      description={t('recipe.about.pack')}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      value={pack}
      allowDeselect={false}
      disabled={choosePack.isPending}
      data={packChoices(packs, pack, (absent) => t('recipe.pack-absent', { pack: absent }))}
      onChange={(id) => id !== null && id !== pack && choosePack.mutate(id)}
    />
  );
}

/** The packs that can be used, and the recipe's own, which may be gone. */
function packChoices(
  packs: readonly PackSummary[] | undefined,
  chosen: string,
  absent: (pack: string) => string,
) {
  const usable = (packs ?? []).filter(({ error }) => error === null);
  const choices = usable.map(({ id, title }) => ({ value: id, label: plainText(`${id} · ${title}`) }));
  if (choices.some(({ value }) => value === chosen)) return choices;
  return [...choices, { value: chosen, label: packs ? absent(chosen) : chosen }];
}

const NUMBERS = {
  theta: { min: 0, max: 1, step: 0.01, decimalScale: 4 },
  warn: { min: 0, max: 1, step: 0.01, decimalScale: 4 },
  reject: { min: 0, max: 1, step: 0.01, decimalScale: 4 },
  minRegionArea: { min: 0, max: 100, step: 0.01, decimalScale: 6, suffix: ' %' },
  maxRegions: { min: 0, max: 64, step: 1, decimalScale: 2 },
  pointsPerRegion: { min: 1, max: 16, step: 1, decimalScale: 2 },
  lambda: { min: 0, max: 16, step: 0.1, decimalScale: 4 },
  maxPixels: { min: 0, max: 1000, step: 10, decimalScale: 6, suffix: ' MP' },
} as const;
const GROUPS = [
  ['verdict', ['warn', 'reject']],
  ['regions', ['theta', 'minRegionArea', 'maxRegions', 'pointsPerRegion']],
  ['rest', ['lambda', 'maxPixels']],
] as const;

/** Thresholds, and what else is a number. */
export function NumberFields({ draft }: FieldsProps) {
  const { t } = useTranslation('batches');
  return GROUPS.map(([group, fields]) => (
    <Stack key={group} gap={6}>
      <Title order={3} size="sm">
        {t(`recipe.groups.${group}`)}
      </Title>
      <SimpleGrid cols={2} spacing="sm">
        {fields.map((field) => (
          <NumberInput
            key={field}
            label={t(`recipe.fields.${field}`)}
            description={t(`recipe.about.${field}`)}
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            {...draft.field(field)}
            {...NUMBERS[field]}
            clampBehavior="none"
          />
        ))}
      </SimpleGrid>
    </Stack>
  ));
}

/** The phrases of good and bad images, and the sentences that they stand in. */
export function PhraseFields({ draft }: FieldsProps) {
  const { t } = useTranslation('batches');
  const templates = draft.field('templates');
  return (
    <Stack gap="sm">
      <Title order={3} size="sm">
        {t('recipe.groups.words')}
      </Title>
      <SimpleGrid cols={2} spacing="sm">
        <Phrases draft={draft} name="normal" minRows={4} />
        <Phrases draft={draft} name="abnormal" minRows={4} />
      </SimpleGrid>
      <Disclosure
        label={t('recipe.templates', { count: templates.value.split('\n').filter(Boolean).length })}
        isForced={templates.error !== undefined}
      >
        <Phrases draft={draft} name="templates" minRows={6} />
      </Disclosure>
    </Stack>
  );
}

function Phrases({
  draft,
  name,
  minRows,
}: FieldsProps & { readonly name: 'normal' | 'abnormal' | 'templates'; readonly minRows: number }) {
  const { t } = useTranslation('batches');
  const { onChange, ...field } = draft.field(name);
  return (
    <Textarea
      label={t(`recipe.fields.${name}`)}
      description={t(`recipe.about.${name}`)}
      {...field}
      autosize
      minRows={minRows}
      maxRows={10}
      dir="auto"
      styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 12 } }}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
