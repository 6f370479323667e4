import { ClipSamError } from '../../../src-shared/errors.ts';
import { numberOfReport } from '../../../src-shared/report.ts';
import type { SignatureSubject } from '../../../src-shared/signature.ts';
import { openWorkspace } from '../../store/open-workspace.ts';
import { listRecipes } from '../../store/recipes.ts';
import { listReports } from '../../store/reports.ts';
import type { SubjectKey } from '../../store/signatures.ts';
import type { Workspace } from '../../store/workspace.ts';
import { People } from '../people/people.ts';
import type { SigningPlace } from './sign.ts';
import { subjectUnknown } from './signed-records.ts';

/** Digits of a recipe's hash that name it. */
const HASH_DIGITS = 8;

/**
 * Opens a workspace for signing, beside a workstation that may be open on it.
 * @throws ClipSamError what opening it says
 */
export async function withSignatures<T>(
  folder: string,
  work: (place: SigningPlace) => Promise<T>,
): Promise<T> {
  const workspace = await openWorkspace(folder);
  try {
    return await work({ workspace, people: new People({ workspace }) });
  } finally {
    await workspace.close();
  }
}

/**
 * What somebody means by the name of a report (R-000012), a lot (its id) or a recipe (its name, or the first digits of
 * its hash).
 * @param revision of a report or recipe; default: the newest
 * @throws ClipSamError `not-found`; `input-invalid` where several recipes are meant
 */
export async function findSubject(
  workspace: Workspace,
  subject: SignatureSubject,
  name: string,
  revision?: number,
): Promise<SubjectKey> {
  const find = { recipe: findRecipe, report: findReport, lot: findLot }[subject];
  const subjectId = await find(workspace, name, revision);
  if (subjectId === undefined) {
    const named = revision === undefined ? name : `${name} revision ${revision}`;
    throw subjectUnknown({ subject, subjectId: named });
  }
  return { subject, subjectId };
}

async function findReport(
  workspace: Workspace,
  name: string,
  revision?: number,
): Promise<string | undefined> {
  const number = numberOfReport(name);
  if (number === null) return undefined;
  const reports = (await listReports(workspace)).filter((report) => numberOfReport(report.number) === number);
  const found = reports.find((report) =>
    revision === undefined ? report.isNewest : report.revision === revision,
  );
  return found && String(found.id);
}

async function findLot(_workspace: Workspace, name: string): Promise<string | undefined> {
  return /^[1-9]\d*$/.test(name) ? name : undefined;
}

async function findRecipe(
  workspace: Workspace,
  name: string,
  revision?: number,
): Promise<string | undefined> {
  const recipes = await listRecipes(workspace);
  const named = recipes.filter(({ recipe }) => recipe.name === name);
  if (named.length > 0) {
    return named.find((one) => revision === undefined || one.revision === revision)?.hash;
  }
  if (name.length < HASH_DIGITS || revision !== undefined) return undefined;
  const hashed = recipes.filter(({ hash }) => hash.startsWith(name.toLowerCase()));
  if (hashed.length > 1) {
    throw new ClipSamError(
      'input-invalid',
      `${hashed.length} recipes have a hash that begins with ${name}. Give more digits.`,
    );
  }
  return hashed[0]?.hash;
}
