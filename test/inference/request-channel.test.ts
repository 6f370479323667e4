import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import {
  type FromServer,
  RequestClient,
  type RequestHandlers,
  type RequestPort,
  type RequestServerOptions,
  serveRequests,
  type ToServer,
} from '../../src-main/inference/request-channel.ts';
import { ClipSamError } from '../../src-shared/errors.ts';

interface Requests {
  readonly double: { readonly job: number; readonly result: number };
  readonly wait: { readonly job: string; readonly result: string };
  readonly count: { readonly job: number; readonly result: string; readonly progress: number };
  readonly fill: { readonly job: Float32Array; readonly result: Float32Array };
}

/** Two ends of a port: what one sends the other hears a turn later, as a structured clone. */
function portPair() {
  const sent: unknown[] = [];
  const end = () => {
    const listeners: ((message: unknown) => void)[] = [];
    return { listeners, onMessage: (listener: (message: unknown) => void) => void listeners.push(listener) };
  };
  const [left, right] = [end(), end()];
  const carry =
    (to: typeof left): RequestPort['send'] =>
    (message, transfer = []) => {
      const clone = structuredClone(message, { transfer: [...transfer] });
      sent.push(clone);
      queueMicrotask(() => {
        for (const hear of to.listeners) hear(clone);
      });
    };
  return {
    sent,
    client: { send: carry(right), onMessage: left.onMessage },
    server: { send: carry(left), onMessage: right.onMessage },
  };
}

/** `wait` lasts until the test says so, or its request is cancelled. */
function channel(options?: RequestServerOptions, handlers: Partial<RequestHandlers<Requests>> = {}) {
  const { client: clientPort, server: serverPort, sent } = portPair();
  const started: string[] = [];
  const finish = new Map<string, () => void>();
  const service = serveRequests<Requests>(
    serverPort,
    {
      double: async (value) => 2 * value,
      async wait(name, { signal }) {
        started.push(name);
        await new Promise<void>((resolve, reject) => {
          finish.set(name, resolve);
          signal.addEventListener('abort', () => reject(new ClipSamError('cancelled', 'Cancelled.')));
        });
        return name;
      },
      async count(to, { report }) {
        for (let i = 1; i <= to; i++) report(i);
        return 'counted';
      },
      async fill(numbers, { transfer }) {
        transfer([numbers.buffer as ArrayBuffer]);
        return numbers.fill(7);
      },
      ...handlers,
    },
    options,
  );
  return { client: new RequestClient<Requests>(clientPort), clientPort, sent, started, finish, service };
}

describe('a request', () => {
  it('is answered with its own result, whatever the order of the answers', async () => {
    const { client, finish } = channel();
    const first = client.ask('wait', 'first');
    const second = client.ask('wait', 'second');
    const third = client.ask('double', 21);
    expect(await third).toBe(42);
    finish.get('second')!();
    expect(await second).toBe('second');
    finish.get('first')!();
    expect(await first).toBe('first');
  });

  it('fails with the error of its handler, with code and details', async () => {
    const error = new ClipSamError('image-unreadable', 'Bad image.', {
      details: { case: 'image-timed-out', file: 'a.png', seconds: 3 },
    });
    const { client } = channel({}, { double: () => Promise.reject(error) });
    const failure = await client.ask('double', 1).catch((reason) => reason);
    expect(failure).toBeInstanceOf(ClipSamError);
    expect(failure).toMatchObject({
      code: 'image-unreadable',
      message: 'Bad image.',
      details: error.details,
    });
  });

  it('fails as `inference-failed` when the handler throws something else', async () => {
    const { client } = channel({}, { double: () => Promise.reject(new RangeError('too far')) });
    await expect(client.ask('double', 1)).rejects.toMatchObject({
      code: 'inference-failed',
      message: 'too far',
    });
  });

  it('of a kind that nothing answers fails, and the next one is answered', async () => {
    const { client } = channel();
    const unknown = client as unknown as RequestClient<{ dance: { job: string; result: string } }>;
    await expect(unknown.ask('dance', 'tango')).rejects.toMatchObject({
      code: 'inference-failed',
      message: 'There is no request "dance".',
    });
    await expect(
      (client as unknown as RequestClient<{ toString: { job: string; result: string } }>).ask('toString', ''),
    ).rejects.toMatchObject({ code: 'inference-failed' });
    expect(await client.ask('double', 2)).toBe(4);
  });

  it('that cannot be sent fails, and leaves nothing behind', async () => {
    const { client } = channel();
    const job = (() => 1) as unknown as number;
    await expect(client.ask('double', job)).rejects.toThrow(/could not be cloned/);
    expect(await client.ask('double', 2)).toBe(4);
  });
});

describe('progress', () => {
  it('comes to whoever asked, in order and before the answer', async () => {
    const { client } = channel();
    const [mine, yours]: [number[], number[]] = [[], []];
    const answers = await Promise.all([
      client.ask('count', 3, { onProgress: (step) => mine.push(step) }),
      client.ask('count', 2, { onProgress: (step) => yours.push(step) }),
      client.ask('count', 5),
    ]);
    expect(answers).toEqual(['counted', 'counted', 'counted']);
    expect([mine, yours]).toEqual([
      [1, 2, 3],
      [1, 2],
    ]);
  });
});

describe('buffers', () => {
  it('move to the other side and back when they are named', async () => {
    const { client } = channel();
    const numbers = new Float32Array(4);
    const answer = await client.ask('fill', numbers, { transfer: [numbers.buffer] });
    expect(numbers.length).toBe(0);
    expect(answer).toEqual(new Float32Array([7, 7, 7, 7]));
  });

  it('are copied when they are not', async () => {
    const { client } = channel();
    const numbers = new Float32Array(4);
    await client.ask('fill', numbers);
    expect(numbers).toEqual(new Float32Array(4));
  });
});

