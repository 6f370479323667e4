import { listFailures } from '../../store/failures.ts';
import type { Implementer } from '../implementer.ts';
import type { Workstation } from '../workstation.ts';

/** Runs over the images of a batch. */
export function runRoutes({ runs }: Implementer, { workspace, runControl }: Workstation) {
  return {
    list: runs.list.handler(({ input }) => runControl.list(input.batchId)),
    start: runs.start.handler(({ input, context: { acting } }) => runControl.start({ ...input, acting })),
    pause: runs.pause.handler(({ input }) => runControl.pause(input.id, input.inspector)),
    resume: runs.resume.handler(({ input, context: { acting } }) => runControl.resume({ ...input, acting })),
    cancel: runs.cancel.handler(({ input }) => runControl.cancel(input.id, input.inspector)),
    failures: runs.failures.handler(({ input }) => listFailures(workspace, input.id, input.limit)),
  };
}
