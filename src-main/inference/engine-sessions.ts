import { encodeModel } from '../graph/model.ts';
import { buildNearestGraph } from '../graph/nearest.ts';
import type { OpenGraph } from './method-graphs.ts';
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

export interface OpenedSessions {
  readonly sessions: ModelSessions;
  /** The files that serve, of those that the pack has in several precisions. */
  readonly used: UsedFiles;
  /** Opens a graph that a method makes, on the same device. */
  readonly openGraph: OpenGraph;
}

/**
 * Opens all of a pack's graphs on a device, or none: what the pipeline asks of them and no more.
 * @throws ClipSamError `model-file-invalid`, `model-tensor-unknown`, `pack-invalid`
 */
export async function openSessions(loaded: LoadedPack, options: PackSessionOptions): Promise<OpenedSessions> {
  const { segmenter } = loaded.pack;
  const parts = new PackSessions(loaded, options);
  try {
    const head = await parts.headBytes();
    const sessions: ModelSessions = {
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
    return { sessions, used: parts.used, openGraph: (file) => parts.openFile(file) };
  } catch (error) {
    // Another device may take over: what this one holds by then would stay for the process's life.
    await parts.release();
    throw error;
  }
}
