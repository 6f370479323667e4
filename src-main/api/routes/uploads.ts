import type { Implementer } from '../implementer.ts';
import type { Workstation } from '../workstation.ts';

/** Images from browsers' machines; their pieces come over HTTP (`../uploads.ts`). */
export function uploadRoutes({ uploads: os }: Implementer, { uploads }: Workstation) {
  return {
    begin: os.begin.handler(({ input: { files, inspector } }) => uploads.begin(files, inspector)),
    finish: os.finish.handler(async ({ input: { id, inspector } }) => ({
      path: await uploads.finish(id, inspector),
    })),
    discard: os.discard.handler(async ({ input: { id, inspector } }) => {
      await uploads.discard(id, inspector);
      return null;
    }),
  };
}
