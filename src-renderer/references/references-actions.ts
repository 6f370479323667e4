import type { ActionId, UserAction } from '../keys/action.ts';

/** What can be done with what a product remembers. */
export interface ReferencesContext {
  removeSelected(): void;
  undoNewest(): void;
}

export const removeItems = action('references.remove', 'Delete', ({ removeSelected }) => removeSelected());
const undoChange = action('references.undo', 'Ctrl+Z', ({ undoNewest }) => undoNewest());

export const REFERENCES_ACTIONS: readonly UserAction<ReferencesContext>[] = [removeItems, undoChange];

function action(
  id: ActionId & `references.${string}`,
  key: string,
  run: (references: ReferencesContext) => void,
): UserAction<ReferencesContext> {
  return { id, scope: 'references', keys: [key], run };
}
