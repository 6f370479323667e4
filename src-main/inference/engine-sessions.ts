import { readFile } from 'node:fs/promises';
import type { Device } from '../../src-shared/device.ts';
import { encodeModel, promoteTensors, pruneTo, readModel } from '../graph/model.ts';
import { buildNearestGraph } from '../graph/nearest.ts';
import { readSafetensors } from '../graph/safetensors.ts';
import { buildUmciGraph } from '../graph/umci.ts';
import { createSession, type Session } from './ort.ts';
import type { LoadedPack } from './pack-loader.ts';

/** A session for each of a pack's graphs. */
export interface ModelSessions {
  readonly vision: Session;
  readonly text: Session;
  readonly umci: Session;
  readonly decoder: Session;
  /** The same for all packs: the search for the nearest tokens of other pictures. */
  readonly nearest: Session;
  readonly nearestInWindow: Session;
}

/** The pack's graphs, ready for sessions. */
interface Models {
  readonly vision: Uint8Array;
  readonly text: string;
  readonly umci: Uint8Array;
  readonly decoder: Uint8Array;
}

/** Reads a pack's models and keeps of them what the pipeline runs. @throws ClipSamError what is wrong with a file */
export async function buildModels({ pack, pathOf }: LoadedPack): Promise<Models> {
  const pruned = async (entry: string, outputs: readonly string[]) => {
    const model = readModel(await readFile(pathOf(entry)), entry);
    return encodeModel(pruneTo(promoteTensors(model, outputs), outputs));
  };
  const { vision, text, umci, sam } = pack;
  const shape = {
    ...umci,
    stageWidths: vision.stages.map((stage) => stage.width),
    textWidth: text.width,
  };
  return {
    vision: await pruned(vision.file, [...vision.stages.map((stage) => stage.tensor), vision.samEmbedding]),
    text: pathOf(text.encoder),
    umci: encodeModel(buildUmciGraph(shape, readSafetensors(await readFile(pathOf(umci.file)), umci.file))),
    decoder: await pruned(sam.decoder, [sam.masks, sam.qualities]),
  };
}

/** Opens all of them on a device, or none. @throws ClipSamError `model-file-invalid` */
export async function openSessions(
  models: Models,
  options: { readonly device: Device; readonly threads?: number },
): Promise<ModelSessions> {
  const opened: Session[] = [];
  const open = async (model: string | Uint8Array) => {
    const session = await createSession(model, options);
    opened.push(session);
    return session;
  };
  try {
    return {
      vision: await open(models.vision),
      text: await open(models.text),
      umci: await open(models.umci),
      decoder: await open(models.decoder),
      nearest: await open(encodeModel(buildNearestGraph({ windowed: false }))),
      nearestInWindow: await open(encodeModel(buildNearestGraph({ windowed: true }))),
    };
  } catch (error) {
    // The CPU may take over: what the device holds by then would stay for the process's life.
    for (const session of opened) await session.release();
    throw error;
  }
}
