import type { Implementer } from '../implementer.ts';
import type { Workstation } from '../workstation.ts';

/** Backups and the doctor. */
export function backupRoutes(_os: Implementer, _workstation: Workstation) {
  return {};
}
