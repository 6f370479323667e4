import type { Retention } from '../../../src-shared/contract/backups.ts';
import { throwIfCancelled } from '../../../src-shared/errors.ts';
import { daysOfUse } from '../../store/days-of-use.ts';
import { artifactUses } from '../../store/purges.ts';
import { type Droppable, dropArtifacts, listDroppable } from '../../store/retention.ts';
import { changeSetting, getSetting } from '../../store/settings.ts';
import type { Workspace } from '../../store/workspace.ts';
import { neededBesides } from './unused-artifacts.ts';

/** Days of use after which maps and masks of accepted images are let go; null: never. */
function retentionDays(workspace: Workspace): Promise<number | null> {
  return getSetting(workspace, 'retention-days');
}

export async function changeRetentionDays(
  workspace: Workspace,
  days: number | null,
  inspector: string,
): Promise<void> {
  await changeSetting(workspace, 'retention-days', days, inspector);
}

/** The rule, and what it would let go. @param asked days of another rule; null: the one that is set */
export async function retentionOf(workspace: Workspace, asked: number | null): Promise<Retention> {
  const days = await retentionDays(workspace);
  const by = asked ?? days;
  const would = by === null ? { results: 0, bytes: 0 } : await previewRetention(workspace, by);
  return { days, ...would };
}

/** What a rule would let go now: see `listDroppable`. @param days of use */
async function previewRetention(
  workspace: Workspace,
  days: number,
): Promise<Pick<Retention, 'results' | 'bytes'>> {
  const droppable = await listDroppable(workspace, await daysOfUse(workspace.db), days);
  return { results: droppable.length, bytes: await bytesOf(workspace, droppable) };
}

/**
 * Lets go what the workspace's rule says, if there is one. The files go by way of the quarantine, as everything that
 * nobody asked for by hand.
 */
export async function applyRetention(
  workspace: Workspace,
  inspector: string,
  signal?: AbortSignal,
): Promise<number> {
  const days = await retentionDays(workspace);
  if (days === null) return 0;
  const droppable = await listDroppable(workspace, await daysOfUse(workspace.db), days);
  throwIfCancelled(signal);
  return dropArtifacts(
    workspace,
    droppable.map(({ id }) => id),
    { inspector, days },
  );
}

/** Bytes of the files that only these results need. */
async function bytesOf(workspace: Workspace, droppable: readonly Droppable[]): Promise<number> {
  if (droppable.length === 0) return 0;
  const uses = new Map<string, { count: number; bytes: number }>();
  for await (const page of artifactUses(workspace)) {
    for (const { artifacts } of page) {
      for (const { sha256, bytes } of Object.values(artifacts)) {
        uses.set(sha256, { count: (uses.get(sha256)?.count ?? 0) + 1, bytes });
      }
    }
  }
  for (const { artifacts } of droppable) {
    for (const { sha256 } of Object.values(artifacts)) uses.get(sha256)!.count--;
  }
  const besides = await neededBesides(workspace);
  let total = 0;
  for (const [sha256, { count, bytes }] of uses) {
    if (count === 0 && !besides.has(sha256)) total += bytes;
  }
  return total;
}