describe('cancelling', () => {
  it('reaches the handler of that request alone', async () => {
    const { client, finish } = channel();
    const controller = new AbortController();
    const doomed = client.ask('wait', 'doomed', { signal: controller.signal });
    const other = client.ask('wait', 'other');
    await nextTurn();
    controller.abort();
    await expect(doomed).rejects.toMatchObject({ code: 'cancelled' });
    finish.get('other')!();
    expect(await other).toBe('other');
  });

  it('before anything is sent sends nothing', async () => {
    const { client, sent } = channel();
    await expect(client.ask('double', 1, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(sent).toEqual([]);
  });

  it('after the answer is not heard of', async () => {
    const { client, sent } = channel();
    const controller = new AbortController();
    await client.ask('double', 1, { signal: controller.signal });
    controller.abort();
    await nextTurn();
    expect(sent).toHaveLength(2);
  });

  it('is passed over by a handler that does not listen: its answer counts', async () => {
    const { client } = channel();
    const controller = new AbortController();
    const asked = client.ask('double', 4, { signal: controller.signal });
    controller.abort();
    expect(await asked).toBe(8);
  });

  it('of a request that waits for its turn is known when its turn comes', async () => {
    const handled = vi.fn(async (name: string, { signal }: { readonly signal: AbortSignal }) => {
      await nextTurn();
      return `${name} ${signal.aborted}`;
    });
    const { client } = channel({ inOrder: () => true }, { wait: handled });
    const controller = new AbortController();
    const first = client.ask('wait', 'first');
    const second = client.ask('wait', 'second', { signal: controller.signal });
    controller.abort();
    expect(await Promise.all([first, second])).toEqual(['first false', 'second true']);
  });
});

describe('in order', () => {
  it('one request is handled at a time, also after one that failed', async () => {
    const { client, started, finish } = channel({ inOrder: () => true });
    const controller = new AbortController();
    const first = client.ask('wait', 'first', { signal: controller.signal });
    const second = client.ask('wait', 'second');
    const third = client.ask('double', 3);
    await nextTurn();
    expect(started).toEqual(['first']);
    controller.abort();
    await expect(first).rejects.toMatchObject({ code: 'cancelled' });
    await nextTurn();
    expect(started).toEqual(['first', 'second']);
    finish.get('second')!();
    expect(await second).toBe('second');
    expect(await third).toBe(6);
  });

  it('is not kept unless it is asked for', async () => {
    const { client, started } = channel();
    void client.ask('wait', 'first');
    void client.ask('wait', 'second');
    await nextTurn();
    expect(started).toEqual(['first', 'second']);
  });
});

describe('closing', () => {
  it('fails what was asked and what will be, with the first error', async () => {
    const { client, finish, sent } = channel();
    const asked = Promise.allSettled([client.ask('wait', 'a'), client.ask('wait', 'b')]);
    await nextTurn();
    const error = new Error('it died');
    client.close(error);
    client.close(new Error('it died again'));
    expect(await asked).toEqual([
      { status: 'rejected', reason: error },
      { status: 'rejected', reason: error },
    ]);
    const before = sent.length;
    await expect(client.ask('double', 1)).rejects.toBe(error);
    expect(sent).toHaveLength(before);
    // A late answer changes nothing.
    finish.get('a')!();
    await nextTurn();
  });

  it('by an error that is fatal ends the service: that request and the later ones get no answer', async () => {
    const lost = new Error('the device is lost');
    const { client, service, sent } = channel(
      { isFatal: (error) => error === lost, inOrder: () => true },
      { double: () => Promise.reject(lost) },
    );
    const settled = vi.fn();
    client.ask('double', 1).finally(settled);
    client.ask('wait', 'next').finally(settled);
    await expect(service).rejects.toBe(lost);
    await nextTurn();
    expect(settled).not.toHaveBeenCalled();
    expect(sent).toHaveLength(2);
  });
});

describe('messages', () => {
  it('that answer nothing are passed over: late answers, other kinds, unknown ids', async () => {
    const listeners: ((message: unknown) => void)[] = [];
    const sent: ToServer<Requests>[] = [];
    const client = new RequestClient<Requests>({
      send: (message) => void sent.push(message as ToServer<Requests>),
      onMessage: (listener) => void listeners.push(listener),
    });
    const hear = (message: FromServer<Requests> | { readonly kind: 'heartbeat' }) => {
      for (const listener of listeners) listener(message);
    };
    const asked = client.ask('double', 5);
    const { id } = sent[0]!;
    hear({ kind: 'heartbeat' });
    hear({ kind: 'answer', id: id + 1, result: 0 });
    hear({ kind: 'failed', id: id + 1, error: { code: 'cancelled', message: 'Cancelled.' } });
    hear({ kind: 'answer', id, result: 10 });
    hear({ kind: 'answer', id, result: 11 });
    hear({ kind: 'failed', id, error: { code: 'cancelled', message: 'Cancelled.' } });
    expect(await asked).toBe(10);
    hear({ kind: 'answer', id, result: 12 });
  });

  it('that ask nothing are passed over by who answers', async () => {
    const { client, clientPort, sent } = channel();
    clientPort.send({ kind: 'heartbeat' });
    clientPort.send({ kind: 'cancel', id: 99 });
    await nextTurn();
    expect(sent).toHaveLength(2);
    expect(await client.ask('double', 5)).toBe(10);
  });
});
