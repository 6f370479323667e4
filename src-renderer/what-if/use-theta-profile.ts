import { useEffect, useState } from 'react';
import type { ThetaProfile } from '../../src-shared/contract/what-if.ts';
import { failureOf } from '../api/connection.ts';
import type { Failure } from '../i18n/failure-text.ts';
import { useWorkstation } from '../state/workstation.ts';

export type ProfileState =
  | { readonly state: 'counting'; readonly done: number; readonly total: number }
  | { readonly state: 'ready'; readonly profile: ThetaProfile }
  | { readonly state: 'failed'; readonly error: Failure };

const BEGIN: ProfileState = { state: 'counting', done: 0, total: 0 };

/**
 * Regions of a run at every θ; undefined without a run. It is counted anew when the run has more results.
 * @param inspected images with a result
 */
export function useThetaProfile(runId: number | undefined, inspected: number): ProfileState | undefined {
  const { client } = useWorkstation();
  const [state, setState] = useState<ProfileState>(BEGIN);
  // biome-ignore lint/correctness/useExhaustiveDependencies: more results, another profile
  useEffect(() => {
    if (runId === undefined) return;
    const abort = new AbortController();
    const { signal } = abort;
    const count = async () => {
      for await (const event of await client.whatIf.thetaProfile({ runId }, { signal })) {
        if (signal.aborted) return;
        if (event.kind === 'profile') setState({ state: 'ready', profile: event.profile });
        // What was counted stays on screen while a few more results are added to it.
        else
          setState((now) =>
            now.state === 'ready' ? now : { state: 'counting', done: event.done, total: event.total },
          );
      }
    };
    count().catch((error: unknown) => {
      if (!signal.aborted) setState({ state: 'failed', error: failureOf(error) });
    });
    return () => abort.abort();
  }, [client, runId, inspected]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another run begins anew
  useEffect(() => setState(BEGIN), [runId]);
  return runId === undefined ? undefined : state;
}
