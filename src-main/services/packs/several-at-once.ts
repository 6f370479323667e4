/** Files that are downloaded at the same time: one server's limit does not hold up the others. */
const AT_ONCE = 3;

/**
 * Works on a few things at a time, in their order. The first failure stops the others, and is thrown when they have
 * stopped.
 * @param options passed on, with a signal that also ends when another one fails
 */
export async function severalAtOnce<T, Options extends { readonly signal?: AbortSignal | undefined }>(
  things: readonly T[],
  options: Options,
  work: (thing: T, options: Options & { readonly signal: AbortSignal }) => Promise<void>,
): Promise<void> {
  const failed = new AbortController();
  const signal = AbortSignal.any([failed.signal, ...(options.signal ? [options.signal] : [])]);
  const waiting = things.values();
  let problem: { readonly error: unknown } | undefined;
  const lane = async () => {
    for (let next = waiting.next(); !next.done && !problem; next = waiting.next()) {
      try {
        await work(next.value, { ...options, signal });
      } catch (error) {
        problem ??= { error };
        failed.abort();
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  if (problem) throw problem.error;
}
