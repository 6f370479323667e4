import type { Implementer } from '../implementer.ts';
import type { Workstation } from '../workstation.ts';

/** Acceptance sampling. */
export function lotRoutes(_os: Implementer, _workstation: Workstation) {
  return {};
}
