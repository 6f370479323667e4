import type { Inspector } from '../../../src-shared/roles.ts';
import { meaningsFor, type SignedSubject } from '../../../src-shared/signature.ts';
import { listPeople } from '../../store/people.ts';
import { readSignatures, type SubjectKey } from '../../store/signatures.ts';
import type { Workspace } from '../../store/workspace.ts';
import { signedSubject } from './signed-subject.ts';

/** Everything that was signed, the newest signature first. */
async function signedKeys(workspace: Workspace): Promise<SubjectKey[]> {
  const keys = new Map<string, SubjectKey>();
  for (const { subject, subjectId } of (await readSignatures(workspace.db)).reverse()) {
    const key = `${subject} ${subjectId}`;
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
    for await (const subject of eachSignedSubject(workspace)) {
      if (isWaitingFor(subject, person)) waiting.push(subject);
    }
  }
  return { subjects: waiting.slice(offset, offset + limit), total: waiting.length };
}

/** A second person is asked for, and this can be the one; or what they signed has changed since. */
function isWaitingFor({ subject, status, missing, signatures }: SignedSubject, { name, role }: Inspector) {
  const own = signatures.filter(({ printedName, state }) => printedName === name && state !== 'withdrawn');
  if (status === 'waiting') {
    return own.length === 0 && meaningsFor(role, subject).some((meaning) => missing.includes(meaning));
  }
  return status === 'broken' && own.at(-1)?.state === 'broken';
}
