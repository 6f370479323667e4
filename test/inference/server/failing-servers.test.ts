import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { until } from '../../until.ts';
import { fakeModels } from './fake-models.ts';
import type { Fault } from './fake-server.ts';
import { ASKS_SAM, engineOn, impatientWith, pack, picture, saidHere, serving } from './served-pack.ts';

const WRONG: readonly (readonly [Fault, RegExp])[] = [
  ['wrong-shape', /has the shape \[/],
  ['wrong-type', /is INT64, not FP32/],
  ['wrong-name', /0 outputs "/],
  ['too-few-values', /bytes where FP32/],
  ['too-much', /"more", which nobody asked for/],
];
const FAILING: readonly (readonly [Fault, RegExp])[] = [
  ['failed', /out of memory/],
  ['unavailable', /queue is full/],
  ['never', /did not answer in time/],
];

const A_DAY = 86_400_000;

for (const protocol of ['grpc', 'http'] as const) {
  it(`an answer that is not what was asked for is never used: the server is refused, over ${protocol}`, async () => {
    const loaded = await pack();
    const here = await saidHere(loaded);
    for (const [fault, reason] of [...WRONG, ['truncated', /no message|shorter/] as const]) {
      const bad = await serving(loaded, {
        protocol,
        fault: (model) => (model.endsWith('text') ? fault : undefined),
      });
      const good = await serving(loaded, { protocol });
      const engine = await engineOn(loaded, `${bad.address},${good.address}`);
      const said = await engine.coarseMap(await picture(loaded, true), ASKS_SAM);
      expect(said.coarse).toEqual(here.coarse);
      const [state] = engine.serverStates;
      // The boxes are asked about first, at both; then it is this one's turn.
      expect(bad.asked.filter((model) => model.endsWith('text'))).toHaveLength(1);
      expect(state).toMatchObject({ state: 'refused', reason: expect.stringMatching(reason) });
      expect(said.served?.gaveWay.join()).toMatch(reason);

      const alone = await engineOn(loaded, bad.address);
      await expect(alone.coarseMap(await picture(loaded, true), ASKS_SAM)).rejects.toMatchObject({
        ...{ code: 'device-unavailable', message: expect.stringMatching(reason) },
        details: { case: 'model-servers-refused' },
      });
    }
  });

  it(`a server that fails, is unavailable or never answers gives way to the other, over ${protocol}`, async () => {
    const loaded = await pack();
    const here = await saidHere(loaded);
    for (const [fault, reason] of FAILING) {
      const bad = await serving(loaded, {
        protocol,
        fault: (model) => (model.endsWith('text') ? fault : undefined),
      });
      const good = await serving(loaded, { protocol });
      // Nobody finds it again while this looks.
      const times = { firstProbe: A_DAY, lastProbe: A_DAY, idleProbe: A_DAY };
      const engine = await engineOn(loaded, `${bad.address},${good.address}`, {
        times,
        ...(fault === 'never' && { openServer: impatientWith(bad.address) }),
      });
      const said = await engine.coarseMap(await picture(loaded, true), ASKS_SAM);
      expect(said.coarse).toEqual(here.coarse);
      expect(bad.asked.filter((model) => model.endsWith('text'))).toHaveLength(1);
      const [state] = engine.serverStates;
      expect(state).toMatchObject({ state: 'away', reason: expect.stringMatching(reason) });
      if (fault === 'never') await until(() => bad.cancelled() === 1);
    }
  });

  it(`a server that was unavailable is asked again, and the answer counts once, over ${protocol}`, async () => {
    const loaded = await pack();
    let failed = 0;
    const server = await serving(loaded, {
      protocol,
      fault: (model) => (model.endsWith('vision') && ++failed <= 2 ? 'unavailable' : undefined),
    });
    const engine = await engineOn(loaded, server.address);
    const said = await engine.segment(await picture(loaded, true), ASKS_SAM);
    expect(said.coarse).toEqual((await saidHere(loaded)).coarse);
    expect(server.asked.filter((model) => model.endsWith('vision'))).toHaveLength(3);
    expect(said.served?.servers).toHaveLength(1);
    expect(said.served?.gaveWay.join()).toContain('queue is full');
  });

  it(`what a server fails at is tried once there, and is the image's fault alone, over ${protocol}`, async () => {
    const loaded = await pack();
    const server = await serving(loaded, {
      protocol,
      fault: (model) => (model.endsWith('vision') ? 'failed' : undefined),
    });
    const engine = await engineOn(loaded, server.address);
    await expect(engine.segment(await picture(loaded, true), ASKS_SAM)).rejects.toMatchObject({
      code: 'inference-failed',
    });
    expect(server.asked.filter((model) => model.endsWith('vision'))).toHaveLength(1);
  });

  it(`a line that breaks in mid-answer is tried again, over ${protocol}`, async () => {
    const loaded = await pack();
    const server = await serving(loaded, { protocol });
    const line = await breakingLine(server.port);
    const engine = await engineOn(loaded, `${protocol}://127.0.0.1:${line.port}`);
    line.breakAfter(100_000);
    const said = await engine.segment(await picture(loaded, true), ASKS_SAM);
    expect(line.broken()).toBe(1);
    expect(said.coarse).toEqual((await saidHere(loaded)).coarse);
    expect(said.served?.gaveWay).toHaveLength(1);
  });
}

it('another model is refused, and what differs is named', async () => {
  const loaded = await pack();
  const models = await fakeModels(loaded);
  const other = await fakeModels(loaded, {
    ...{
      clipsam_pack: 'else',
      clipsam_pack_hash: 'f'.repeat(64),
      clipsam_graph: 'text',
      clipsam_format: '1',
    },
  });
  const server = await serving(loaded, { models: other });
  await expect(engineOn(loaded, server.address)).rejects.toMatchObject({
    code: 'device-unavailable',
    message: expect.stringMatching(/pack "else", not of "tiny".*hash f{64}.*its "vision"/s),
  });
  const renamed = {
    ...models,
    describe: (name: string) => {
      const model = models.describe(name);
      return name.endsWith('vision')
        ? { ...model, outputs: model.outputs.slice(1), inputs: model.outputs }
        : model;
    },
  };
  const strange = await serving(loaded, { models: renamed });
  await expect(engineOn(loaded, strange.address)).rejects.toMatchObject({
    message: expect.stringMatching(/inputs where one image is sent.*has no output "/s),
  });
  const none = await serving(loaded, { models: { ...models, names: [] } });
  await expect(engineOn(loaded, none.address)).rejects.toMatchObject({
    message: expect.stringContaining('does not give the model "tiny-vision"'),
  });
});

it('a server without hashes is used where everything fits, and that is said', async () => {
  const loaded = await pack();
  const server = await serving(loaded, { models: await fakeModels(loaded, {}) });
  const engine = await engineOn(loaded, server.address);
  expect(engine.device.servers).toMatchObject([{ isProven: false }]);
  expect(engine.device.servers?.[0]?.models.every(({ sha256 }) => sha256 === null)).toBe(true);
});

/** A line to a port that can be made to break once so many bytes have come back. */
async function breakingLine(port: number) {
  let left = Number.POSITIVE_INFINITY;
  let broken = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(upstream);
    upstream.on('data', (part) => {
      left -= part.length;
      if (left > 0) {
        client.write(part);
        return;
      }
      left = Number.POSITIVE_INFINITY;
      broken++;
      client.write(part.subarray(0, part.length >> 1), () => client.destroy());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    port: (server.address() as AddressInfo).port,
    broken: () => broken,
    breakAfter(bytes: number) {
      left = bytes;
    },
  };
}
