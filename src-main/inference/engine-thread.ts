import { join } from 'node:path';
import { ClipSamError, fromErrorRecord, throwIfCancelled, toErrorRecord } from '../../src-shared/errors.ts';
import { frameSide } from '../pipeline/fit.ts';
import { Engine } from './engine.ts';
import type { EngineRequests, OpenedEngine } from './engine-client.ts';
import type { OpeningOptions } from './engine-opening.ts';
import type { EngineOptions } from './inference-protocol.ts';
import { graphCacheFolder, OptimisedGraphs } from './optimised-graphs.ts';
import { loadPack } from './pack-loader.ts';
import { serveRequests } from './request-channel.ts';
import type { DecodedLogits } from './segmentation.ts';
import type { MaskLogits } from './segmenter.ts';
import { parentThreadPort } from './thread-port.ts';
import { VariantVerdicts } from './variant-verdicts.ts';

let engine: Engine | undefined;

await serveRequests<EngineRequests>(
  parentThreadPort(),
  {
    open,
    async segment({ image, recipe, ...others }, { signal, transfer, report }) {
      const result = await opened().segment(image, recipe, signal, others, report);
      transfer(buffersOf(result.regions.flatMap(({ levels }) => levels)));
      return result;
    },
    coarseMap: async ({ image, recipe }, { signal }) => opened().coarseMap(image, recipe, signal),
    embed: async ({ image, recipe }, { signal }) => opened().embed(image, recipe, signal),
    serverStates: async () => engine?.serverStates ?? [],
    rescore: async (job, { signal, report }) => opened().rescore(job, signal, report),
    partSeed: async ({ image, mark }) => opened().partSeed(image, mark),
    partCells: async ({ image, seed }) => opened().partCells(image, seed),
    async prepareSam({ key, image }, { signal }) {
      throwIfCancelled(signal);
      return opened().prepareSam(key, image);
    },
    async askSam({ key, prompts, image }, { transfer }) {
      const result: DecodedLogits | undefined = await opened().askSam(key, prompts, image);
      transfer(buffersOf(result?.levels ?? []));
      return result;
    },
  },
  {
    // Sessions of this machine are used by one request at a time.
    inOrder: () => engine?.device.running !== 'server',
    // A device that fails once (lost, out of memory) fails for every image after: only a new process helps.
    isFatal: (error) =>
      engine !== undefined &&
      !['cpu', 'server'].includes(engine.device.running) &&
      !(error instanceof ClipSamError),
  },
);

async function open(options: EngineOptions): Promise<OpenedEngine> {
  try {
    const loaded = await loadPack(options.packFolder);
    engine = await Engine.open(loaded, { ...options, ...keptOnThisMachine() });
    const { pack, packHash } = loaded;
    const { vision, segmenter, head } = pack;
    const { device } = engine;
    return {
      ...{ device, packHash, vision, segmenter, head },
      takesBytes: device.running === 'server',
      frameSide: frameSide(vision),
    };
  } catch (error) {
    throw fromErrorRecord(toErrorRecord(error, 'pack-invalid'));
  }
}

/** What earlier processes found out about graphs on this machine. */
function keptOnThisMachine(): Pick<OpeningOptions, 'graphs' | 'verdicts'> {
  const folder = graphCacheFolder();
  if (folder === undefined) return {};
  return {
    graphs: new OptimisedGraphs({ folder }),
    verdicts: new VariantVerdicts(join(folder, 'verdicts')),
  };
}

function opened(): Engine {
  if (!engine) throw new TypeError('a request came before the engine was open');
  return engine;
}

function buffersOf(levels: MaskLogits): ArrayBuffer[] {
  return levels.map(({ logits }) => logits.buffer as ArrayBuffer);
}
