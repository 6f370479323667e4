import { AUDIT_ACTIONS } from '../audit/audit-actions.ts';
import { BATCH_ACTIONS } from '../batches/batches-actions.ts';
import { DASHBOARD_ACTIONS } from '../dashboard/dashboard-actions.ts';
import type { AnyAction } from '../keys/action.ts';
import { LOT_ACTIONS } from '../lots/lots-actions.ts';
import { MODEL_ACTIONS } from '../models/model-actions.ts';
import { REFERENCES_ACTIONS } from '../references/references-actions.ts';
import { REPORT_ACTIONS } from '../reports/reports-actions.ts';
import { REVIEW_SCREEN_ACTIONS } from '../review/review-actions.ts';
import { APP_ACTIONS, signOutAction } from './app-actions.ts';

/** Everything that has a key, each once, for the dialog of shortcuts. */
export const ALL_ACTIONS: readonly AnyAction[] = [
  ...APP_ACTIONS,
  signOutAction,
  ...BATCH_ACTIONS,
  ...MODEL_ACTIONS,
  ...REVIEW_SCREEN_ACTIONS,
  ...REPORT_ACTIONS,
  ...REFERENCES_ACTIONS,
  ...LOT_ACTIONS,
  ...DASHBOARD_ACTIONS,
  ...AUDIT_ACTIONS,
];
