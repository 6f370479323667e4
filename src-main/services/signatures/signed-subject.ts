import type { SignatureRecord, SignatureState, SignedSubject } from '../../../src-shared/signature.ts';
import { hashOfJson } from '../../files/canonical-json.ts';
import { keptRecord, readSignatures, type StoredSignature, type SubjectKey } from '../../store/signatures.ts';
import type { Workspace } from '../../store/workspace.ts';
import { changesBetween } from './record-changes.ts';
import { type CountedSignature, statusOf } from './signature-status.ts';
import type { SignedRecord } from './signed-record.ts';
import { findSignedRecord, subjectUnknown } from './signed-records.ts';

/** Changes that are named one by one; of the others there is the count. */
const NAMED_CHANGES = 100;

/** A signature with what it is worth now. */
export interface JudgedSignature extends CountedSignature {
  readonly stored: StoredSignature;
  readonly withdrawal: StoredSignature | undefined;
}

/**
 * Signatures, without the entries that withdraw others.
 * @param stored all of a subject
 * @param recordHash of the record as it is now; null: it is gone
 */
export function judgedSignatures(
  stored: readonly StoredSignature[],
  recordHash: string | null,
): JudgedSignature[] {
  return stored.flatMap((signature) => {
    const { meaning, personId } = signature;
    if (meaning === null) return [];
    const withdrawal = stored.find(({ withdraws }) => withdraws === signature.id);
    return {
      personId,
      meaning,
      state: stateOf(signature, withdrawal, recordHash),
      stored: signature,
      withdrawal,
    };
  });
}

function stateOf(
  signature: StoredSignature,
  withdrawal: StoredSignature | undefined,
  recordHash: string | null,
): SignatureState {
  if (signature.isAltered || withdrawal?.isAltered) return 'altered';
  if (withdrawal) return 'withdrawn';
  return signature.recordHash === recordHash ? 'valid' : 'broken';
}

/**
 * How a subject is signed, with what has changed since.
 * @throws ClipSamError `not-found` when there is no such subject, and nobody ever signed one
 */
export async function signedSubject(workspace: Workspace, of: SubjectKey): Promise<SignedSubject> {
  const found = await findSignedRecord(workspace, of);
  const stored = await readSignatures(workspace.db, of);
  if (!found && stored.length === 0) throw subjectUnknown(of);
  const recordHash = found ? hashOfJson(found.record) : null;
  const judged = judgedSignatures(stored, recordHash);
  const twoPeople = found?.twoPeople ?? false;
  const signatures: SignatureRecord[] = [];
  for (const signature of judged) signatures.push(await toRecord(workspace, signature, found));
  return {
    ...of,
    name: found?.name ?? of.subjectId,
    revision: found?.revision ?? null,
    recordHash,
    twoPeople,
    ...statusOf(judged, twoPeople),
    signatures,
  };
}

async function toRecord(
  workspace: Workspace,
  { withdrawal, state, meaning, stored: signature }: JudgedSignature,
  found: SignedRecord | undefined,
): Promise<SignatureRecord> {
  const recordHash = signature.recordHash!;
  const kept = state === 'broken' ? await keptRecord(workspace.db, recordHash) : undefined;
  const whole = found?.whole ?? (async (record: unknown) => record);
  const now: unknown = found && JSON.parse(JSON.stringify(found.record));
  const changes =
    kept === undefined ? [] : changesBetween(await whole(JSON.parse(kept)), found && (await whole(now)));
  return {
    id: signature.id,
    printedName: signature.printedName,
    role: signature.role,
    meaning,
    signedAt: signature.signedAt,
    clockBehind: signature.clockBehind,
    recordHash,
    state,
    changes: changes.slice(0, NAMED_CHANGES),
    changeCount: changes.length,
    withdrawal: withdrawal
      ? { printedName: withdrawal.printedName, at: withdrawal.signedAt, reason: withdrawal.reason }
      : null,
  };
}
