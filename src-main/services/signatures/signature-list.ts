import type { Inspector } from '../../../src-shared/roles.ts';
import { meaningsFor, type SignedSubject } from '../../../src-shared/signature.ts';
import { listPeople } from '../../store/people.ts';
import { revisionsOfReport } from '../../store/reports.ts';
import { readSignatures, type SubjectKey } from '../../store/signatures.ts';
import type { Workspace } from '../../store/workspace.ts';
import { signedSubject } from './signed-subject.ts';

/** Everything that was signed, the newest signature first. */
async function signedKeys(workspace: Workspace): Promise<SubjectKey[]> {
  const keys = new Map<string, SubjectKey>();
  for (const { subject, subjectId } of (await readSignatures(workspace.db)).reverse()) {
    const key = textOf({ subject, subjectId });
    if (!keys.has(key)) keys.set(key, { subject, subjectId });
  }
  return [...keys.values()];
}

/** Each signed subject in turn, the newest signature first. */
export async function* eachSignedSubject(workspace: Workspace): AsyncGenerator<SignedSubject> {
  for (const key of await signedKeys(workspace)) yield await signedSubject(workspace, key);
}

/**
 * A part of what was signed, the newest signature first.
 * @param waitingFor only what the person of that name can sign next, or has to sign again; null: everything
 */
export async function listSignatures(
  workspace: Workspace,
  {
    waitingFor,
    offset,
    limit,
  }: { readonly waitingFor: string | null; readonly offset: number; readonly limit: number },
): Promise<{ readonly subjects: SignedSubject[]; readonly total: number }> {
  if (waitingFor === null) {
    const keys = await signedKeys(workspace);
    const subjects: SignedSubject[] = [];
    for (const key of keys.slice(offset, offset + limit)) subjects.push(await signedSubject(workspace, key));
    return { subjects, total: keys.length };
  }
  const person = (await listPeople(workspace)).find(({ name }) => name === waitingFor);
  const waiting: SignedSubject[] = [];
  if (person) {
    for (const { key, hasSigned } of await newestOfSigned(workspace, person.name)) {
      const subject = await signedSubject(workspace, key);
      if (isWaitingFor(subject, person, hasSigned)) waiting.push(subject);
    }
  }
  return { subjects: waiting.slice(offset, offset + limit), total: waiting.length };
}

/**
 * What was signed, of reports the newest revision: who signed an earlier one is asked about that.
 * @returns hasSigned: the person of that name signed it, or an earlier revision, and did not take that back
 */
async function newestOfSigned(workspace: Workspace, name: string) {
  const stored = await readSignatures(workspace.db);
  const taken = new Set(stored.map(({ withdraws }) => withdraws));
  const own = new Set(
    stored
      .filter(({ id, meaning, printedName }) => meaning !== null && printedName === name && !taken.has(id))
      .map(textOf),
  );
  const newest = new Map<string, { readonly key: SubjectKey; readonly hasSigned: boolean }>();
  for (const key of await signedKeys(workspace)) {
    const all = await revisionsOf(workspace, key);
    newest.set(textOf(all[0]!), { key: all[0]!, hasSigned: all.some((one) => own.has(textOf(one))) });
  }
  return newest.values();
}

/** All revisions of a report, newest first; of others the one. */
async function revisionsOf(workspace: Workspace, key: SubjectKey): Promise<SubjectKey[]> {
  if (key.subject !== 'report') return [key];
  const revisions = await revisionsOfReport(workspace, Number(key.subjectId));
  if (revisions.length === 0) return [key];
  return revisions.map(({ id }) => ({ subject: 'report', subjectId: String(id) }));
}

function textOf({ subject, subjectId }: SubjectKey): string {
  return `${subject} ${subjectId}`;
}

/** A second person is asked for, and this can be the one; or what they signed has changed since, or was revised. */
function isWaitingFor(
  { subject, status, missing, signatures }: SignedSubject,
  { name, role }: Inspector,
  hasSigned: boolean,
): boolean {
  const own = signatures.filter(({ printedName, state }) => printedName === name && state !== 'withdrawn');
  if (status === 'waiting') {
    return own.length === 0 && meaningsFor(role, subject).some((meaning) => missing.includes(meaning));
  }
  if (status === 'unsigned') return hasSigned;
  return status === 'broken' && own.at(-1)?.state === 'broken';
}
