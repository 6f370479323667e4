import { beginLot } from '../../services/lots/begin-lot.ts';
import { disposeLot } from '../../services/lots/dispose-lot.ts';
import { lotDetails, lotPage } from '../../services/lots/lot-state.ts';
import { switchingHistory } from '../../services/lots/lot-switching.ts';
import { planForLot } from '../../services/lots/plan-lot.ts';
import type { Implementer } from '../implementer.ts';
import { checkRole } from '../permission.ts';
import type { Workstation } from '../workstation.ts';

/** Acceptance sampling. */
export function lotRoutes({ lots }: Implementer, { workspace }: Workstation) {
  return {
    plan: lots.plan.handler(({ input }) => planForLot(workspace, input)),
    begin: lots.begin.handler(({ input, context: { signedIn, acting } }) =>
      beginLot(acting, input, { allowOverride: () => checkRole(signedIn, 'lots.override') }),
    ),
    list: lots.list.handler(({ input }) => lotPage(workspace, input)),
    get: lots.get.handler(({ input }) => lotDetails(workspace, input.id)),
    dispose: lots.dispose.handler(({ input, context: { acting } }) => disposeLot(acting, input)),
    switching: lots.switching.handler(async ({ input: { partNumber, supplier } }) => {
      const { switching } = await switchingHistory(workspace, partNumber, supplier);
      return switching;
    }),
  };
}
