import { throwIfCancelled } from '../../../src-shared/errors.ts';
import { coverageOf, readAudit } from '../../store/audit-search.ts';
import { keepEntries, lastKeptEntry, readKeptEntries } from '../../store/merged-entries.ts';
import type { Workspace } from '../../store/workspace.ts';
import { ChainCheck } from '../audit/chain-check.ts';

/** Entries read at a time. */
const PAGE = 1000;

/** How another workspace's trail stands to what is kept of it. */
export interface KeptTrail {
  /** Entries that are kept from now on. */
  readonly added: number;
  /** The first entry that is another one than was kept before; null: none is. */
  readonly differsAt: number | null;
  /** The first entry that cannot be trusted; null: all of them follow from the beginning. */
  readonly untrustedFrom: number | null;
}

/**
 * Keeps the audit trail of another workspace as evidence, and checks that its entries follow from each other.
 * @throws ClipSamError `cancelled`, and the store's errors
 */
export async function keepTrail(
  source: Workspace,
  target: Workspace,
  signal: AbortSignal | undefined,
): Promise<KeptTrail> {
  const chain = new ChainCheck(source.id, (await coverageOf(source))?.id ?? 0);
  const last = await lastKeptEntry(target.db, source.id);
  let added = 0;
  let differsAt: number | null = null;
  for (;;) {
    throwIfCancelled(signal);
    const after = chain.last;
    const entries = await readAudit(source, {}, { after, limit: PAGE });
    if (entries.length === 0) return { added, differsAt, untrustedFrom: chain.untrustedFrom };
    const kept = await readKeptEntries(target.db, source.id, { after, limit: PAGE });
    const hashOf = new Map(kept.map(({ id, hash }) => [id, hash]));
    for (const entry of entries) {
      chain.add(entry);
      if (entry.id <= last && hashOf.get(entry.id) !== entry.hash) differsAt ??= entry.id;
    }
    if (differsAt !== null) continue;
    const fresh = entries.filter(({ id }) => id > last);
    await target.db.transaction().execute((db) => keepEntries(db, source.id, fresh));
    added += fresh.length;
  }
}
