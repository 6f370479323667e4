import { encodeModel } from '../graph/model.ts';
import { buildNearestGraph } from '../graph/nearest.ts';
import type { Session } from './ort.ts';
import type { LoadedPack } from './pack-loader.ts';
import { type PackSessionOptions, PackSessions, type UsedFiles } from './pack-sessions.ts';

/** A session for each of a pack's graphs. */
export interface ModelSessions {
  readonly vision: Session;
  readonly text: Session;
  readonly head: Session;
  readonly decoder: Session;
  /** SAM's own encoder; absent where the vision tower is SAM's encoder. */
  readonly segmenterEncoder?: Session;
  /** The same for all packs: the search for the nearest tokens of other pictures. */
  readonly nearest: Session;
  readonly nearestInWindow: Session;
}

/**
 * Opens all of a pack's graphs on a device, or none: what the pipeline asks of them and no more.
 * @returns the files that serve, of those that the pack has in several precisions, as well
 * @throws ClipSamError `model-file-invalid`, `model-tensor-unknown`, `pack-invalid`
 */
export async function openSessions(
  loaded: LoadedPack,
  options: PackSessionOptions,
): Promise<{ readonly sessions: ModelSessions; readonly used: UsedFiles }> {
  const { segmenter } = loaded.pack;
  const parts = new PackSessions(loaded, options);
  try {
    const head = await parts.headBytes();
    const sessions = {
      vision: await parts.openPart('vision'),
      text: await parts.openPart('text'),
      head: await parts.openBytes(head),
      decoder: await parts.openPart('decoder'),
      ...(segmenter.encoder.kind === 'own' && {
        segmenterEncoder: await parts.openPart('segmenterEncoder'),
      }),
      nearest: await parts.openBytes(encodeModel(buildNearestGraph({ windowed: false }))),
      nearestInWindow: await parts.openBytes(encodeModel(buildNearestGraph({ windowed: true }))),
    };
    return { sessions, used: parts.used };
  } catch (error) {
    // Another device may take over: what this one holds by then would stay for the process's life.
    await parts.release();
    throw error;
  }
}
