import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { MemoryChange } from '../../src-shared/reference-set.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';

/** Asking for changes of what products remember, and deciding on those that wait. */
export function useChanges() {
  const { t } = useTranslation(['references', 'app']);
  const { api } = useWorkstation();
  const inspector = useSession((session) => session.inspector);
  // What counts at once is seen in the lists; of what does not, one hears why nothing changed.
  const onSuccess = ({ state }: MemoryChange) => {
    if (state !== 'examining' && state !== 'waiting') return;
    notifications.show({
      title: t(`state.${state}`),
      message: t(`state-why.${state}`),
      closeButtonProps: { 'aria-label': t('app:close') },
    });
  };
  const remove = useMutation(api.references.remove.mutationOptions({ onSuccess }));
  const undo = useMutation(api.references.undo.mutationOptions({ onSuccess }));
  const approve = useMutation(api.references.approve.mutationOptions());
  const reject = useMutation(api.references.reject.mutationOptions());
  return {
    isBusy: remove.isPending || undo.isPending || approve.isPending || reject.isPending,
    remove: (items: readonly number[]) => remove.mutate({ items: [...items], inspector }),
    undo: (id: number) => undo.mutate({ id, inspector }),
    /** Undoes the newest change that still counts. */
    undoNewest: (history: readonly MemoryChange[] | undefined) => {
      const newest = history?.find((change) => canUndo(change, history));
      if (newest && !undo.isPending) undo.mutate({ id: newest.id, inspector });
    },
    approve: (id: number, comment: string) => approve.mutate({ id, comment, inspector }),
    reject: (id: number, comment: string) => reject.mutate({ id, comment, inspector }),
  };
}
export type Changes = ReturnType<typeof useChanges>;

/** True for a change that counts, is none of undoing, and was not undone. */
export function canUndo({ id, state, undoes }: MemoryChange, history: readonly MemoryChange[]): boolean {
  if (state !== 'effective' || undoes !== null) return false;
  return !history.some((other) => other.undoes === id && other.state !== 'rejected');
}
