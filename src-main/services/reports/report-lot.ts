import { failure } from '../../../src-shared/errors.ts';
import { severitySchema } from '../../../src-shared/verdict.ts';
import type { ReportLot } from '../../reports/report-records.ts';
import type { Workspace } from '../../store/workspace.ts';
import { lotDetails } from '../lots/lot-state.ts';

/**
 * What a report says of a lot as it is now; null where it is about none.
 * @param batchId of the batch that the report is about
 * @throws ClipSamError `not-found` when there is no such lot, `input-invalid` when it was drawn from another batch
 */
export async function reportLot(
  workspace: Workspace,
  lotId: number | null,
  batchId: number,
): Promise<ReportLot | null> {
  if (lotId === null) return null;
  const { lot, runId, finding, decision, notices, images } = await lotDetails(workspace, lotId);
  if (lot.batchId !== batchId) {
    throw failure(
      'report-other-lot',
      { lot: lotId },
      `Lot ${lotId} was drawn from another batch than the report is about. Choose a lot of its batch.`,
    );
  }
  const { id, partNumber, supplier, size, standard, level, overrideReason, seed } = lot;
  return {
    ...{ id, partNumber, supplier, lot: lot.lot, size, standard, level, overrideReason, seed, runId },
    sample: images.map(({ imageId }) => imageId),
    reviewed: finding.judged,
    conformity: finding.conformity,
    plans: severitySchema.options.flatMap((of) => {
      const [plan, said] = [lot.plans[of], finding.classes[of]];
      return plan && said ? { of, ...plan, ...said } : [];
    }),
    notices,
    disposition: decision && {
      disposition: decision.disposition,
      comment: decision.comment,
      inspector: decision.inspector,
      at: decision.createdAt,
    },
  };
}
