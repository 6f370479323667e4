import type { SignedSubject } from '../../../src-shared/signature.ts';
import type { EarlierSignatures } from '../../reports/report-input.ts';
import type { ReportRecords } from '../../reports/report-records.ts';
import type { SubjectKey } from '../../store/signatures.ts';
import type { Workspace } from '../../store/workspace.ts';
import { signedSubject } from '../signatures/signed-subject.ts';

/** What was signed of that which a report stands on, with what the signatures are worth now. */
export async function earlierSignatures(
  workspace: Workspace,
  { recipe, lot }: ReportRecords,
): Promise<EarlierSignatures[]> {
  const keys: SubjectKey[] = [
    { subject: 'recipe', subjectId: recipe.hash },
    ...(lot ? [{ subject: 'lot' as const, subjectId: String(lot.id) }] : []),
  ];
  const all: SignedSubject[] = [];
  for (const key of keys) all.push(await signedSubject(workspace, key));
  return all.flatMap(({ subject, name, revision, signatures }) =>
    subject === 'report' || signatures.length === 0 ? [] : { subject, name, revision, signatures },
  );
}
