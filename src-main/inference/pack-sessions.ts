import type { Device, DeviceReport } from '../../src-shared/device.ts';
import type { Pack } from '../../src-shared/pack.ts';
import { encodeModel } from '../graph/model.ts';
import { lackOfDeviceMemory } from './device-memory.ts';
import { runtimeReason } from './devices.ts';
import { type OptimisedGraphs, openableBytes } from './optimised-graphs.ts';
import { createSession, type Session, type SessionOptions, type Tensors } from './ort.ts';
import type { LoadedPack } from './pack-loader.ts';
import {
  decoderModel,
  headModel,
  type PackModel,
  type PathOf,
  type ReadPart,
  type RunnableFile,
  readVisionPart,
  runnableFile,
  segmenterEncoderModel,
  textModel,
  visionModel,
} from './pack-models.ts';
import { candidatesFor, chooseFile, type FixedInput, fixedFeeds } from './variant-choice.ts';
import { fileHashes, type VariantVerdicts } from './variant-verdicts.ts';

/** How a pack's sessions are opened. */
export interface PackSessionOptions {
  readonly device: Device;
  readonly threads?: number;
  /** How often the device has had no memory for this pack; see `candidatesFor`. */
  readonly step?: number;
  /** Graphs that were changed for this machine before. */
  readonly graphs?: OptimisedGraphs | undefined;
  /** Verdicts of earlier trials. */
  readonly verdicts?: VariantVerdicts | undefined;
  /** For tests. */
  readonly create?: typeof createSession;
}

/** Which files serve that the pack has in several precisions. */
export type UsedFiles = NonNullable<DeviceReport['files']>;

/** A part of a pack that is a file of its own, and may be there in other precisions. */
export type FilePart = 'vision' | 'text' | 'decoder' | 'segmenterEncoder';

/** Opens the parts of a pack, each in the precision that suits the device. */
export class PackSessions {
  readonly #loaded: LoadedPack;
  readonly #options: PackSessionOptions;
  readonly #create: typeof createSession;
  readonly #opened: Session[] = [];
  readonly #used: UsedFiles[number][] = [];
  readonly #references = new Map<FilePart, Promise<Tensors>>();
  /** Read for the head, until the vision tower is opened. */
  #visionPart: ReadPart | undefined;

  constructor(loaded: LoadedPack, options: PackSessionOptions) {
    this.#loaded = loaded;
    this.#options = options;
    this.#create = options.create ?? createSession;
  }

  /** The files that serve, of those that the pack has in several precisions. */
  get used(): UsedFiles {
    return this.#used;
  }

  /**
   * The head. Ask for it before the vision tower is opened: where it is made of that, the file is read once for both.
   * @throws ClipSamError as {@link openPart}
   */
  async headBytes(): Promise<Uint8Array> {
    const { pack, pathOf } = this.#loaded;
    if (pack.head.kind === 'none') this.#visionPart = await readVisionPart(pack, pathOf);
    return encodeModel(await headModel(pack, pathOf, this.#visionPart));
  }

  /** A model that has no file of its own. */
  openBytes(bytes: Uint8Array): Promise<Session> {
    return this.openFile({ bytes });
  }

  /** A model that was made of a file of the pack, with values that may lie in others. */
  async openFile(file: RunnableFile): Promise<Session> {
    const { device, threads } = this.#options;
    // Graphs are kept by the hashes of all their values: of those in other files they are not known here.
    const session = file.externalFolder
      ? await this.#create(file.bytes, {
          device,
          ...(threads && { threads }),
          externalFolder: file.externalFolder,
        })
      : await this.#open(file, [], this.#options);
    return this.#keep(session);
  }

  /** @throws ClipSamError `model-file-invalid`, `model-tensor-unknown`, `pack-invalid` */
  async openPart(part: FilePart): Promise<Session> {
    const { pack } = this.#loaded;
    const { device, step } = this.#options;
    const own = fileOf(pack, part);
    const candidates = candidatesFor(own, device, pack.variants, step);
    const chosen = await chooseFile(candidates, {
      open: ({ file }) => this.#openFileOf(part, file, this.#options),
      answer: async (session) => session.run(await this.#trialFeeds(part, session)),
      reference: () => this.#reference(part),
      release: (session) => session.release(),
      known: ({ file }) => this.#options.verdicts?.get(this.#trialOf(part, file)),
      keep: ({ file }, verdict) => this.#options.verdicts?.put(this.#trialOf(part, file), verdict),
    });
    if (pack.variants.some(({ of }) => of === own)) {
      const reason = chosen.passedOver
        .map(({ candidate, reason }) => `${candidate.file}: ${reason}`)
        .join('; ');
      this.#used.push({ of: own, ...chosen.candidate, ...(reason && { reason }) });
    }
    return this.#keep(chosen.session);
  }

  /** Releases all of them: what a device holds would stay for the process's life. */
  async release(): Promise<void> {
    for (const session of this.#opened.splice(0)) await session.release();
  }

  #keep(session: Session): Session {
    this.#opened.push(session);
    return session;
  }

  async #openFileOf(part: FilePart, file: string, options: SessionOptions): Promise<Session> {
    const { pack, pathOf } = this.#loaded;
    const model = await modelOf(withFile(pack, part, file), part, pathOf, this.#takeVisionPart(file));
    const weights = (pack.files[file]?.external ?? []).map((entry) => pack.files[entry.file]!);
    const open = (level: 'all' | 'basic') => this.#open(model, weights, { ...options, level });
    try {
      return await open('all');
    } catch (error) {
      // Half precision on the CPU: CLIP's layer norms, once fused, are refused; as they are written, they run.
      if (lackOfDeviceMemory(runtimeReason(error)) !== undefined) throw error;
      return open('basic').catch(() => {
        throw error;
      });
    }
  }

  /** What was read of a file. It is kept no longer, whichever file it is: beside a session it would be there twice. */
  #takeVisionPart(file: string): ReadPart | undefined {
    const part = this.#visionPart;
    this.#visionPart = undefined;
    return file === this.#loaded.pack.vision.file ? part : undefined;
  }

