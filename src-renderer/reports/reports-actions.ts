import type { ActionId, UserAction } from '../keys/action.ts';

/** What can be done with reports. */
export interface ReportsContext {
  search(): void;
  openNew(): void;
  /** The newest revision of the selected one, made anew. */
  revise(): void;
  save(): void;
}

const searchReports = action('reports.search', '/', ({ search }) => search());
export const newReport = action('reports.new', 'I', ({ openNew }) => openNew());
export const reviseAction = action('reports.revise', 'E', ({ revise }) => revise());
export const saveAction = action('reports.save', 'X', ({ save }) => save());

export const REPORT_ACTIONS: readonly UserAction<ReportsContext>[] = [
  newReport,
  searchReports,
  reviseAction,
  saveAction,
];

function action(
  id: ActionId & `reports.${string}`,
  key: string,
  run: (reports: ReportsContext) => void,
): UserAction<ReportsContext> {
  return { id, scope: 'reports', keys: [key], run };
}
