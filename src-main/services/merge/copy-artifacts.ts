import { throwIfCancelled } from '../../../src-shared/errors.ts';
import type { ResultArtifacts } from '../../../src-shared/result.ts';
import { sha256 } from '../../files/hash.ts';
import { readOwnFile } from '../../files/own-file.ts';
import type { Workspace } from '../../store/workspace.ts';
import { severalAtOnce } from '../packs/several-at-once.ts';

/** What was copied. */
export interface CopiedArtifacts {
  readonly files: number;
  readonly bytes: number;
  /** SHA-256 of those that the source lacks, or has damaged. */
  readonly lost: readonly string[];
}

/**
 * Copies maps and masks that a workspace lacks from another one, each whole and on the disk when this returns.
 * @throws ClipSamError `disk-full`, `path-denied`, `cancelled`
 */
export async function copyArtifacts(
  source: Workspace,
  target: Workspace,
  results: readonly { readonly artifacts: string | null; readonly artifacts_dropped_at: string | null }[],
  signal: AbortSignal | undefined,
): Promise<CopiedArtifacts> {
  const wanted = new Set<string>();
  for (const { artifacts, artifacts_dropped_at } of results) {
    if (artifacts === null || artifacts_dropped_at !== null) continue;
    for (const ref of Object.values(JSON.parse(artifacts) as ResultArtifacts)) wanted.add(ref.sha256);
  }
  let [files, bytes] = [0, 0];
  const lost: string[] = [];
  await severalAtOnce([...wanted], { signal }, async (hash, { signal: stop }) => {
    throwIfCancelled(stop);
    if (await target.artifacts.has(hash)) return;
    // Throws for what is no hash.
    source.artifacts.pathOf(hash);
    const content = await readOwnFile(source.artifacts.root, hash.slice(0, 2), `${hash}.png`);
    if (!content || sha256(content) !== hash) return void lost.push(hash);
    await target.artifacts.keep(content);
    files++;
    bytes += content.byteLength;
  });
  return { files, bytes, lost };
}
