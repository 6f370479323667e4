import { stat } from 'node:fs/promises';
import { type ClipSamError, failure } from '../../src-shared/errors.ts';
import type { ArtifactStore } from '../files/artifact-store.ts';
import { listCopies } from './database-copies.ts';

interface LeftArtifacts {
  readonly files: number;
  readonly bytes: number;
  /** When the newest was written, ISO 8601. */
  readonly newest: string;
}

/** The artifacts of a folder; undefined when there is none. */
async function artifactsLeft(artifacts: ArtifactStore): Promise<LeftArtifacts | undefined> {
  let files = 0;
  let bytes = 0;
  let newest = 0;
  for await (const { path, isWhole } of artifacts.list()) {
    if (!isWhole) continue;
    const stats = await stat(path).catch(() => undefined);
    if (!stats) continue;
    files++;
    bytes += stats.size;
    newest = Math.max(newest, stats.mtimeMs);
  }
  return files > 0 ? { files, bytes, newest: new Date(newest).toISOString() } : undefined;
}

/** The error for artifacts without their database; undefined when there are neither artifacts nor copies of a database. */
export async function databaseMissing(
  folder: string,
  artifacts: ArtifactStore,
): Promise<ClipSamError | undefined> {
  const left = await artifactsLeft(artifacts);
  const copies = listCopies(folder).length;
  if (!left && copies === 0) return undefined;
  const there = described(left);
  return failure(
    'database-missing',
    { folder, ...there, copies },
    `The database of the workspace ${folder} (workspace.sqlite) is missing or empty, but there are ${inWords(there)} and ${copies} copies of a database. Nothing was changed. Put workspace.sqlite back, or restore a copy with "clipsam workspace restore --workspace ${folder}" (the newest of those; another one with --copy FILE). To begin anew, choose another folder.`,
  );
}

/** The error for a database that is older than the artifacts beside it, or not theirs. */
export async function databaseOlder(folder: string, artifacts: ArtifactStore): Promise<ClipSamError> {
  const there = described(await artifactsLeft(artifacts));
  const copies = listCopies(folder).length;
  return failure(
    'database-older',
    { folder, ...there, copies },
    `The database of the workspace ${folder} is older than the files beside it, or another one's: it does not know all of the ${inWords(there)}. Nothing was changed. Put the right workspace.sqlite back, or restore a copy with "clipsam workspace restore --workspace ${folder}" (the newest of ${copies}; another one with --copy FILE). To go on with this one and keep every file: "clipsam workspace accept --workspace ${folder}".`,
  );
}

function described(left: LeftArtifacts | undefined) {
  return {
    files: left?.files ?? 0,
    megabytes: Math.ceil((left?.bytes ?? 0) / 1e5) / 10,
    newest: left?.newest.slice(0, 16).replace('T', ' ') ?? '–',
  };
}

function inWords({ files, megabytes, newest }: ReturnType<typeof described>): string {
  return `${files} maps and masks (${megabytes} MB, the newest of ${newest} UTC)`;
}
