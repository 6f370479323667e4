import { Button, Group, SimpleGrid, Stack, Text, TextInput, Title } from '@mantine/core';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { BatchMetadata } from '../../src-shared/batch.ts';
import { desktop } from '../api/connection.ts';
import { RecipeSelect } from '../recipes/recipe-select.tsx';
import { SourcePicker } from './source-picker.tsx';
import { type BatchDialogTask, useBatchDraft } from './use-batch-draft.ts';

/** The fields of a batch, and the images that come into it. */
export function BatchForm({
  task,
  onPaths,
  onClose,
  onMade,
  onBusy,
}: {
  readonly task: BatchDialogTask;
  onPaths(paths: readonly string[]): void;
  onClose(): void;
  onMade(): void;
  onBusy(busy: boolean): void;
}) {
  const { t } = useTranslation(['batches', 'app']);
  const { paths, metadata, set, canSave, isSaving, save } = useBatchDraft(task, onMade, onClose);
  const isWithoutImages = task.kind === 'new' && paths.length === 0;
  const sources = <SourcePicker paths={paths} onChange={onPaths} />;
  const fields = (
    <MetadataFields
      metadata={metadata}
      focusFirst={task.kind === 'edit' || desktop !== undefined}
      onChange={set}
      onBusy={onBusy}
    />
  );
  return (
    <form
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        if (canSave) save();
      }}
    >
      <Stack>
        {task.kind === 'new' ? (
          <SimpleGrid cols={2} spacing="xl">
            <Stack gap="xs">
              <Title order={3} size="sm">
                {t('source.title')}
              </Title>
              {sources}
            </Stack>
            <Stack gap="xs">
              <Title order={3} size="sm">
                {t('dialog.metadata')}
              </Title>
              {fields}
            </Stack>
          </SimpleGrid>
        ) : task.kind === 'add' ? (
          sources
        ) : (
          fields
        )}
        <Group justify="flex-end">
          {isWithoutImages && (
            <Text size="xs" c="dimmed" flex={1}>
              {t('dialog.later')}
            </Text>
          )}
          <Button variant="default" onClick={onClose}>
            {t('app:cancel')}
          </Button>
          <Button type="submit" loading={isSaving} disabled={!canSave}>
            {t(isWithoutImages ? 'dialog.new.submit-empty' : `dialog.${task.kind}.submit`)}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** What is written on a batch, and the recipe of its next run. */
function MetadataFields({
  metadata,
  focusFirst,
  onChange,
  onBusy,
}: {
  readonly metadata: BatchMetadata;
  readonly focusFirst: boolean;
  onChange(changes: Partial<BatchMetadata>): void;
  /** True while the recipe is edited in a window of its own. */
  onBusy(busy: boolean): void;
}) {
  const { t } = useTranslation('batches');
  const field = (name: Exclude<keyof BatchMetadata, 'recipeHash'>, maxLength = 500) => ({
    label: t(`fields.${name}`),
    value: metadata[name],
    maxLength,
    dir: 'auto',
    onChange: (event: { currentTarget: HTMLInputElement }) => onChange({ [name]: event.currentTarget.value }),
  });
  return (
    <Stack gap="sm">
      <TextInput {...field('name')} required data-autofocus={focusFirst || undefined} />
      <TextInput
        {...field('objectName', 100)}
        description={t('about-object')}
        placeholder={t('object-example')}
      />
      <SimpleGrid cols={2} spacing="sm">
        <TextInput {...field('partNumber')} />
        <TextInput {...field('revision')} />
        <TextInput {...field('lot')} />
        <TextInput {...field('order')} />
      </SimpleGrid>
      <RecipeSelect
        value={metadata.recipeHash}
        objectName={metadata.objectName}
        onChange={(recipeHash) => onChange({ recipeHash })}
        onEditing={onBusy}
      />
    </Stack>
  );
}
