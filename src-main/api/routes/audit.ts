import type { Implementer } from '../implementer.ts';
import type { Workstation } from '../workstation.ts';

/** The audit trail. */
export function auditRoutes(_os: Implementer, _workstation: Workstation) {
  return {};
}
