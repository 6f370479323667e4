import type { LotPlan } from '../../src-shared/contract/lots.ts';
import type { LotDetails, LotNotice, LotState } from '../../src-shared/sampling/lot.ts';
import type { PlanByClass } from '../../src-shared/sampling/plan.ts';
import { severitySchema } from '../../src-shared/verdict.ts';
import { printable, table } from './terminal.ts';

/** A plan for people: a line for each class, and what the switching rules propose. */
export function describePlan({
  plans,
  sampleSize,
  switching,
  undecided,
  images,
  unreadable,
}: LotPlan): string {
  const proposals = severitySchema.options.flatMap((severity) => {
    const state = switching[severity];
    if (!plans[severity] || !state || state.reason === 'no-switching') return [];
    return `${severity}: ${state.proposed} is proposed (${state.reason}; switching score ${state.score})`;
  });
  return [
    `Sample: ${sampleSize}${images === null ? '' : ` of the batch's ${images} images`}`,
    planTable(plans),
    ...proposals,
    ...(undecided > 0
      ? [`${undecided} lots of this part and supplier are not decided and do not count.`]
      : []),
    ...(unreadable ? [`${unreadable} images could not be read and are not drawn.`] : []),
  ].join('\n');
}

/** Lots for people, a line each. */
export function describeLots(lots: readonly LotState[]): string {
  const head = ['lot', 'number', 'part', 'supplier', 'size', 'judged', 'sample says', 'decision'];
  const rows = lots.map(({ lot, finding, decision }) => [
    ...[String(lot.id), printable(lot.lot), printable(lot.partNumber), printable(lot.supplier)],
    ...[String(lot.size), `${finding.judged} of ${finding.total}`],
    ...[finding.conformity, decision?.disposition ?? '–'],
  ]);
  return table([head, ...rows], 4);
}

/** Everything about a lot for people, but for its images. */
export function describeLot(details: LotDetails): string {
  const { lot, finding, decision, decisions, notices } = details;
  const found = severitySchema.options.flatMap((severity) => {
    const [plan, one] = [lot.plans[severity], finding.classes[severity]];
    if (!plan || !one) return [];
    return `${severity}: ${one.found} found, Ac ${plan.accept} / Re ${plan.reject}: ${one.conformity}`;
  });
  return [
    `Lot ${lot.id} ${printable(lot.lot)} of ${lot.size} items, batch ${lot.batchId} "${printable(lot.batchName)}"`,
    planTable(lot.plans),
    `${finding.judged} of ${finding.total} images judged; seed ${lot.seed}`,
    ...found,
    `The sample says: ${finding.conformity}. Decision: ${decision?.disposition ?? 'none'}.`,
    ...decisions.map(
      (entry) =>
        `  ${entry.createdAt} ${printable(entry.inspector)}: ${entry.disposition} ${printable(entry.comment)}`,
    ),
    ...notices.map((notice) => `Note: ${noticeOf(notice)}`),
  ].join('\n');
}

function planTable(plans: PlanByClass): string {
  const head = ['class', 'limit', 'severity', 'letter', 'n', 'Ac', 'Re'];
  const rows = severitySchema.options.flatMap((severity) => {
    const plan = plans[severity];
    if (!plan) return [];
    const { codeLetter, tableLetter } = plan;
    const letter = codeLetter === tableLetter ? (codeLetter ?? '–') : `${codeLetter} → ${tableLetter}`;
    const size = `${plan.sampleSize}${plan.everyItem ? ' (every item)' : ''}`;
    return [
      [severity, String(plan.limit), plan.severity, letter, size, String(plan.accept), String(plan.reject)],
    ];
  });
  return table([head, ...rows]);
}

function noticeOf({ code, count }: LotNotice): string {
  const texts: Readonly<Record<LotNotice['code'], string>> = {
    'no-run': 'the batch was not inspected: nobody can judge its images yet',
    'newer-run': `${count} images have a verdict in an earlier run, which does not count in the newest one`,
    'images-added': `${count} images came into the batch after the sample was drawn`,
    'images-changed': `${count} files are others than when the sample was drawn`,
    failed: `${count} images could not be inspected by the model`,
    uncertain: `${count} verdicts are “uncertain” and decide nothing`,
    unclassified: `${count} rejected images have no severity, or one that is not judged`,
    beyond: `${count} nonconformities lie outside the part of the sample that their class is judged by`,
    'by-marks':
      'above AQL 10 nonconformities are counted: regions that were not called false, and missed defects',
    'changed-since-decided': 'the finding is another one than when the lot was decided',
    'batch-deleted': 'its batch was deleted',
  };
  return texts[code];
}
