import type { ActionId, UserAction } from '../keys/action.ts';

/** What can be done with the audit trail. */
export interface AuditContext {
  readonly mayRead: boolean;
  search(): void;
  verify(): void;
}

const searchTrail = action('audit.search', '/', ({ search }) => search());
export const verifyAction = action('audit.verify', 'V', ({ verify }) => verify());

export const AUDIT_ACTIONS: readonly UserAction<AuditContext>[] = [searchTrail, verifyAction];

function action(
  id: ActionId & `audit.${string}`,
  key: string,
  run: (audit: AuditContext) => void,
): UserAction<AuditContext> {
  return { id, scope: 'audit', keys: [key], isEnabled: ({ mayRead }) => mayRead, run };
}
