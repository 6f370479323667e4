import { create } from 'zustand';
import type { PackProgress } from '../../src-shared/contract/packs.ts';
import { type Client, failureOf } from '../api/connection.ts';
import type { Failure } from '../i18n/failure-text.ts';

/** Bringing in a model pack: at work, or how it ended. */
export type PackImport =
  | {
      readonly state: 'working';
      /** The last thing that was told; null: it is being looked at. */
      readonly progress: Exclude<PackProgress, { kind: 'finished' }> | null;
      /** Id and version, once they are known. */
      readonly pack: string | null;
      cancel(): void;
    }
  | ({ readonly state: 'finished' } & Omit<Extract<PackProgress, { kind: 'finished' }>, 'kind'>)
  | { readonly state: 'failed'; readonly error: Failure };

/** One pack is brought in at a time; it goes on while other screens are looked at. Null: nothing to tell. */
export const usePackImport = create<{ readonly job: PackImport | null }>(() => ({ job: null }));

export function dismissPackImport(): void {
  usePackImport.setState({ job: null });
}

/** A path or an address, a download that stopped, or a pack of the catalogue with the licences that were accepted. */
export type PackOrigin =
  | { readonly source: string }
  | { readonly packHash: string }
  | { readonly id: string; readonly licences: string[] };

/** Brings in a pack; progress and outcome are in {@link usePackImport}. */
export async function bringPack(
  client: Pick<Client, 'packs'>,
  origin: PackOrigin,
  inspector: string,
): Promise<void> {
  const abort = new AbortController();
  const { signal } = abort;
  const cancel = () => abort.abort();
  let pack: string | null = null;
  const tell = (job: PackImport | null) => usePackImport.setState({ job });
  tell({ state: 'working', progress: null, pack, cancel });
  try {
    const events = await begin(client, origin, inspector, signal);
    for await (const event of events) {
      if (event.kind === 'found') pack = event.pack;
      if (event.kind === 'finished') tell({ ...event, state: 'finished' });
      else tell({ state: 'working', progress: event, pack, cancel });
    }
    if (signal.aborted) tell(null);
  } catch (error) {
    tell(signal.aborted ? null : { state: 'failed', error: failureOf(error) });
  }
}

function begin({ packs }: Pick<Client, 'packs'>, origin: PackOrigin, inspector: string, signal: AbortSignal) {
  if ('source' in origin) return packs.add({ ...origin, inspector }, { signal });
  if ('id' in origin) return packs.install({ ...origin, inspector }, { signal });
  return packs.resume({ ...origin, inspector }, { signal });
}
