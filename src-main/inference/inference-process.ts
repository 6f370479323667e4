import { writeSync } from 'node:fs';
import { toErrorRecord } from '../../src-shared/errors.ts';
import { type EngineClient, startEngine } from './engine-client.ts';
import { examineInThread } from './examination-client.ts';
import { HEARTBEAT_INTERVAL, type ToChild } from './inference-protocol.ts';
import { askSam, inspectImage } from './inspect-image.ts';
import { parentLine } from './parent-line.ts';

// The inference process: this thread speaks with the parent, reads images, fuses and writes; the engine's thread
// computes. Or it examines files of a pack, in a thread as well. It lives as long as its parent.

const parent = parentLine();
const underWay = new Map<number, AbortController>();
let engine: EngineClient | undefined;

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
parent.onMessage((message) => void receive(message));
setInterval(
  () => parent.send({ kind: 'heartbeat', rssBytes: process.memoryUsage.rss() }),
  HEARTBEAT_INTERVAL,
);

async function receive(message: ToChild): Promise<void> {
  switch (message.kind) {
    case 'open':
      try {
        engine = await startEngine(message, die);
        parent.send({ kind: 'ready', device: engine.device, packHash: engine.packHash });
      } catch (error) {
        parent.send({ kind: 'refused', error: toErrorRecord(error) });
      }
      return;
    case 'examine':
      parent.send({
        kind: 'examined',
        finding: await examineInThread(message.examination, message.heapMb),
      });
      return;
    case 'cancel':
      return underWay.get(message.id)?.abort();
    case 'request':
      return answer(message);
  }
}

async function answer({ id, request }: ToChild & { readonly kind: 'request' }): Promise<void> {
  const controller = new AbortController();
  underWay.set(id, controller);
  const { signal } = controller;
  try {
    if (!engine) throw new TypeError('a request came before the engine was ready');
    const result =
      request.kind === 'inspect'
        ? await inspectImage(request.job, engine, signal)
        : await askSam(request.job, engine, signal);
    parent.send({ kind: 'answer', id, result });
  } catch (error) {
    parent.send({ kind: 'failed', id, error: toErrorRecord(error) });
  } finally {
    underWay.delete(id);
  }
}
