import { sha256OfFile } from '../../files/hash.ts';
import { getReport } from '../../store/reports.ts';
import type { SubjectKey } from '../../store/signatures.ts';
import type { Workspace } from '../../store/workspace.ts';
import { ifGone } from './if-gone.ts';

/** A file that a signature covers by its SHA-256, and whether it is still that one. */
export interface SignedFile {
  readonly what: 'PDF' | 'records';
  readonly path: string;
  readonly state: 'whole' | 'missing' | 'damaged';
}

/** Reads the files below what was signed: the PDF and the kept records of a report; lots and recipes have none. */
export async function signedFiles(workspace: Workspace, of: SubjectKey): Promise<SignedFile[]> {
  if (of.subject !== 'report') return [];
  const report = await getReport(workspace, Number(of.subjectId)).catch(ifGone);
  if (!report) return [];
  const check = async (what: SignedFile['what'], hash: string): Promise<SignedFile> => {
    const path = workspace.artifacts.pathOf(hash);
    return { what, path, state: await stateOf(path, hash) };
  };
  return [await check('PDF', report.file), await check('records', report.recordsHash)];
}

/** What cannot be read counts as damaged. */
async function stateOf(path: string, hash: string): Promise<SignedFile['state']> {
  try {
    return (await sha256OfFile(path)) === hash ? 'whole' : 'damaged';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'missing' : 'damaged';
  }
}
