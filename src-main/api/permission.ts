import { ClipSamError, failure } from '../../src-shared/errors.ts';
import { type Action, ASKED_UNATTENDED, LEAST_ROLE, mayDo } from '../../src-shared/permissions.ts';
import type { Inspector } from '../../src-shared/roles.ts';
import type { Acting, People } from '../services/people/people.ts';

/** A window's connection to the router, for as long as it is open. Each gets one of its own. */
interface Connection {
  /** Of the session that was signed in on it. */
  token: string | null;
}

/** What a shell gives with every call. Without a connection nobody can be signed in. */
export interface RouterContext {
  readonly connection?: Connection;
}

/**
 * Who does it; null while the workspace is open to everybody, and for what takes no role. What is written on their
 * behalf is checked once more when it is written.
 * @param input as it came, not validated yet
 * @throws ClipSamError `sign-in-required` when nobody is signed in; `not-permitted` when it is beyond the inspector's
 * role, or done in somebody else's name
 */
export async function checkPermission(
  people: People,
  { connection }: RouterContext,
  action: Action,
  input: unknown,
): Promise<Acting | null> {
  if (LEAST_ROLE[action] === null || (await people.isOpen())) return null;
  const acting = await people.acting(connection?.token ?? null, !ASKED_UNATTENDED.has(action));
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
