import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readServerAccess, serverAccessPlaces } from '../../../src-main/inference/server/server-access.ts';
import { certificates } from '../../certificates.ts';
import { tempFolder } from '../../temp-folder.ts';
import { ASKS_SAM, engineOn, pack, picture, saidHere, serving } from './served-pack.ts';

const TOKEN = 'made-up-token-of-this-test';

for (const protocol of ['grpc', 'http'] as const) {
  it(`a token and an authority of one's own open a server with TLS, over ${protocol}s`, async () => {
    const { path, text } = await certificates();
    const loaded = await pack();
    const tls = { cert: text('server.pem'), key: text('server.key') };
    const server = await serving(loaded, { protocol, tls, token: TOKEN });
    await writeFile(path('token'), `${TOKEN}\n`);
    const access = { tokenFile: path('token'), authorities: path('ca.pem') };
    const engine = await engineOn(loaded, server.address, { access });
    const said = await engine.segment(await picture(loaded, true), ASKS_SAM);
    expect(said.coarse).toEqual((await saidHere(loaded)).coarse);
    expect([...server.authorizations]).toEqual([`Bearer ${TOKEN}`]);

    // Whose authority nobody knows is not spoken to; whose token is wrong is told, without the token.
    await expect(engineOn(loaded, server.address)).rejects.toMatchObject({ code: 'device-unavailable' });
    const wrong = await serving(loaded, { protocol, tls, token: `${TOKEN}-else` });
    const failure = await engineOn(loaded, wrong.address, { access }).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 'device-unavailable',
      message: expect.stringContaining('not this one'),
    });
    expect(JSON.stringify([failure, (failure as Error).message, (failure as Error).stack])).not.toContain(
      TOKEN,
    );
  });

  it(`a client certificate opens a server that wants one, over ${protocol}s`, async () => {
    const { path, text } = await certificates();
    const loaded = await pack();
    const tls = { cert: text('server.pem'), key: text('server.key'), clients: text('ca.pem') };
    const server = await serving(loaded, { protocol, tls });
    const authorities = path('ca.pem');
    const access = { authorities, certificate: path('client.pem'), key: path('client.key') };
    expect((await engineOn(loaded, server.address, { access })).device.running).toBe('server');
    await expect(engineOn(loaded, server.address, { access: { authorities } })).rejects.toMatchObject({
      code: 'device-unavailable',
    });
  });

  it(`a token goes over no line that others can listen to, ${protocol}`, async () => {
    const loaded = await pack();
    const server = await serving(loaded, { protocol });
    const engine = await engineOn(loaded, server.address, { access: { token: TOKEN } });
    await engine.segment(await picture(loaded, true), ASKS_SAM);
    expect([...server.authorizations]).toEqual([undefined]);
  });
}

it('the places are named by the environment, and one that can’t be read is told', async () => {
  expect(
    serverAccessPlaces({ CLIPSAM_SERVER_TOKEN: TOKEN, CLIPSAM_SERVER_CA: '/ca.pem', PATH: '/bin' }),
  ).toEqual({
    ...{ token: TOKEN, tokenFile: undefined, authorities: '/ca.pem' },
    ...{ certificate: undefined, key: undefined },
  });
  const missing = join(await tempFolder(), 'token');
  await expect(readServerAccess({ tokenFile: missing })).rejects.toMatchObject({
    ...{ code: 'device-unavailable', details: { case: 'model-server-access', file: missing } },
  });
  await expect(readServerAccess({ certificate: missing })).rejects.toMatchObject({
    code: 'device-unavailable',
  });
});
