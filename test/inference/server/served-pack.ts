import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { encoderImage } from '../../../src-main/inference/encoder-image.ts';
import { Engine } from '../../../src-main/inference/engine.ts';
import { type LoadedPack, loadPack } from '../../../src-main/inference/pack-loader.ts';
import { openGrpcServer } from '../../../src-main/inference/server/grpc-server.ts';
import { openHttpServer } from '../../../src-main/inference/server/http-server.ts';
import type { OpenServer } from '../../../src-main/inference/server/model-server.ts';
import {
  readServerAccess,
  type ServerAccessPlaces,
} from '../../../src-main/inference/server/server-access.ts';
import type { ServerTimes } from '../../../src-main/inference/server/server-watch.ts';
import { deviceRequestSchema } from '../../../src-shared/device.ts';
import { frameFor } from '../../../src-shared/frame.ts';
import { PATIENCE } from '../../patience.ts';
import { tempFolder } from '../../temp-folder.ts';
import { noise, TINY_RECIPE, writeTinyPack } from '../tiny-pack.ts';
import { type FakeModels, fakeModels } from './fake-models.ts';
import { type FakeServerOptions, startFakeServer } from './fake-server.ts';

const FRAME = frameFor(640, 480);
/** Pauses that nobody has to sit through; a busy machine may take as long as it likes. */
const TIMES: Partial<ServerTimes> = {
  ...{ retry: 1, firstProbe: 1, lastProbe: 5 },
  ...{ connect: PATIENCE, answer: PATIENCE },
};

/** Everything is a region: SAM is asked. */
export const ASKS_SAM = { ...TINY_RECIPE, theta: 0 };

export async function pack(write: (folder: string) => Promise<unknown> = writeTinyPack): Promise<LoadedPack> {
  const folder = join(await tempFolder(), 'pack');
  await write(folder);
  return loadPack(folder);
}

const MODELS = new WeakMap<LoadedPack, Promise<FakeModels>>();

/** A server in this process that has a pack's models, until the test ends; servers of one pack share their sessions. */
export async function serving(loaded: LoadedPack, options: Partial<FakeServerOptions> = {}) {
  const models = options.models ?? MODELS.get(loaded) ?? fakeModels(loaded);
  if (models instanceof Promise) MODELS.set(loaded, models);
  const server = await startFakeServer({ ...options, models: await models });
  onTestFinished(() => server.close());
  return server;
}

export function engineOn(
  loaded: LoadedPack,
  addresses: string,
  { times, access, openServer }: EngineOnOptions = {},
): Promise<Engine> {
  const device = deviceRequestSchema.parse(addresses);
  return Engine.open(loaded, {
    ...{ device, threads: 1, pool: { times: { ...TIMES, ...times }, ...(openServer && { openServer }) } },
    ...(access && { serverAccess: access }),
  });
}

interface EngineOnOptions {
  readonly times?: Partial<ServerTimes>;
  readonly access?: ServerAccessPlaces;
  readonly openServer?: OpenServer;
}

/** Opens servers whose text encoder has next to no time at this address, and all that they want elsewhere. */
export function impatientWith(impatientAddress: string): OpenServer {
  return async (address) => {
    const open = address.scheme.startsWith('grpc') ? openGrpcServer : openHttpServer;
    const server = await open(address, await readServerAccess({}));
    const infer = server.infer.bind(server);
    return Object.assign(server, {
      infer: (...[request, options]: Parameters<typeof infer>) => {
        const isHurried = address.text === impatientAddress && request.model.endsWith('text');
        return infer(request, isHurried ? { ...options, deadline: 20 } : options);
      },
    });
  };
}

export function picture({ pack: { vision, segmenter } }: LoadedPack, takesBytes: boolean, key = 'picture') {
  const rgb = Uint8Array.from(noise(FRAME.width * FRAME.height * 3, 5), (value) => 128 + 100 * value);
  return encoderImage(key, FRAME, rgb, { vision, segmenter, takesBytes });
}

/** What this machine says of the picture. */
export async function saidHere(loaded: LoadedPack) {
  const local = await Engine.open(loaded, { device: 'cpu', threads: 1 });
  return local.segment(await picture(loaded, false), ASKS_SAM);
}
