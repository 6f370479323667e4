import { Button, Group, Modal, SimpleGrid, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Batch, BatchMetadata } from '../../src-shared/batch.ts';
import { desktop } from '../api/connection.ts';
import { lastName } from '../i18n/paths.ts';
import { plainText } from '../i18n/plain-text.ts';
import { RecipeSelect } from '../recipes/recipe-select.tsx';
import { useSelectedBatch } from '../state/selected-batch.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import { importInto } from './imports.ts';
import { SourcePicker } from './source-picker.tsx';

/** `new`: makes a batch and fills it; `add`: more images for one; `edit`: what is written on it. */
export type BatchDialogTask =
  | { readonly kind: 'new'; readonly paths: readonly string[] }
  | { readonly kind: 'add'; readonly batch: Batch; readonly paths: readonly string[] }
  | { readonly kind: 'edit'; readonly batch: Batch };

/** Makes, fills or changes a batch. */
export function BatchDialog({
  task,
  onPaths,
  onClose,
  onMade,
}: {
  /** Null: closed. */
  readonly task: BatchDialogTask | null;
  onPaths(paths: readonly string[]): void;
  onClose(): void;
  /** A batch was made and is selected. */
  onMade(): void;
}) {
  const { t } = useTranslation(['batches', 'app']);
  const [busy, setBusy] = useState(false);
  return (
    <Modal
      opened={task !== null}
      onClose={onClose}
      size={task?.kind === 'new' ? 980 : 560}
      title={
        task
          ? t(`dialog.${task.kind}.title`, { name: 'batch' in task ? plainText(task.batch.name) : '' })
          : ''
      }
      closeOnEscape={!busy}
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': t('app:close') }}
      styles={{ title: { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' } }}
    >
      {task && <BatchForm task={task} onPaths={onPaths} onClose={onClose} onMade={onMade} onBusy={setBusy} />}
    </Modal>
  );
}

const EMPTY: BatchMetadata = {
  name: '',
  objectName: '',
  partNumber: '',
  revision: '',
  lot: '',
  order: '',
  recipeHash: null,
};

function BatchForm({
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
  const { client, api } = useWorkstation();
  const queries = useQueryClient();
  const inspector = useSession((session) => session.inspector);
  const [typed, setTyped] = useState<Partial<BatchMetadata>>({});
  const paths = 'paths' in task ? task.paths : [];
  const [first] = paths;
  const proposed = first === undefined ? '' : lastName(first).slice(0, 500);
  const metadata: BatchMetadata = {
    ...(task.kind === 'edit' ? metadataOf(task.batch) : { ...EMPTY, name: proposed }),
    ...typed,
  };
  const set = (changes: Partial<BatchMetadata>) => setTyped((current) => ({ ...current, ...changes }));
  const submit = useMutation({
    mutationFn: async () => {
      if (task.kind === 'edit') {
        await client.batches.update({ id: task.batch.id, changes: typed, inspector });
      } else {
        const { id } =
          task.kind === 'add'
            ? task.batch
            : await client.batches.create({
                metadata: { ...metadata, name: metadata.name.trim() },
                inspector,
              });
        if (task.kind === 'new') {
          await queries.invalidateQueries({ queryKey: api.batches.list.key() });
          useSelectedBatch.getState().select(id);
          onMade();
        }
        if (paths.length > 0) void importInto(client, id, paths, inspector);
      }
    },
    onSuccess: onClose,
  });
  const nothingToDo = task.kind === 'add' ? paths.length === 0 : metadata.name.trim() === '';
  const text = (field: keyof Omit<BatchMetadata, 'recipeHash'>, maxLength = 500) => (
    <TextInput
      label={t(`fields.${field}`)}
      value={metadata[field]}
      maxLength={maxLength}
      dir="auto"
      onChange={(event) => set({ [field]: event.currentTarget.value })}
    />
  );
  const fields = (
    <Stack gap="sm">
      <TextInput
        label={t('fields.name')}
        value={metadata.name}
        maxLength={500}
        required
        data-autofocus={task.kind === 'edit' || desktop !== undefined || undefined}
        dir="auto"
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <TextInput
        label={t('fields.objectName')}
        description={t('about-object')}
        placeholder={t('object-example')}
        value={metadata.objectName}
        maxLength={100}
        dir="auto"
        onChange={(event) => set({ objectName: event.currentTarget.value })}
      />
      <SimpleGrid cols={2} spacing="sm">
        {text('partNumber')}
        {text('revision')}
        {text('lot')}
        {text('order')}
      </SimpleGrid>
      <RecipeSelect
        value={metadata.recipeHash}
        objectName={metadata.objectName}
        onChange={(recipeHash) => set({ recipeHash })}
        onEditing={onBusy}
      />
    </Stack>
  );
  return (
    <form
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        if (!nothingToDo) submit.mutate();
      }}
    >
      <Stack>
        {task.kind === 'new' ? (
          <SimpleGrid cols={2} spacing="xl">
            <Stack gap="xs">
              <Title order={3} size="sm">
                {t('source.title')}
              </Title>
              <SourcePicker paths={paths} onChange={onPaths} />
            </Stack>
            <Stack gap="xs">
              <Title order={3} size="sm">
                {t('dialog.metadata')}
              </Title>
              {fields}
            </Stack>
          </SimpleGrid>
        ) : task.kind === 'add' ? (
          <SourcePicker paths={paths} onChange={onPaths} />
        ) : (
          fields
        )}
        <Group justify="flex-end">
          {task.kind === 'new' && paths.length === 0 && (
            <Text size="xs" c="dimmed" flex={1}>
              {t('dialog.later')}
            </Text>
          )}
          <Button variant="default" onClick={onClose}>
            {t('app:cancel')}
          </Button>
          <Button type="submit" loading={submit.isPending} disabled={nothingToDo}>
            {t(
              task.kind === 'new' && paths.length === 0
                ? 'dialog.new.submit-empty'
                : `dialog.${task.kind}.submit`,
            )}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function metadataOf({
  id: _id,
  createdAt: _createdAt,
  archivedAt: _archivedAt,
  ...metadata
}: Batch): BatchMetadata {
  return metadata;
}
