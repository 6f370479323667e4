import { listFailures } from '../../store/review.ts';
import type { Implementer } from '../implementer.ts';
import type { Workstation } from '../workstation.ts';

/** Runs over the images of a batch. */
export function runRoutes({ runs }: Implementer, { workspace, desk }: Workstation) {
  return {
    list: runs.list.handler(({ input }) => desk.list(input.batchId)),
    start: runs.start.handler(({ input, context: { acting } }) => desk.start({ ...input, acting })),
    pause: runs.pause.handler(({ input }) => desk.pause(input.id, input.inspector)),
    resume: runs.resume.handler(({ input, context: { acting } }) => desk.resume({ ...input, acting })),
    cancel: runs.cancel.handler(({ input }) => desk.cancel(input.id, input.inspector)),
    failures: runs.failures.handler(({ input }) => listFailures(workspace, input.id, input.limit)),
  };
}
