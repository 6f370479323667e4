import { failure } from '../../../src-shared/errors.ts';
import type { SignatureSubject } from '../../../src-shared/signature.ts';
import { signedRecordOfRecipe } from '../../store/recipes.ts';
import type { SubjectKey } from '../../store/signatures.ts';
import type { Workspace } from '../../store/workspace.ts';

/** What a signature covers, as it is now. */
export interface SignedRecord {
  /** Number of a report, name of a lot or recipe. */
  readonly name: string;
  /** Of a report or recipe. */
  readonly revision: number | null;
  /** The recipe asks for two different people. */
  readonly twoPeople: boolean;
  /** Plain data. Lists are objects by id, so that what has changed in them can be named. */
  readonly record: Readonly<Record<string, unknown>>;
}

/** Undefined: there is none of that id. Reads only, since it is called within transactions too. */
type Reader = (workspace: Workspace, id: string) => Promise<SignedRecord | undefined>;

const READERS: Readonly<Record<SignatureSubject, Reader>> = {
  recipe: async (workspace, hash) => {
    const record = await signedRecordOfRecipe(workspace, hash);
    return record && { name: record.name, revision: record.revision, twoPeople: false, record };
  },
  report: async () => undefined,
  lot: async () => undefined,
};

/** What signing a subject means now; undefined when it is not there. */
export function findSignedRecord(workspace: Workspace, of: SubjectKey): Promise<SignedRecord | undefined> {
  return READERS[of.subject](workspace, of.subjectId);
}

/** The error for a subject that is not there. */
export function subjectUnknown({ subject, subjectId }: SubjectKey) {
  return failure(
    'signed-subject-unknown',
    { name: subjectId },
    `The workspace has no ${subject} ${subjectId}. Look up its number, and try again.`,
  );
}
