import { writeSync } from 'node:fs';
import type { ServerState } from '../../src-shared/model-servers.ts';
import { poseOfImage } from './aligned-image.ts';
import { askSamAboutImage } from './ask-sam-about-image.ts';
import { measureDevice, tryConvolutions } from './devices.ts';
import { embedImage } from './embed-image.ts';
import { type EngineClient, startEngine } from './engine-client.ts';
import { examineInThread } from './examination-client.ts';
import { HEARTBEAT_INTERVAL, type Heartbeat, type InferenceRequests } from './inference-protocol.ts';
import { inspectImage } from './inspect-image.ts';
import { parentPort } from './parent-port.ts';
import { readPartSeed } from './part-seeds.ts';
import { prepareSamForImage } from './prepare-sam-for-image.ts';
import { serveRequests } from './request-channel.ts';

// The inference process: this thread speaks with the parent, reads images, fuses and writes; the engine's thread
// computes. Or it examines files of a pack, in a thread as well. It lives as long as its parent.

const parent = parentPort();
let engine: EngineClient | undefined;
let servers: readonly ServerState[] = [];

/** A normal exit would wait for the engine's thread, which may be deep in a session, and abort in it. */
function die(reason?: unknown): void {
  try {
    if (reason !== undefined) writeSync(2, `${reason instanceof Error ? reason.message : String(reason)}\n`);
  } finally {
    process.kill(process.pid, 'SIGKILL');
  }
}

parent.onGone(() => die());
// Ctrl-C goes to every process of the terminal; the parent decides what becomes of the images under way.
process.on('SIGINT', () => {});
setInterval(() => {
  const rssBytes = process.memoryUsage.rss();
  const heartbeat: Heartbeat = { kind: 'heartbeat', rssBytes, ...(servers.length > 0 && { servers }) };
  parent.send(heartbeat);
  if (engine?.takesBytes) {
    engine.serverStates().then(
      (states) => {
        servers = states;
      },
      () => {},
    );
  }
}, HEARTBEAT_INTERVAL);

void serveRequests<InferenceRequests>(parent, {
  async open(options) {
    engine = await startEngine(options, die);
    return { device: engine.device, packHash: engine.packHash };
  },
  measureDevice: ({ device, threads }) =>
    measureDevice(device, (which, side) => tryConvolutions(which, side, threads)),
  async examine({ examination, heapMb }) {
    await examineInThread(examination, heapMb);
  },
  inspect: async (job, { signal, report }) => inspectImage(job, opened(), { signal, onProgress: report }),
  pose: async (job, { signal }) => poseOfImage(job, opened(), signal),
  embed: async (job, { signal }) => embedImage(job, opened(), signal),
  rescore: async (job, { signal, report }) => opened().rescore(job, signal, report),
  partSeed: async ({ recipe, ...mark }) => readPartSeed(mark, recipe, opened()),
  async prepareSam(job, { signal }) {
    await prepareSamForImage(job, opened(), signal);
  },
  askSam: async (job, { signal }) => askSamAboutImage(job, opened(), signal),
});

function opened(): EngineClient {
  if (!engine) throw new TypeError('a request came before the engine was open');
  return engine;
}
