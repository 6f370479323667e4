import {
  Button,
  Collapse,
  Drawer,
  Group,
  NumberInput,
  Select,
  SimpleGrid,
  Stack,
  Text,
  Textarea,
  TextInput,
  Title,
} from '@mantine/core';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PackSummary } from '../../src-shared/contract/packs.ts';
import type { RecipeRow } from '../../src-shared/contract/recipes.ts';
import type { Recipe } from '../../src-shared/recipe.ts';
import { plainText } from '../i18n/plain-text.ts';
import { useDenied } from '../state/people.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import { type DraftField, fromDraft, type RecipeDraft, toDraft } from './recipe-draft.ts';

export interface RecipeBase {
  readonly recipe: Recipe;
  /** The revision that the new one comes after; null: the first of its kind. */
  readonly parentHash: string | null;
}

/** Edits a recipe. What is saved is a new revision: results keep the one that they were made with. */
export function RecipeDrawer({
  base,
  onClose,
  onSaved,
}: {
  /** Null: closed. */
  readonly base: RecipeBase | null;
  onClose(): void;
  onSaved(saved: RecipeRow): void;
}) {
  const { t } = useTranslation(['batches', 'app']);
  return (
    <Drawer
      opened={base !== null}
      onClose={onClose}
      position="right"
      size={560}
      zIndex={300}
      title={t('recipe.title')}
      closeButtonProps={{ 'aria-label': t('app:close') }}
    >
      {base && <RecipeForm key={base.parentHash ?? 'new'} base={base} onClose={onClose} onSaved={onSaved} />}
    </Drawer>
  );
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

function RecipeForm({
  base,
  onClose,
  onSaved,
}: {
  readonly base: RecipeBase;
  onClose(): void;
  onSaved(saved: RecipeRow): void;
}) {
  const { t } = useTranslation(['batches', 'app']);
  const { api, client } = useWorkstation();
  const denied = useDenied()('recipes.save');
  const inspector = useSession((session) => session.inspector);
  const [draft, setDraft] = useState(() => toDraft(base.recipe));
  const [templatesOpen, setTemplatesOpen] = useState(false);
  const [pack, setPack] = useState(base.recipe.pack);
  const { data: packs } = useQuery(api.models.list.queryOptions());
  // Thresholds and words mean something else to another pack: its own come with it.
  const choosePack = useMutation({
    mutationFn: async (id: string) =>
      id === base.recipe.pack ? base.recipe : client.recipes.default({ pack: id }),
    onSuccess: (recipe, id) => {
      setPack(id);
      setDraft(({ name, object }) => ({ ...toDraft(recipe), name, object }));
    },
  });
  const read = fromDraft(draft, pack);
  const issues = 'issues' in read ? read.issues : {};
  const isSame = 'recipe' in read && JSON.stringify(read.recipe) === JSON.stringify(base.recipe);
  const save = useMutation({
    mutationFn: (recipe: Recipe) => client.recipes.save({ recipe, parentHash: base.parentHash, inspector }),
    onSuccess: onSaved,
  });
  const set = (field: DraftField) => (value: RecipeDraft[DraftField]) =>
    setDraft((current) => ({ ...current, [field]: value }));
  const error = (field: DraftField) => {
    const issue = issues[field];
    if (!issue) return undefined;
    const line = issue.values.line > 0 ? `${t('recipe.line', issue.values)} ` : '';
    return line + t(`recipe.issues.${issue.text}`, issue.values);
  };
  const lines = (field: 'normal' | 'abnormal' | 'templates', minRows: number) => (
    <Textarea
      label={t(`recipe.fields.${field}`)}
      description={t(`recipe.about.${field}`)}
      value={draft[field]}
      error={error(field)}
      autosize
      minRows={minRows}
      maxRows={10}
      dir="auto"
      styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 12 } }}
      onChange={(event) => set(field)(event.currentTarget.value)}
    />
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    if ('recipe' in read) save.mutate(read.recipe);
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <Text size="sm" c="dimmed">
          {t('recipe.why')}
        </Text>
        <SimpleGrid cols={2}>
          <TextInput
            label={t('recipe.fields.name')}
            value={draft.name}
            error={error('name')}
            data-autofocus
            onChange={(event) => set('name')(event.currentTarget.value)}
          />
          <TextInput
            label={t('recipe.fields.object')}
            value={draft.object}
            error={error('object')}
            onChange={(event) => set('object')(event.currentTarget.value)}
          />
        </SimpleGrid>
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
        {GROUPS.map(([group, fields]) => (
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
                  value={draft[field]}
                  error={error(field)}
                  {...NUMBERS[field]}
                  clampBehavior="none"
                  onChange={set(field)}
                />
              ))}
            </SimpleGrid>
          </Stack>
        ))}
        <Stack gap="sm">
          <Title order={3} size="sm">
            {t('recipe.groups.words')}
          </Title>
          <SimpleGrid cols={2} spacing="sm">
            {lines('normal', 4)}
            {lines('abnormal', 4)}
          </SimpleGrid>
          <div>
            <Button
              variant="subtle"
              color="gray"
              size="compact-sm"
              aria-expanded={templatesOpen}
              leftSection={templatesOpen ? <IconChevronDown size={14} /> : <IconChevronRight size={14} />}
              onClick={() => setTemplatesOpen(!templatesOpen)}
            >
              {t('recipe.templates', { count: draft.templates.split('\n').filter(Boolean).length })}
            </Button>
            <Collapse expanded={templatesOpen || issues.templates !== undefined}>
              {lines('templates', 6)}
            </Collapse>
          </div>
        </Stack>
        {denied.title && (
          <Text size="xs" c="dimmed" ta="right">
            {denied.title}
          </Text>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('app:cancel')}
          </Button>
          <Button type="submit" loading={save.isPending} disabled={!('recipe' in read) || isSame} {...denied}>
            {base.parentHash === null ? t('recipe.save-first') : t('recipe.save')}
          </Button>
        </Group>
      </Stack>
    </form>
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
