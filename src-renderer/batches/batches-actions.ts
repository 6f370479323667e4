import type { ActionId, UserAction } from '../keys/action.ts';

/** What can be done with batches; each says itself why it does nothing where it may not. */
export interface BatchesContext {
  openNew(): void;
  addImages(): void;
  /** Adds images to an empty batch, inspects a new one, reviews any other. */
  open(): void;
  search(): void;
  pauseOrResume(): void;
  edit(): void;
  exportResults(): void;
  report(): void;
  archive(): void;
  remove(): void;
  purge(): void;
  undoNewest(): void;
}

export const newBatch = action('batches.import', 'I', (batches) => batches.openNew());
export const openBatch = action('batches.start', 'Enter', (batches) => batches.open());
export const searchBatches = action('batches.search', '/', (batches) => batches.search());

export const BATCH_ACTIONS: readonly UserAction<BatchesContext>[] = [
  newBatch,
  openBatch,
  searchBatches,
  action('batches.add', 'Shift+I', (batches) => batches.addImages()),
  action('batches.pause', 'P', (batches) => batches.pauseOrResume()),
  action('batches.edit', 'E', (batches) => batches.edit()),
  action('batches.export', 'X', (batches) => batches.exportResults()),
  action('batches.report', 'R', (batches) => batches.report()),
  action('batches.archive', 'Shift+A', (batches) => batches.archive()),
  action('batches.delete', 'Delete', (batches) => batches.remove()),
  action('batches.purge', 'Shift+Delete', (batches) => batches.purge()),
  action('batches.undo', 'Ctrl+Z', (batches) => batches.undoNewest()),
];

function action(
  id: ActionId & `batches.${string}`,
  key: string,
  run: (batches: BatchesContext) => void,
): UserAction<BatchesContext> {
  return { id, scope: 'batches', keys: [key], run };
}
