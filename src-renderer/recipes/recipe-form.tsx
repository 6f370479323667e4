import { Button, Group, SimpleGrid, Stack, Switch, Text, TextInput } from '@mantine/core';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { RecipeRecord } from '../../src-shared/contract/recipes.ts';
import { useDenied } from '../state/people.ts';
import { MethodFields } from './method-fields.tsx';
import { OpinionFields } from './opinion-fields.tsx';
import { NumberFields, PackField, PhraseFields } from './recipe-fields.tsx';
import { SizeFields } from './size-fields.tsx';
import { TileFields } from './tile-fields.tsx';
import { type RecipeBase, useRecipeDraft } from './use-recipe-draft.ts';

/** The fields of a recipe. */
export function RecipeForm({
  base,
  onClose,
  onSaved,
}: {
  readonly base: RecipeBase;
  onClose(): void;
  onSaved(saved: RecipeRecord): void;
}) {
  const { t } = useTranslation(['batches', 'app']);
  const denied = useDenied()('recipes.save');
  const draft = useRecipeDraft(base, onSaved);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    draft.save();
  };
  const text = (name: 'name' | 'object') => {
    const { onChange, ...field } = draft.field(name);
    return (
      <TextInput
        label={t(`recipe.fields.${name}`)}
        {...field}
        data-autofocus={name === 'name' || undefined}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    );
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <Text size="sm" c="dimmed">
          {t('recipe.why')}
        </Text>
        <SimpleGrid cols={2}>
          {text('name')}
          {text('object')}
        </SimpleGrid>
        <PackField draft={draft} />
        <MethodFields draft={draft} />
        <NumberFields draft={draft} />
        <OpinionFields draft={draft} />
        <TileFields draft={draft} />
        <SizeFields draft={draft} />
        <PhraseFields draft={draft} />
        <Switch
          size="sm"
          label={t('recipe.two-people')}
          description={t('recipe.about.two-people')}
          checked={draft.twoPeople}
          onChange={(event) => draft.setTwoPeople(event.currentTarget.checked)}
        />
        {denied.title && (
          <Text size="xs" c="dimmed" ta="right">
            {denied.title}
          </Text>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('app:cancel')}
          </Button>
          <Button type="submit" loading={draft.isSaving} disabled={!draft.canSave} {...denied}>
            {base.parentHash === null ? t('recipe.save-first') : t('recipe.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
