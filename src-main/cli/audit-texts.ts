import type { AuditFinding, AuditRecord, AuditRemark } from '../../src-shared/audit.ts';

/** What was found, in plain words. */
export function findingText(finding: AuditFinding): string {
  switch (finding.kind) {
    case 'entry-broken': {
      const { entry } = finding;
      return entry === 1
        ? 'Entry 1 is not how the trail of this workspace begins: it was changed, replaced or added.'
        : `Entry ${entry} does not follow from the one before: one of them was changed, replaced or added.`;
    }
    case 'entries-missing':
      return `${range(finding)} missing.`;
    case 'end-missing':
      return `${range(finding)} missing at the end.`;
    case 'record-changed': {
      const { record, id, fields, entry } = finding;
      return `The ${record} ${id} is not what entry ${entry} tells of it: ${fields.join(', ')} changed.`;
    }
    case 'record-missing':
      return `The ${finding.record} ${finding.id} is gone; entry ${finding.entry} tells of it.`;
    case 'record-added':
      return `The ${finding.record} ${finding.id} is not in the trail: it was added, or brought in from elsewhere.`;
    case 'results-changed':
      return `The results of run ${finding.run} are not those that entry ${finding.entry} or an earlier one tells of.`;
    case 'head-of-other-workspace':
      return 'The kept head belongs to another workspace.';
    case 'head-beyond-end':
      return `The trail ends at entry ${finding.entries}, before the kept head (${finding.expected}): its end was cut off, or the database is an older one.`;
    case 'head-differs':
      return `Entry ${finding.entry} is not the one of the kept head: the trail was written anew since.`;
  }
}

/** What has to be known beside it. */
export function remarkText(remark: AuditRemark): string {
  switch (remark.kind) {
    case 'clock-set-back':
      return `The clock was set back: ${remark.count} entries have a time before the one ahead of them, first entry ${remark.entry}. That is no sign of a change.`;
    case 'not-covered-before':
      return `Not covered before ${remark.date}: what was there then was taken over as it stood.`;
    case 'not-covered':
      return `Of ${remark.count} ${PLURAL[remark.record]} the trail does not tell enough to check them whole.`;
    case 'runs-open':
      return `Results of ${remark.count} runs are not covered yet: they have not ended.`;
  }
}

const PLURAL: Readonly<Record<AuditRecord, string>> = {
  verdict: 'verdicts',
  annotation: 'annotations',
  disposition: 'dispositions',
  recipe: 'recipes',
  person: 'people',
  setting: 'settings',
  batch: 'batches',
  run: 'runs',
  lot: 'lots',
  'lot-decision': 'decisions about lots',
  signature: 'signatures',
  report: 'revisions of reports',
  area: 'regions of interest',
  judgement: 'answers of agreement studies',
};

function range({ from, to }: { readonly from: number; readonly to: number }): string {
  return from === to ? `Entry ${from} is` : `Entries ${from} to ${to} are`;
}
