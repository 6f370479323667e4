import type { Implementer } from '../implementer.ts';
import type { Workstation } from '../workstation.ts';

/** Statistics over many batches. */
export function statsRoutes(_os: Implementer, _workstation: Workstation) {
  return {};
}
