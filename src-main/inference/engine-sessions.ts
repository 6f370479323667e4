import type { Device } from '../../src-shared/device.ts';
import { encodeModel } from '../graph/model.ts';
import { buildNearestGraph } from '../graph/nearest.ts';
import { createSession, type Session } from './ort.ts';
import type { LoadedPack } from './pack-loader.ts';
import {
  decoderModel,
  headModel,
  type RunnableFile,
  runnableFile,
  segmenterEncoderModel,
  textModel,
  visionModel,
} from './pack-models.ts';

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

/** The pack's graphs, ready for sessions. */
interface Models {
  readonly vision: RunnableFile;
  readonly text: RunnableFile;
  readonly head: RunnableFile;
  readonly decoder: RunnableFile;
  readonly segmenterEncoder?: RunnableFile;
}

/** Reads a pack's models and keeps of them what the pipeline runs. @throws ClipSamError what is wrong with a file */
export async function buildModels({ pack, pathOf }: LoadedPack): Promise<Models> {
  const segmenterEncoder = await segmenterEncoderModel(pack, pathOf);
  return {
    vision: runnableFile(await visionModel(pack, pathOf)),
    text: runnableFile(await textModel(pack, pathOf)),
    head: { bytes: encodeModel(await headModel(pack, pathOf)) },
    decoder: runnableFile(await decoderModel(pack, pathOf)),
    ...(segmenterEncoder && { segmenterEncoder: runnableFile(segmenterEncoder) }),
  };
}

/** Opens all of them on a device, or none. @throws ClipSamError `model-file-invalid` */
export async function openSessions(
  models: Models,
  options: { readonly device: Device; readonly threads?: number },
): Promise<ModelSessions> {
  const opened: Session[] = [];
  const open = async ({ bytes, externalFolder }: RunnableFile) => {
    const session = await createSession(bytes, { ...options, ...(externalFolder && { externalFolder }) });
    opened.push(session);
    return session;
  };
  try {
    return {
      vision: await open(models.vision),
      text: await open(models.text),
      head: await open(models.head),
      decoder: await open(models.decoder),
      ...(models.segmenterEncoder && { segmenterEncoder: await open(models.segmenterEncoder) }),
      nearest: await open({ bytes: encodeModel(buildNearestGraph({ windowed: false })) }),
      nearestInWindow: await open({ bytes: encodeModel(buildNearestGraph({ windowed: true })) }),
    };
  } catch (error) {
    // The CPU may take over: what the device holds by then would stay for the process's life.
    for (const session of opened) await session.release();
    throw error;
  }
}
