import type { SwitchingByClass } from '../../../src-shared/contract/lots.ts';
import type { LotDecision } from '../../../src-shared/sampling/lot.ts';
import {
  type InspectedLot,
  NO_SWITCHING,
  type SwitchingState,
  switchingState,
} from '../../../src-shared/sampling/switching.ts';
import { type Severity, severitySchema } from '../../../src-shared/verdict.ts';
import { type DecidedLot, lotsOfPart } from '../../store/lots.ts';
import type { Workspace } from '../../store/workspace.ts';

/** What the lots of a part number and a supplier say about the next one. */
export interface SwitchingHistory {
  readonly switching: SwitchingByClass;
  /** Lots that nobody has decided yet. */
  readonly undecided: number;
}

/** The switching rules over the lots of a part number and a supplier, each class of nonconformities by itself. */
export async function switchingHistory(
  workspace: Workspace,
  partNumber: string,
  supplier: string,
): Promise<SwitchingHistory> {
  const lots = await lotsOfPart(workspace, partNumber, supplier);
  const switching: Partial<Record<Severity, SwitchingState>> = {};
  for (const severity of severitySchema.options) {
    switching[severity] = switchingState(lots.flatMap((lot) => inspected(lot, severity) ?? []));
  }
  return { switching, undecided: lots.filter(({ decisions }) => !standingDecision(decisions)).length };
}

/** What is proposed for the classes of a lot: those without switching rules stay as they are. */
export function proposalFor(
  switching: SwitchingByClass,
  followsRules: (severity: Severity) => boolean,
): SwitchingByClass {
  return Object.fromEntries(
    severitySchema.options.map((severity) => [
      severity,
      followsRules(severity) ? (switching[severity] ?? NO_SWITCHING) : NO_SWITCHING,
    ]),
  );
}

/** The decision that counts; undefined: none was taken, or it was withdrawn. */
export function standingDecision(decisions: readonly LotDecision[]): LotDecision | undefined {
  const last = decisions.at(-1);
  return last?.disposition === 'withdrawn' ? undefined : last;
}

/** What a lot adds to the history of a class; undefined: nothing. */
function inspected({ lot, decisions }: DecidedLot, severity: Severity): InspectedLot | undefined {
  const plan = lot.plans[severity];
  const decision = standingDecision(decisions);
  const finding = decision?.finding.classes[severity];
  if (!plan || !finding || !decision || decision.disposition === 'cancelled') return undefined;
  // Only the original inspection counts, and only plans of the tables.
  if (lot.resubmits !== null || plan.tableLetter === null) return undefined;
  const { conformity, found } = finding;
  // A concession does not make the class accepted: the rules go by what was found, where that was decided.
  const accepted = conformity === 'open' ? decision.disposition === 'accepted' : conformity === 'accepted';
  return { plan, proposed: lot.proposed[severity] ?? 'normal', accepted, found };
}
