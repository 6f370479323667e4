import { expect, it } from 'vitest';
import { until } from '../../until.ts';
import { type OwnSegmenter, writeOwnSegmenterPack } from '../own-segmenter-pack.ts';
import { writeTinyPack } from '../tiny-pack.ts';
import { ASKS_SAM, engineOn, pack, picture, saidHere, serving } from './served-pack.ts';

const SAM2: OwnSegmenter = { dialect: 'sam2', fit: 'squash', inputSize: 256, maskSide: 256 };

for (const protocol of ['grpc', 'http'] as const) {
  for (const [name, write] of [
    ['the tower that is SAM’s encoder', writeTinyPack],
    ['an encoder of SAM’s own', (folder: string) => writeOwnSegmenterPack(folder, SAM2)],
  ] as const) {
    it(`gives bit for bit what this machine gives, over ${protocol}, with ${name}`, async () => {
      const loaded = await pack(write);
      const server = await serving(loaded, { protocol });
      const here = await saidHere(loaded);
      const engine = await engineOn(loaded, server.address);
      const there = await engine.segment(await picture(loaded, true), ASKS_SAM);
      expect(there.coarse).toEqual(here.coarse);
      expect(there.regions).toEqual(here.regions);
      expect(here.regions.length).toBeGreaterThan(0);
      expect(there.served).toMatchObject({ servers: [{ address: server.address }], gaveWay: [], here: null });
      expect(engine.device).toMatchObject({
        asked: server.address,
        running: 'server',
        servers: [
          {
            ...{ name: 'fake', version: '2.51.0', isProven: true },
            models: expect.arrayContaining([
              { graph: 'vision', name: 'tiny-vision', version: '1', sha256: 'ab'.repeat(32) },
            ]),
          },
        ],
      });
      // The picture goes over as it is: three bytes a pixel.
      const at = server.asked.indexOf('tiny-vision');
      expect(server.received[at]).toBe((await picture(loaded, true)).pixels.byteLength);
    });
  }
}

it('several images are under way at the same time, on the server that has fewest', async () => {
  const loaded = await pack();
  const opened = Promise.withResolvers<void>();
  const hold = (model: string) => (model.endsWith('vision') ? { wait: opened.promise } : undefined);
  const servers = [await serving(loaded, { fault: hold }), await serving(loaded, { fault: hold })];
  const engine = await engineOn(loaded, servers.map(({ address }) => address).join(','));
  const images = await Promise.all([1, 2, 3, 4].map((i) => picture(loaded, true, `image-${i}`)));
  const answers = images.map((image) => engine.segment(image, ASKS_SAM));
  await until(() => servers.every((server) => server.underWay() === 2));
  opened.resolve();
  const [first, ...others] = await Promise.all(answers);
  for (const other of others) expect(other.coarse).toEqual(first!.coarse);
});

it('cancelling an image reaches the server', async () => {
  for (const protocol of ['grpc', 'http'] as const) {
    const loaded = await pack();
    const server = await serving(loaded, {
      protocol,
      fault: (model) => (model.endsWith('vision') ? 'never' : undefined),
    });
    const engine = await engineOn(loaded, server.address);
    const controller = new AbortController();
    const answer = engine.segment(await picture(loaded, true), ASKS_SAM, controller.signal);
    await until(() => server.asked.includes('tiny-vision'));
    controller.abort();
    await expect(answer).rejects.toMatchObject({ code: 'cancelled' });
    await until(() => server.cancelled() === 1);
    // Nobody is to blame: the server is asked again.
    expect(engine.serverStates).toMatchObject([{ state: 'ready', reason: null }]);
  }
});

it('a device of this machine takes over when no server answers, gives the same, and says so', async () => {
  const loaded = await pack();
  const server = await serving(loaded);
  const engine = await engineOn(loaded, `${server.address},cpu`);
  const before = await engine.segment(await picture(loaded, true), ASKS_SAM);
  await server.close();
  const after = await engine.segment(await picture(loaded, true, 'next'), ASKS_SAM);
  expect(after.coarse).toEqual(before.coarse);
  expect(after.regions).toEqual(before.regions);
  expect(after.served).toMatchObject({ servers: [], here: 'cpu' });
  expect(after.served?.gaveWay.join()).toContain(server.address);
});

it('begins on this machine where no server answers yet, and goes over to the server that comes', async () => {
  const loaded = await pack();
  const gone = await serving(loaded);
  await gone.close();
  await expect(engineOn(loaded, gone.address)).rejects.toMatchObject({
    code: 'device-unavailable',
    details: { case: 'model-servers-away' },
  });
  const engine = await engineOn(loaded, `${gone.address},cpu`);
  expect(engine.device).toMatchObject({ running: 'server', servers: [] });
  expect((await engine.segment(await picture(loaded, true), ASKS_SAM)).served?.here).toBe('cpu');
  await serving(loaded, { port: gone.port });
  await until(() => engine.serverStates[0]?.state === 'ready');
  const answer = await engine.segment(await picture(loaded, true, 'next'), ASKS_SAM);
  expect(answer.served).toMatchObject({ servers: [{ address: gone.address }], here: null });
});
