import type { SignatureMeaning, SignatureState, SignatureStatus } from '../../../src-shared/signature.ts';

/** A signature, as far as it decides what it and others amount to. */
export interface CountedSignature {
  readonly personId: number;
  readonly meaning: SignatureMeaning;
  readonly state: SignatureState;
}

/** Those that count, oldest first: not withdrawn, and the last of each person and meaning. */
export function countedSignatures<Signature extends CountedSignature>(
  signatures: readonly Signature[],
): Signature[] {
  const last = new Map(
    signatures
      .filter(({ state }) => state !== 'withdrawn')
      .map((signature) => [`${signature.personId} ${signature.meaning}`, signature]),
  );
  return [...last.values()];
}

/**
 * What the signatures under a record amount to. Where two people are asked for, it is approved once one has signed as
 * `approved` and another as `inspected` or `reviewed`.
 */
export function statusOf(
  signatures: readonly CountedSignature[],
  twoPeople: boolean,
): { readonly status: SignatureStatus; readonly missing: SignatureMeaning[] } {
  const counted = countedSignatures(signatures);
  if (counted.length === 0) return { status: 'unsigned', missing: [] };
  if (counted.some(({ state }) => state !== 'valid')) return { status: 'broken', missing: [] };
  const approvals = counted.filter(({ meaning }) => meaning === 'approved');
  const looks = counted.filter(({ meaning }) => meaning !== 'approved');
  const isApproved = twoPeople
    ? approvals.some((approval) => looks.some(({ personId }) => personId !== approval.personId))
    : approvals.length > 0;
  if (isApproved) return { status: 'approved', missing: [] };
  if (!twoPeople) return { status: 'signed', missing: [] };
  return {
    status: 'waiting',
    missing: [
      ...(approvals.length > 0 ? (['inspected', 'reviewed'] as const) : []),
      ...(looks.length > 0 ? (['approved'] as const) : []),
    ],
  };
}
