import type { LotPlan, LotRequest } from '../../../src-shared/contract/lots.ts';
import { failure } from '../../../src-shared/errors.ts';
import type { InspectionSeverity } from '../../../src-shared/sampling/master-tables.ts';
import {
  type ClassLimits,
  isLimit,
  planLot,
  type SamplingStandard,
  sampleSizeOf,
} from '../../../src-shared/sampling/plan.ts';
import type { ProposedSeverity, SwitchingState } from '../../../src-shared/sampling/switching.ts';
import { type Severity, severitySchema } from '../../../src-shared/verdict.ts';
import { getBatch } from '../../store/batches.ts';
import { sampleFrame } from '../../store/lots.ts';
import type { Workspace } from '../../store/workspace.ts';
import { proposalFor, switchingHistory } from './lot-switching.ts';

/**
 * What would be drawn from a batch, and what is accepted.
 * @throws ClipSamError `not-found` when there is no such batch; `input-invalid` for a limit that the standard does not have
 */
export async function planForLot(workspace: Workspace, request: LotRequest): Promise<LotPlan> {
  const { batchId, standard, limits, severities } = request;
  checkLimits(standard, limits);
  const partNumber = batchId === null ? request.partNumber : (await getBatch(workspace, batchId)).partNumber;
  const history = await switchingHistory(workspace, partNumber, request.supplier);
  const switching = proposalFor(history.switching, (severity) => followsRules(request, severity));
  const plans = planLot({
    ...request,
    lotSize: request.size,
    severities: { ...startingSeverities(switching), ...severities },
  });
  const drawn = batchId === null ? null : await sampleFrame(workspace, batchId);
  return {
    plans,
    sampleSize: sampleSizeOf(plans),
    switching,
    undecided: history.undecided,
    images: drawn?.frame.images ?? null,
    unreadable: drawn?.frame.unreadable.length ?? null,
  };
}

/** Whether the switching rules are for a class: it has an AQL of the tables. */
function followsRules(
  { standard, limits }: Pick<LotRequest, 'standard' | 'limits'>,
  severity: Severity,
): boolean {
  return standard === 'iso-2859-1' && limits[severity] !== undefined && limits[severity] !== 0;
}

/** What is proposed, with what inspection begins again after it was discontinued. */
function startingSeverities(switching: LotPlan['switching']): Partial<Record<Severity, InspectionSeverity>> {
  return Object.fromEntries(
    Object.entries(switching).map(([severity, state]) => [
      severity,
      startOf((state as SwitchingState).proposed),
    ]),
  );
}

/** The severity that is taken where a class is proposed to be inspected so. */
export function startOf(proposed: ProposedSeverity): InspectionSeverity {
  return proposed === 'discontinued' ? 'tightened' : proposed;
}

function checkLimits(standard: SamplingStandard, limits: ClassLimits): void {
  for (const severity of severitySchema.options) {
    const limit = limits[severity];
    if (limit === undefined || isLimit(standard, limit)) continue;
    throw failure(
      'lot-limit',
      { limit },
      `${limit} is no limit that ${standard} has plans for. Take an AQL of the tables, or 0 for none accepted.`,
    );
  }
}