  async #open(
    { bytes, externalFolder }: RunnableFile,
    weights: readonly { readonly sha256: string; readonly bytes: number }[],
    { device, threads, level }: SessionOptions,
  ): Promise<Session> {
    const options: SessionOptions = {
      device,
      ...(threads && { threads }),
      ...(level && { level }),
      ...(externalFolder && { externalFolder }),
    };
    const { graphs } = this.#options;
    return graphs ? graphs.open(await openableBytes(bytes, weights), options) : this.#create(bytes, options);
  }

  /** What the part's file in 32 bits answers on the CPU. */
  #reference(part: FilePart): Promise<Tensors> {
    const known = this.#references.get(part) ?? this.#referenceOf(part);
    this.#references.set(part, known);
    return known;
  }

  async #referenceOf(part: FilePart): Promise<Tensors> {
    const { threads } = this.#options;
    const session = await this.#openFileOf(part, fileOf(this.#loaded.pack, part), {
      device: 'cpu',
      ...(threads && { threads }),
    });
    try {
      return await session.run(await this.#trialFeeds(part, session));
    } finally {
      await session.release();
    }
  }

  async #trialFeeds(part: FilePart, session: Session): Promise<Tensors> {
    const { vision, segmenter, text } = this.#loaded.pack;
    const given: FixedInput =
      part === 'vision'
        ? { size: vision.inputSize }
        : part === 'segmenterEncoder' && segmenter.encoder.kind === 'own'
          ? { size: segmenter.encoder.inputSize }
          : part === 'text'
            ? { dims: { sequence_length: text.contextLength } }
            : { known: await this.#embeddings() };
    return fixedFeeds(session.inputs ?? [], given);
  }

  /** What SAM's encoder makes of the fixed image, by the names under which decoders take it. */
  async #embeddings(): Promise<Tensors> {
    const { encoder } = this.#loaded.pack.segmenter;
    const answer = await this.#reference(encoder.kind === 'own' ? 'segmenterEncoder' : 'vision');
    const outputs = encoder.kind === 'own' ? encoder.outputs : [encoder.tensor];
    // Meta's decoder calls the first one so, whatever the encoder does; the others take the encoder's names.
    return { ...answer, image_embeddings: answer[outputs[0]!]! };
  }

  #trialOf(part: FilePart, file: string) {
    const { pack } = this.#loaded;
    const own = fileOf(pack, part);
    const parts = part === 'decoder' ? [own, fileOf(pack, samPart(pack))] : [own];
    const hashes = [file, ...parts].flatMap((key) => fileHashes(pack, key));
    return { device: this.#options.device, hashes };
  }
}

/** Whether other files of a pack may serve on a device. */
export function hasVariants({ variants }: Pack, device: Device): boolean {
  return variants.some(({ devices }) => devices.includes(device));
}

function samPart({ segmenter }: Pack): FilePart {
  return segmenter.encoder.kind === 'own' ? 'segmenterEncoder' : 'vision';
}

function fileOf(pack: Pack, part: FilePart): string {
  const { vision, text, segmenter } = pack;
  if (part === 'vision') return vision.file;
  if (part === 'text') return text.encoder;
  if (part === 'decoder') return segmenter.decoder;
  if (segmenter.encoder.kind === 'own') return segmenter.encoder.file;
  throw new TypeError(`Pack ${pack.id}: SAM has no encoder of its own.`);
}

/** The pack with another file for one of its parts. */
function withFile(pack: Pack, part: FilePart, file: string): Pack {
  const { vision, text, segmenter } = pack;
  if (part === 'vision') return { ...pack, vision: { ...vision, file } };
  if (part === 'text') return { ...pack, text: { ...text, encoder: file } };
  if (part === 'decoder') return { ...pack, segmenter: { ...segmenter, decoder: file } };
  if (segmenter.encoder.kind === 'vision') return pack;
  return { ...pack, segmenter: { ...segmenter, encoder: { ...segmenter.encoder, file } } };
}

type OtherPart = Exclude<FilePart, 'vision'>;

const MODELS: Readonly<Record<OtherPart, (pack: Pack, pathOf: PathOf) => Promise<PackModel | undefined>>> = {
  text: textModel,
  decoder: decoderModel,
  segmenterEncoder: segmenterEncoderModel,
};

async function modelOf(
  pack: Pack,
  part: FilePart,
  pathOf: PathOf,
  visionPart: ReadPart | undefined,
): Promise<RunnableFile> {
  const model = await (part === 'vision'
    ? visionModel(pack, pathOf, visionPart)
    : MODELS[part](pack, pathOf));
  if (!model) throw new TypeError(`Pack ${pack.id}: SAM has no encoder of its own.`);
  return runnableFile(model);
}
