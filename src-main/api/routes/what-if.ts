import type { ThetaProfileEvent } from '../../../src-shared/contract/what-if.ts';
import { thetaProfile } from '../../services/review/theta-profile.ts';
import type { Implementer } from '../implementer.ts';
import type { Workstation } from '../workstation.ts';

/** What other thresholds would make of a run. */
export function whatIfRoutes({ whatIf }: Implementer, { workspace }: Workstation) {
  return {
    thetaProfile: whatIf.thetaProfile.handler(({ input, context: { stream } }) =>
      stream<ThetaProfileEvent>(async (emit, signal) => {
        const onProgress = (progress: { readonly done: number; readonly total: number }) =>
          emit({ kind: 'counting', ...progress });
        const profile = await thetaProfile(workspace, input.runId, { signal, onProgress });
        emit({ kind: 'profile', profile });
      }),
    ),
  };
}
