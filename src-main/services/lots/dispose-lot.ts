import { failure } from '../../../src-shared/errors.ts';
import type { LotDecision, LotDetails, LotState } from '../../../src-shared/sampling/lot.ts';
import { addDecision } from '../../store/lots.ts';
import type { Workspace } from '../../store/workspace.ts';
import { lotDetails, lotState } from './lot-state.ts';
import { standingDecision } from './lot-switching.ts';

/**
 * Decides about a lot, with what its sample says at that moment.
 * @throws ClipSamError `not-found` when there is no such lot; `input-invalid` without the comment that a decision asks for
 *   which the finding does not say by itself; `conflict` when there is no decision to withdraw
 */
export async function disposeLot(
  workspace: Workspace,
  decision: { readonly id: number } & Pick<LotDecision, 'disposition' | 'comment' | 'inspector'>,
): Promise<LotDetails> {
  const { id, disposition, comment, inspector } = decision;
  await addDecision(workspace, id, async (within, before) => {
    if (disposition === 'withdrawn' && !standingDecision(before.decisions)) {
      throw failure('lot-undecided', { lot: id }, `There is no decision about lot ${id} to withdraw.`);
    }
    const state = await lotState(within, before);
    if (comment === '' && needsReason(state, disposition)) {
      throw failure(
        'lot-no-reason',
        `The sample does not say that the lot is ${disposition}: write the reason as a comment.`,
      );
    }
    return { disposition, comment, inspector, runId: state.runId, finding: state.finding };
  });
  return lotDetails(workspace, id);
}

/** Whether a decision is more than what the sample says. */
function needsReason(
  { finding, notices, decision }: LotState,
  disposition: LotDecision['disposition'],
): boolean {
  if (disposition === 'cancelled' || disposition === 'withdrawn' || decision) return true;
  if (finding.conformity !== disposition) return true;
  return disposition === 'accepted' && notices.some(({ code }) => DOUBTS.has(code));
}

/** Notices with which an accepted lot is not accepted without a word. */
const DOUBTS: ReadonlySet<string> = new Set(['beyond', 'unclassified', 'images-changed', 'images-added']);
