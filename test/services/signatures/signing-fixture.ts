import { sql } from 'kysely';
import { People } from '../../../src-main/services/people/people.ts';
import { scryptPins } from '../../../src-main/services/people/pin.ts';
import type { SigningPlace } from '../../../src-main/services/signatures/sign.ts';
import { signedSubject } from '../../../src-main/services/signatures/signed-subject.ts';
import { saveRecipe } from '../../../src-main/store/recipes.ts';
import type { Workspace } from '../../../src-main/store/workspace.ts';
import type { Role } from '../../../src-shared/roles.ts';
import type { SignatureMeaning } from '../../../src-shared/signature.ts';
import { recipe, temporaryWorkspace } from '../../store/fixtures.ts';

export const PINS = { Eva: '1111', Rita: '2222', Otto: '3333', Emil: '4444' } as const;
export type Signer = keyof typeof PINS;
const ROLES: Readonly<Record<Signer, Role>> = {
  Eva: 'engineer',
  Rita: 'reviewer',
  Otto: 'operator',
  Emil: 'engineer',
};

/** Adds two engineers, a reviewer and an operator, whose PINs cost nothing. */
export async function peopleIn(workspace: Workspace): Promise<People> {
  const people = new People({ workspace, pins: scryptPins(16) });
  for (const [name, pin] of Object.entries(PINS)) {
    await people.add(workspace, { name, pin, role: ROLES[name as Signer], inspector: 'Eva' });
  }
  return people;
}

/** A workspace with people and a recipe. */
export async function signingPlace() {
  const workspace = await temporaryWorkspace();
  const people = await peopleIn(workspace);
  const { hash } = await saveRecipe(workspace, recipe, { inspector: 'Eva' });
  return { workspace, people, of: { subject: 'recipe', subjectId: hash } as const };
}

/** What somebody who looks at the recipe now, and signs it, asks for. */
export async function seen(
  { workspace }: Pick<SigningPlace, 'workspace'>,
  of: { readonly subject: 'recipe' | 'report' | 'lot'; readonly subjectId: string },
  inspector: Signer,
  meaning: SignatureMeaning,
) {
  const { recordHash } = await signedSubject(workspace, of);
  return { ...of, inspector, meaning, recordHash: recordHash!, pin: PINS[inspector] as string };
}

/** Changes rows with plain SQL, behind the program's back: without the table's triggers, which are back afterwards. */
export async function tamper({ db }: Workspace, table: string, ...statements: readonly string[]) {
  const { rows } = await sql<{ name: string; sql: string }>`
    select name, sql from sqlite_schema where type = 'trigger' and tbl_name = ${table}`.execute(db);
  await sql.raw('pragma foreign_keys = off').execute(db);
  for (const { name } of rows) await sql.raw(`drop trigger ${name}`).execute(db);
  for (const statement of statements) await sql.raw(statement).execute(db);
  for (const trigger of rows) await sql.raw(trigger.sql).execute(db);
}
