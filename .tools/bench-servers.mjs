// Measures inspecting on inference servers: node .tools/bench-servers.mjs [images]
// 1. With a real Triton on one core and the workstation on another: end to end over the same requests without a workstation.
// 2. With servers that each take a fixed time per image, one after the other: images a second with one, two and four.
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import * as grpc from '@grpc/grpc-js';
import { loadPack } from '../src-main/inference/pack-loader.ts';
import { generateImages } from '../src-main/services/evaluation/bench-images.ts';
import { exportRepository } from '../src-main/services/model-repository/export-repository.ts';
import { inspectPaths } from '../src-main/services/runs/inspect-paths.ts';
import { chooseRecipe } from '../src-main/services/runs/recipe-pipeline.ts';
import { deviceRequestSchema } from '../src-shared/device.ts';
import { fakeModels } from '../test/inference/server/fake-models.ts';
import { startFakeServer } from '../test/inference/server/fake-server.ts';
import { writeTinyPack } from '../test/inference/tiny-pack.ts';
import { hasTriton, runTriton } from '../test/servers/triton-process.ts';

const ROUNDS = 2;
/** Milliseconds that a simulated server takes for an image. */
const LATENCY = 1_000;
/** Images for each simulated server. */
const EACH = 16;
const CALLS = ['ServerReady', 'ServerMetadata', 'ModelMetadata', 'ModelConfig', 'ModelInfer'];

const asIs = (bytes) => bytes;
const pathOf = (name) => `/inference.GRPCInferenceService/${name}`;
const clientOf = (address) =>
  new grpc.Client(address, grpc.credentials.createInsecure(), { 'grpc.max_receive_message_length': -1 });

const images = Number(process.argv[2] ?? 24);
const folder = await mkdtemp(join(tmpdir(), 'clipsam-bench-'));
try {
  const paths = await generateImages(folder, Math.max(images, 4 * EACH), undefined, 4 * EACH);
  console.log(JSON.stringify({ simulated: await simulated(paths) }, null, 2));
  if (hasTriton()) console.log(JSON.stringify({ triton: await triton(paths.slice(0, images)) }, null, 2));
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** @returns seconds from the ready models to the last stored result */
async function inspect(chosen, addresses, paths, name) {
  let ready = 0;
  let stored = 0;
  const summary = await inspectPaths({
    ...{ chosen, paths, name, inspector: 'bench', device: deviceRequestSchema.parse(addresses) },
    workspaceFolder: join(folder, `workspace ${name}`),
    onEvent(event) {
      if (event.kind === 'ready') ready ||= performance.now();
      if (event.kind === 'record') stored = performance.now();
    },
  });
  if (summary.status !== 'done' || summary.failed > 0) throw new Error(JSON.stringify(summary));
  return (stored - ready) / 1000;
}

async function triton(paths) {
  const [serverCore, ownCore] = ['0', '1'];
  execFileSync('taskset', ['-a', '-p', '-c', ownCore, `${process.pid}`], { stdio: 'ignore' });
  const repository = join(folder, 'repository');
  const options = {
    roots: {},
    backend: 'python',
    place: 'cpu',
    instances: 1,
    threads: 1,
    batch: 1,
    half: false,
  };
  await exportRepository('lite', repository, options);
  const server = await runTriton([repository], { cores: serverCore });
  try {
    const chosen = await chooseRecipe({ pack: 'lite' });
    const line = await recordingLine(server.grpc);
    await inspect(chosen, line.address, paths, 'recorded');
    line.close();
    const rounds = [];
    for (let round = 0; round < ROUNDS; round++) {
      const bareSeconds = await replay(server.grpc, line.requests, line.most());
      const endToEndSeconds = await inspect(chosen, `grpc://${server.grpc}`, paths, `round ${round}`);
      rounds.push({ bareSeconds, endToEndSeconds, ratio: endToEndSeconds / bareSeconds });
    }
    const size = line.requests.reduce((sum, { length }) => sum + length, 0);
    return {
      ...{ images: paths.length, requests: line.requests.length, most: line.most() },
      megabytesPerImage: size / paths.length / 1e6,
      rounds,
    };
  } finally {
    await server.stop();
  }
}

function ask(client, name, bytes) {
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(pathOf(name), asIs, asIs, bytes, (error, answer) =>
      error ? reject(error) : resolve(answer),
    );
  });
}

/** Hands everything on to a server, and keeps the inferences that were asked for. */
async function recordingLine(address) {
  const client = clientOf(address);
  const server = new grpc.Server({ 'grpc.max_receive_message_length': -1 });
  const requests = [];
  let under = 0;
  let most = 0;
  for (const name of CALLS) {
    const handler = ({ request }, callback) => {
      if (name === 'ModelInfer') {
        requests.push(request);
        most = Math.max(most, ++under);
      }
      ask(client, name, request)
        .finally(() => {
          if (name === 'ModelInfer') under--;
        })
        .then((answer) => callback(null, answer), callback);
    };
    server.register(pathOf(name), handler, asIs, asIs, 'unary');
  }
  const port = await new Promise((resolve, reject) => {
    const credentials = grpc.ServerCredentials.createInsecure();
    server.bindAsync('127.0.0.1:0', credentials, (error, bound) => (error ? reject(error) : resolve(bound)));
  });
  const close = () => {
    server.forceShutdown();
    client.close();
  };
  return { address: `grpc://127.0.0.1:${port}`, requests, most: () => most, close };
}

/** Asks the same again, as many at a time, and does nothing with the answers. @returns seconds */
async function replay(address, requests, atOnce) {
  const client = clientOf(address);
  const queue = requests.values();
  const start = performance.now();
  const lane = async () => {
    for (const bytes of queue) await ask(client, 'ModelInfer', bytes);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  client.close();
  return (performance.now() - start) / 1000;
}

async function simulated(paths) {
  const root = join(folder, 'packs');
  await writeTinyPack(join(root, 'tiny'));
  const models = await fakeModels(await loadPack(join(root, 'tiny')));
  const chosen = await chooseRecipe({ packsRoot: root, pack: 'tiny' });
  const found = [];
  for (const count of [1, 2, 4]) {
    const servers = await Promise.all(
      Array.from({ length: count }, () => startFakeServer({ models: oneByOne(models) })),
    );
    const addresses = servers.map(({ address }) => address).join(',');
    const seconds = await inspect(chosen, addresses, paths.slice(0, count * EACH), `servers ${count}`);
    await Promise.all(servers.map((server) => server.close()));
    const perSecond = (count * EACH) / seconds;
    found.push({
      servers: count,
      perSecond,
      ofLinear: perSecond / (count * (found[0]?.perSecond ?? perSecond)),
    });
  }
  return { latencyMs: LATENCY, found };
}

/** Takes {@link LATENCY} for each image, however fast it is, and one image after the other. */
function oneByOne(models) {
  let turn = Promise.resolve();
  return {
    ...models,
    infer(model, ...asked) {
      if (!model.endsWith('vision')) return models.infer(model, ...asked);
      const answer = turn.then(() => Promise.all([models.infer(model, ...asked), setTimeout(LATENCY)]));
      turn = answer.then(() => {});
      return answer.then(([tensors]) => tensors);
    },
  };
}
