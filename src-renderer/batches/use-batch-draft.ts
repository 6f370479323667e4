import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Batch, BatchMetadata } from '../../src-shared/batch.ts';
import { lastName } from '../i18n/paths.ts';
import { useSelectedBatch } from '../state/selected-batch.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import { importInto } from './imports.ts';

/** `new`: makes a batch and fills it; `add`: more images for one; `edit`: what is written on it. */
export type BatchDialogTask =
  | { readonly kind: 'new'; readonly paths: readonly string[] }
  | { readonly kind: 'add'; readonly batch: Batch; readonly paths: readonly string[] }
  | { readonly kind: 'edit'; readonly batch: Batch };

const EMPTY: BatchMetadata = {
  name: '',
  objectName: '',
  partNumber: '',
  revision: '',
  lot: '',
  order: '',
  recipeHash: null,
};

/**
 * What is typed about a batch, and its saving; images are imported behind it.
 * @param onMade a batch was made and is selected
 */
export function useBatchDraft(task: BatchDialogTask, onMade: () => void, onSaved: () => void) {
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
  const make = async () => {
    const { id } = await client.batches.create({
      metadata: { ...metadata, name: metadata.name.trim() },
      inspector,
    });
    await queries.invalidateQueries({ queryKey: api.batches.list.key() });
    useSelectedBatch.getState().select(id);
    onMade();
    return id;
  };
  const save = useMutation({
    mutationFn: async () => {
      if (task.kind === 'edit') {
        await client.batches.update({ id: task.batch.id, changes: typed, inspector });
        return;
      }
      const id = task.kind === 'add' ? task.batch.id : await make();
      if (paths.length > 0) void importInto(client, id, paths, inspector);
    },
    onSuccess: onSaved,
  });
  return {
    paths,
    metadata,
    set: (changes: Partial<BatchMetadata>) => setTyped((current) => ({ ...current, ...changes })),
    canSave: task.kind === 'add' ? paths.length > 0 : metadata.name.trim() !== '',
    isSaving: save.isPending,
    save: () => save.mutate(),
  };
}

function metadataOf({
  id: _id,
  createdAt: _createdAt,
  archivedAt: _archivedAt,
  ...metadata
}: Batch): BatchMetadata {
  return metadata;
}
