import { AsyncIteratorClass, implement } from '@orpc/server';
import { contract } from '../../src-shared/contract/index.ts';
import type { Action } from '../../src-shared/permissions.ts';
import { actingFor } from '../store/acting.ts';
import { toClientError } from './client-error.ts';
import { streamWork } from './event-stream.ts';
import { checkPermission, type RouterContext } from './permission.ts';
import { eventAfter } from './published-events.ts';
import type { Workstation } from './workstation.ts';

/**
 * Long work as a stream of its events. It is cancelled when the client aborts the call or stops listening, and when
 * the workstation closes.
 */
export type StreamOf = <Event extends { readonly kind: string }>(
  work: (emit: (event: Event) => void, signal: AbortSignal) => Promise<void>,
) => AsyncIteratorClass<Event>;

/**
 * Implements the contract's procedures. Around every call: whether whoever calls may do it, what every window hears
 * of it afterwards (`PUBLISHED_EVENTS`), errors as clients may see them, and (`server-paths.ts`) what people at other
 * machines say and see of this one's disk. Handlers find in their context:
 * - `signedIn`: who is signed in; null while the workspace has no people.
 * - `inspector`: their name, else that of the machine's user; for procedures whose input has none.
 * - `acting`: the workspace as they may use it; for what is written.
 * - `stream`: see {@link StreamOf}; a procedure with a stream for its output answers with what it returns.
 */
export function createImplementer(workstation: Workstation) {
  const { workspace, people, hub, ending } = workstation;
  const { paths } = workstation;
  const shown = <T>(value: T) => (paths ? paths.shown(value) : value);
  const failure = (error: unknown) => shown(toClientError(error, workstation.log));
  return implement(contract)
    .$context<RouterContext>()
    .use(async ({ context, path, signal, next }, input: unknown) => {
      const publish = (output?: unknown) => {
        const event = eventAfter(path, input, output);
        if (event) hub.publish(event);
      };
      const stream: StreamOf = (work) =>
        streamWork(AbortSignal.any([ending, ...(signal ? [signal] : [])]), failure, (emit, cancel) =>
          work(emit, cancel).finally(publish),
        );
      try {
        const action = path.join('.') as Action;
        const who = await checkPermission(people, context, action, input);
        const signedIn = who?.inspector ?? null;
        const acting = actingFor(workspace, who?.actor ?? null);
        const inspector = signedIn?.name ?? workstation.info.userName;
        await paths?.take(action, input);
        const { output, ...rest } = await next({ context: { signedIn, inspector, acting, stream } });
        if (!isStream(output)) publish(output);
        return { ...rest, output: isStream(output) ? mapStream(output, shown) : shown(output) };
      } catch (error) {
        throw failure(error);
      }
    });
}
export type Implementer = ReturnType<typeof createImplementer>;

/** A stream whose every event is told in another way. */
function mapStream<Event>(
  events: AsyncIterator<Event>,
  map: (event: Event) => Event,
): AsyncIteratorClass<Event> {
  return new AsyncIteratorClass<Event>(
    async () => {
      const next = await events.next();
      return next.done ? next : { done: false, value: map(next.value) };
    },
    async (reason) => {
      if (reason !== 'next') await events.return?.();
    },
  );
}

function isStream(output: unknown): output is AsyncIterator<unknown> {
  return typeof output === 'object' && output !== null && Symbol.asyncIterator in output;
}
