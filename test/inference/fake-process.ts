import type { FromChild, ToChild } from '../../src-main/inference/inference-protocol.ts';

// Speaks the inference process's protocol and does with an image what its path says: `crash`, `hang` (no answer),
// `freeze` (no heartbeat either), `slow`, `grow` (reports 1000 MB from then on), `bad` (fails), `once:FILE` (crashes
// unless the file is there, and makes it); anything else is answered at once. `openFake` in the pack's name refuses.

const { existsSync, writeFileSync } = await import('node:fs');
const say = (message: unknown) => void process.send?.(message);
const cancelled = new Set<number>();
let megabytes = 100;
const heartbeat = () => say({ kind: 'heartbeat', rssBytes: megabytes * 2 ** 20 } satisfies FromChild);
setInterval(heartbeat, 50);
process.on('disconnect', () => process.exit());
process.on('message', (message: ToChild) => {
  if (message.kind === 'open') {
    if (message.packFolder === 'refuse') {
      say({ kind: 'refused', error: { code: 'pack-not-found', message: 'No such pack.' } });
    } else if (message.packFolder === 'crash-at-start') {
      process.stderr.write('Error: the driver is broken\n', () => process.exit(7));
    } else if (message.packFolder !== 'never-ready') {
      say({ kind: 'ready', device: { asked: message.device, running: 'cpu' }, packHash: 'hash' });
    }
    return;
  }
  if (message.kind === 'cancel') {
    cancelled.add(message.id);
    say({ kind: 'failed', id: message.id, error: { code: 'cancelled', message: 'Cancelled.' } });
    return;
  }
  const { id } = message;
  const { path } = message.request.job;
  const answer = () => {
    if (!cancelled.has(id)) say({ kind: 'answer', id, result: { contentHash: path, pid: process.pid } });
  };
  const [behaviour, file] = path.split(':');
  if (behaviour === 'crash') process.kill(process.pid, 'SIGKILL');
  else if (behaviour === 'once' && file && !existsSync(file)) {
    writeFileSync(file, '');
    process.kill(process.pid, 'SIGKILL');
  } else if (behaviour === 'freeze') for (;;);
  else if (behaviour === 'hang') return;
  else if (behaviour === 'bad') {
    say({ kind: 'failed', id, error: { code: 'image-unreadable', message: 'Bad image.' } });
  } else if (behaviour === 'slow') setTimeout(answer, 150);
  else {
    if (behaviour === 'grow') {
      megabytes = 1000;
      heartbeat();
    }
    answer();
  }
});
