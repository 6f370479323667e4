import type { Implementer } from '../implementer.ts';
import type { Workstation } from '../workstation.ts';

/** Signatures. */
export function signatureRoutes(_os: Implementer, _workstation: Workstation) {
  return {};
}
