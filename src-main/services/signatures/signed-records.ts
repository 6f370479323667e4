import { ClipSamError, failure } from '../../../src-shared/errors.ts';
import type { SignatureSubject } from '../../../src-shared/signature.ts';
import { getBatch } from '../../store/batches.ts';
import { getRecipe, signedRecordOfRecipe } from '../../store/recipes.ts';
import { getRun } from '../../store/runs.ts';
import type { SubjectKey } from '../../store/signatures.ts';
import type { Workspace } from '../../store/workspace.ts';
import { lotDetails } from '../lots/lot-state.ts';

/** What a signature covers, as it is now. */
export interface SignedRecord {
  /** Number of a report, name of a lot or recipe. */
  readonly name: string;
  /** Of a report or recipe. */
  readonly revision: number | null;
  /** The recipe asks for two different people. */
  readonly twoPeople: boolean;
  /** Why it cannot be signed yet; undefined: it can. */
  readonly notYet?: ClipSamError | undefined;
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
  lot: readLot,
};

async function readLot(workspace: Workspace, id: string): Promise<SignedRecord | undefined> {
  const details = await lotDetails(workspace, Number(id)).catch((error: unknown) => {
    if (error instanceof ClipSamError && error.details?.case === 'lot-unknown') return undefined;
    throw error;
  });
  if (!details) return undefined;
  const { lot, runId, finding, decision, images } = details;
  // How the batch is called, and where its files lie, is not what was decided about.
  const { batchName: _, ...planned } = lot;
  const sample = images.map(({ name, ...image }) => [`${image.place} ${name.split('/').at(-1)}`, image]);
  const recipeHash = runId === null ? null : (await getRun(workspace, runId)).recipeHash;
  return {
    name: lot.lot || id,
    revision: null,
    twoPeople: await asksForTwo(workspace, recipeHash ?? (await getBatch(workspace, lot.batchId)).recipeHash),
    ...(!decision && {
      notYet: failure(
        'signing-undecided',
        'Nothing was decided about this lot yet. Decide first, then sign.',
      ),
    }),
    record: { lot: planned, runId, decision, finding, sample: Object.fromEntries(sample) },
  };
}

async function asksForTwo(workspace: Workspace, recipeHash: string | null): Promise<boolean> {
  return recipeHash !== null && (await getRecipe(workspace, recipeHash)).recipe.signatures !== undefined;
}

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
