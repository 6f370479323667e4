import type { Implementer } from '../implementer.ts';
import type { Workstation } from '../workstation.ts';

/** Reports that are filed. */
export function reportRoutes(_os: Implementer, _workstation: Workstation) {
  return {};
}
