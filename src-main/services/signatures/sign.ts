import type { NewSignature, Withdrawal } from '../../../src-shared/contract/signatures.ts';
import { failure } from '../../../src-shared/errors.ts';
import { mayDo } from '../../../src-shared/permissions.ts';
import type { Inspector } from '../../../src-shared/roles.ts';
import {
  leastRoleToSign,
  meaningsFor,
  type SignatureMeaning,
  type SignatureSubject,
  type SignedSubject,
} from '../../../src-shared/signature.ts';
import { hashOfJson } from '../../files/canonical-json.ts';
import { actingFor } from '../../store/acting.ts';
import { addSignature, addWithdrawal, type SubjectKey } from '../../store/signatures.ts';
import type { Workspace } from '../../store/workspace.ts';
import type { People } from '../people/people.ts';
import { countedSignatures } from './signature-status.ts';
import { signedFiles } from './signed-files.ts';
import { findSignedRecord, subjectUnknown } from './signed-records.ts';
import { type JudgedSignature, judgedSignatures, signedSubject } from './signed-subject.ts';

/** Where is signed, and whose PINs are asked. */
export interface SigningPlace {
  readonly workspace: Workspace;
  readonly people: People;
}

/**
 * Signs a subject. The PIN is checked now, whoever is signed in; the record is read again in the transaction that adds the
 * signature.
 * @throws ClipSamError `conflict` where the workspace has no people, the record is another one than was shown, the same
 *   person signed with this meaning already, or the recipe asks for somebody else; `not-permitted` for a wrong PIN or a role
 *   that is too low; `sign-in-required` for who was removed meanwhile; `image-changed` where the PDF of a report is not as
 *   it was filed; `not-found`, `input-invalid`
 */
export async function sign(
  { workspace, people }: SigningPlace,
  wanted: NewSignature,
): Promise<SignedSubject> {
  const { subject, subjectId, meaning } = wanted;
  const of = { subject, subjectId };
  const { actor } = await confirm(people, wanted);
  await checkFiles(workspace, of);
  await addSignature(
    actingFor(workspace, actor),
    { ...of, meaning, personId: actor.id },
    async (within, { person, before }) => {
      checkRole(person, subject, meaning);
      const found = await findSignedRecord(within, of);
      if (!found) throw subjectUnknown(of);
      if (found.notYet) throw found.notYet;
      const recordHash = hashOfJson(found.record);
      if (recordHash !== wanted.recordHash) {
        throw failure(
          'signing-unseen',
          `The ${subject} has changed since it was shown, so nothing was signed. Look at it as it is now, then sign.`,
        );
      }
      checkOthers(
        countedSignatures(judgedSignatures(before, recordHash)),
        actor.id,
        person,
        meaning,
        found.twoPeople,
      );
      return found.record;
    },
  );
  return signedSubject(workspace, of);
}

/**
 * Takes a signature back, with the PIN as in signing.
 * @throws ClipSamError `not-permitted` for a wrong PIN, or another's signature, which takes an engineer; `not-found`,
 *   `conflict`
 */
export async function withdraw(
  { workspace, people }: SigningPlace,
  wanted: Withdrawal,
): Promise<SignedSubject> {
  const { actor } = await confirm(people, wanted);
  const { id, reason } = wanted;
  const of: SubjectKey = await addWithdrawal(
    actingFor(workspace, actor),
    { id, reason, personId: actor.id },
    ({ role }, { personId, printedName }) => {
      if (personId === actor.id || mayDo(role, 'signatures.withdraw-of-others')) return;
      throw failure(
        'signature-of-other',
        { name: printedName },
        `Signature ${id} is ${printedName}'s. They, or an engineer, can withdraw it.`,
      );
    },
  );
  return signedSubject(workspace, of);
}

async function confirm(people: People, { inspector, pin }: Pick<NewSignature, 'inspector' | 'pin'>) {
  if (await people.isOpen()) {
    throw failure(
      'signing-without-people',
      'Signatures need people who sign in with a PIN. Add them on the Models screen, then sign.',
    );
  }
  return people.confirm(inspector, pin);
}

/** Nobody signs a report whose file is another one. */
async function checkFiles(workspace: Workspace, of: SubjectKey): Promise<void> {
  const bad = (await signedFiles(workspace, of)).find(({ state }) => state !== 'whole');
  if (!bad) return;
  throw failure(
    'signed-file-damaged',
    { file: bad.path },
    `${bad.path} is not there any more, or not as it was filed. Put it back from a backup, then sign.`,
  );
}

function checkRole({ role }: Inspector, subject: SignatureSubject, meaning: SignatureMeaning): void {
  const least = leastRoleToSign(subject, meaning);
  if (least === null) throw failure('signing-meaningless', `A ${subject} can't be signed as ${meaning}.`);
  if (meaningsFor(role, subject).includes(meaning)) return;
  const needed = least === 'engineer' ? 'needs-engineer' : 'needs-reviewer';
  throw failure(needed, `Signing a ${subject} as ${meaning} is for the role ${least}.`);
}

/** Nobody signs twice what counts already, nor as the second of two people. */
function checkOthers(
  others: readonly JudgedSignature[],
  personId: number,
  { name }: Inspector,
  meaning: SignatureMeaning,
  twoPeople: boolean,
): void {
  const own = others.filter((other) => other.personId === personId && other.state === 'valid');
  if (own.some((other) => other.meaning === meaning)) {
    throw failure(
      'signed-already',
      { name },
      `${name} has signed this as ${meaning} already. Choose another meaning, or withdraw that signature first.`,
    );
  }
  if (twoPeople && own.length > 0) {
    throw failure(
      'second-person-needed',
      { name },
      `The recipe asks for two different people, and ${name} has signed this already. Somebody else has to sign.`,
    );
  }
}
