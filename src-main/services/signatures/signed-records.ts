import { failure } from '../../../src-shared/errors.ts';
import type { SignatureSubject } from '../../../src-shared/signature.ts';
import { getBatch } from '../../store/batches.ts';
import { getRecipe, signedRecordOfRecipe } from '../../store/recipes.ts';
import { getRun } from '../../store/runs.ts';
import type { SubjectKey } from '../../store/signatures.ts';
import type { Workspace } from '../../store/workspace.ts';
import { lotDetails } from '../lots/lot-state.ts';
import { ifGone } from './if-gone.ts';
import type { SignedRecord } from './signed-record.ts';
import { readReport } from './signed-report.ts';

/** Undefined: there is none of that id. Reads only, since it is called within transactions too. */
type Reader = (workspace: Workspace, id: string) => Promise<SignedRecord | undefined>;

const READERS: Readonly<Record<SignatureSubject, Reader>> = {
  recipe: async (workspace, hash) => {
    const record = await signedRecordOfRecipe(workspace, hash);
    return record && { name: record.name, revision: record.revision, twoPeople: false, record };
  },
  report: readReport,
  lot: readLot,
};

async function readLot(workspace: Workspace, id: string): Promise<SignedRecord | undefined> {
  const details = await lotDetails(workspace, Number(id)).catch(ifGone);
  if (!details) return undefined;
  const { lot, runId, finding, decision, images } = details;
  // How the batch is called, and where its files lie, is not what was decided about.
  const { batchName: _, ...planned } = lot;
  const sample = images.map(({ name, ...image }) => [`${image.place} ${name.split('/').at(-1)}`, image]);
  const { recipeHash = null } =
    (await (runId === null ? getBatch(workspace, lot.batchId) : getRun(workspace, runId)).catch(ifGone)) ??
    {};
  return {
    name: lot.lot || id,
    revision: null,
    twoPeople: await asksForTwo(workspace, recipeHash),
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
