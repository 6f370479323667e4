import { ClipSamError, failure } from '../../src-shared/errors.ts';
import { type Action, ASKED_UNATTENDED, LEAST_ROLE, mayDo } from '../../src-shared/permissions.ts';
import type { Inspector } from '../../src-shared/roles.ts';
import type { Acting, People } from '../services/people/people.ts';

/** A window's connection to the router, for as long as it is open. Each gets one of its own. */
export interface WindowConnection {
  /** Of the session that was signed in on it. */
  token: string | null;
  /**
   * Of connections from a network, which are signed in before they open: counts a call.
   * @throws ClipSamError `too-many-requests`
   */
  readonly admit?: () => void;
}

/** What a shell gives with every call. Without a connection nobody can be signed in. */
export interface RouterContext {
  readonly connection?: WindowConnection;
}

/**
 * What isn't done over a network: the way in is another one there (`../serve/network-shell.ts`), and settings of the machine are
 * changed on the machine.
 */
export const NOT_FROM_NETWORK: ReadonlySet<Action> = new Set([
  'people.signIn',
  'people.resume',
  'packs.add',
  'packs.changeSettings',
  'backups.changeSettings',
]);

/**
 * Who does it; null while the workspace is open to everybody, and for what takes no role; over a network everything takes
 * somebody who is signed in. What is written on their behalf is checked once more when it is written.
 * @param input as it came, not validated yet
 * @throws ClipSamError `sign-in-required` when nobody is signed in; `not-permitted` when it is beyond the inspector's
 * role, done in somebody else's name, or not done over a network; `too-many-requests`
 */
export async function checkPermission(
  people: People,
  { connection }: RouterContext,
  action: Action,
  input: unknown,
): Promise<Acting | null> {
  const isFree = LEAST_ROLE[action] === null;
  if (connection?.admit) {
    connection.admit();
    if (NOT_FROM_NETWORK.has(action))
      throw failure('not-from-network', 'This can only be done on the machine that the workstation runs on.');
  } else if (isFree || (await people.isOpen())) return null;
  const isAlive = !isFree && !ASKED_UNATTENDED.has(action);
  const acting = await people.acting(connection?.token ?? null, isAlive);
  if (!acting) throw new ClipSamError('sign-in-required', 'Sign in to do this.');
  const { inspector } = acting;
  checkRole(inspector, action);
  const named =
    typeof input === 'object' && input !== null && 'inspector' in input ? input.inspector : undefined;
  if (named !== undefined && named !== inspector.name) {
    throw failure(
      'other-inspector',
      { name: inspector.name },
      `${inspector.name} is signed in, and can't do this as another.`,
    );
  }
  return acting;
}

/**
 * Whether an inspector's role is enough; null: nobody has to sign in.
 * @throws ClipSamError `not-permitted`
 */
export function checkRole(inspector: Inspector | null, action: Action): void {
  if (!inspector || mayDo(inspector.role, action)) return;
  const needed = LEAST_ROLE[action] === 'engineer' ? 'needs-engineer' : 'needs-reviewer';
  throw failure(needed, `This is for the role ${LEAST_ROLE[action]}.`);
}

/**
 * Whether an inspector may go over what somebody else said.
 * @throws ClipSamError `not-permitted`
 */
export function checkAgainstOther(
  inspector: Inspector | null,
  action: 'review.judge-after-others' | 'review.retract-of-others' | 'references.reject-of-others',
  other: string | undefined,
): void {
  if (!inspector || other === undefined || other === inspector.name || mayDo(inspector.role, action)) return;
  const [which, did] = MET[action];
  throw failure(which, { name: other }, `${other} ${did} this: changing it is for reviewers.`);
}

const MET = {
  'review.judge-after-others': ['judged-by-other', 'judged'],
  'review.retract-of-others': ['marked-by-other', 'marked'],
  'references.reject-of-others': ['asked-by-other', 'asked for'],
} as const;
