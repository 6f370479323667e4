import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { get } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket } from 'ws';
import { scryptPins } from '../../src-main/services/people/pin.ts';
import { openWorkspace } from '../../src-main/store/open-workspace.ts';
import { addInspector } from '../../src-main/store/people.ts';
import { rpcProtocols } from '../../src-shared/browser-access.ts';
import type { Contract } from '../../src-shared/contract/index.ts';
import { mediaPaths } from '../../src-shared/media-urls.ts';
import { selfSigned, selfSignedFiles } from '../serve/self-signed.ts';
import { tempFolder } from '../temp-folder.ts';
import { runCli, startCli, tinyPackOptions } from './run-cli.ts';

async function startServe(args: readonly string[]) {
  const child = startCli(['serve', '--no-open', '--device', 'cpu', ...args]);
  const stderr = text(child.stderr);
  const closed = once(child, 'close');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const address = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(await stderr);
    return new URL(String(value));
  };
  const url = await address();
  const letIn = (code: string | null) =>
    fetch(new URL('/session', url), { headers: { authorization: `Code ${code}` } });
  const code = url.searchParams.get('open');
  const session = (await (await letIn(code)).json()) as { token: string; media: string };
  return {
    url,
    session,
    letIn,
    /** The next address that it prints. */
    address,
    async stop(signal: NodeJS.Signals) {
      child.kill(signal);
      const [code] = await closed;
      return { code, stderr: await stderr };
    },
  };
}

async function openClient({ url, session }: { url: URL; session: { token: string } }) {
  const socket = new WebSocket(new URL('/rpc', `ws://${url.host}`), rpcProtocols(session.token), {
    origin: url.origin,
  });
  onTestFinished(() => socket.terminate());
  await once(socket, 'open');
  const websocket = socket as unknown as globalThis.WebSocket;
  const client: ContractRouterClient<Contract> = createORPCClient(new RPCLink({ websocket }));
  return client;
}

describe('clipsam serve', () => {
  it('serves window, calls and pictures of a new workspace that holds the samples; Ctrl-C closes it', async () => {
    const workspace = join(await tempFolder(), 'lot7');
    const server = await startServe(['--workspace', workspace, '--port', '0']);
    const { url, session } = server;
    const page = await fetch(url);
    expect(await page.text()).toContain('<title>ClipSAM Workstation</title>');

    const client = await openClient(server);
    expect(await client.app.info()).toMatchObject({ shell: 'browser', workspaceFolder: workspace });
    const [batch] = await client.batches.list({});
    expect(batch).toMatchObject({ images: 12, run: null });
    const picture = await fetch(
      new URL(`${mediaPaths.thumbnail(batch!.cover[0]!, null)}?key=${session.media}`, url),
    );
    expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/webp']);
    await expect(client.batches.get({ id: 999 })).rejects.toMatchObject({
      code: 'CLIPSAM',
      data: { code: 'not-found' },
    });

    const second = await runCli(['serve', '--no-open', '--workspace', workspace, '--port', '0']);
    expect(second).toMatchObject({ code: 75, stdout: '' });
    expect(second.stderr).toMatch(/is open in another workstation.*\(workspace-locked\)/);

    expect(await server.stop('SIGINT')).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/Stopped\.\s*$/),
    });
    expect((await readFile(join(workspace, 'workspace.sqlite'))).length).toBeGreaterThan(0);
  });

  it('prints the next address when one has let a browser in', async () => {
    const { url, letIn, address } = await startServe(['--workspace', await tempFolder(), '--port', '0']);
    expect((await letIn(url.searchParams.get('open'))).status).toBe(401);
    const next = await address();
    expect(next.origin).toBe(url.origin);
    expect((await letIn(next.searchParams.get('open'))).status).toBe(200);
    expect((await address()).href).not.toBe(next.href);
  });

  it('interrupts a run that is at work, says that it can be resumed, and resumes it', async () => {
    const workspace = await tempFolder();
    const { root } = await tinyPackOptions();
    const args = ['--workspace', workspace, '--port', '0', '--pack-root', root];
    const first = await startServe(args);
    const client = await openClient(first);
    const inspector = 'Ada';
    const [batch] = await client.batches.list({});
    const recipe = await client.recipes.default({ pack: 'tiny' });
    const { hash } = await client.recipes.save({ recipe, parentHash: null, inspector });
    const { run } = await client.runs.start({ batchId: batch!.batch.id, recipeHash: hash, inspector });
    const { stderr } = await first.stop('SIGTERM');
    expect(stderr).toMatch(/The run at work was interrupted/);

    const again = await openClient(await startServe(args));
    const [before] = await again.runs.list({ batchId: batch!.batch.id });
    expect(before).toMatchObject({ active: false, run: { id: run.id, status: 'interrupted' } });
    await again.runs.resume({ id: run.id, inspector });
    await expect
      .poll(async () => (await again.runs.list({ batchId: batch!.batch.id }))[0])
      .toMatchObject({ done: 12, failed: 0, run: { status: 'done' } });
  });

  it('says what to do when the port is taken or is none', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void other.close());
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const args = ['serve', '--no-open', '--workspace', await tempFolder(), '--port'];
    const taken = await runCli([...args, `${port}`]);
    expect(taken).toMatchObject({ code: 2, stdout: '' });
    expect(taken.stderr).toContain(`Port ${port} is in use`);
    expect(await runCli([...args, '65536'])).toMatchObject({ code: 2 });
  });
});

describe('clipsam serve --listen', () => {
  it('refuses to leave this machine without TLS or an engineer, and says how', async () => {
    const folder = await tempFolder();
    const workspace = join(folder, 'lot7');
    const serve = (...args: string[]) => runCli(['serve', '--workspace', workspace, ...args]);
    const plain = await serve('--listen', '0.0.0.0:8443');
    expect(plain).toMatchObject({ code: 2, stdout: '' });
    expect(plain.stderr).toMatch(
      /over TLS only.*--listen 0\.0\.0\.0:8443 --tls-cert cert\.pem --tls-key key\.pem/s,
    );
    expect(await serve('--listen', '8443')).toMatchObject({ code: 2 });
    const files = await selfSignedFiles(folder, ['127.0.0.1']);
    const tls = ['--tls-cert', files.cert, '--tls-key', files.key];
    expect((await serve(...tls)).stderr).toMatch(/--listen 0\.0\.0\.0:8443/);
    const noEngineer = await serve('--listen', '127.0.0.1:0', ...tls);
    expect(noEngineer).toMatchObject({ code: 75, stdout: '' });
    expect(noEngineer.stderr).toMatch(/no engineer yet.*clipsam serve --workspace .*lot7/s);
    await writeFile(files.key, selfSigned(['127.0.0.1']).key);
    await addEngineer(workspace);
    const foreign = await serve('--listen', '127.0.0.1:0', ...tls);
    expect(foreign).toMatchObject({ code: 2, stdout: '' });
    expect(foreign.stderr).toMatch(/does not belong to the certificate/);
  });

  it('prints where it is open, prints no code that lets anybody in, and reads the certificate again on SIGHUP', async () => {
    const folder = await tempFolder();
    const workspace = join(folder, 'lot7');
    await addEngineer(workspace);
    const { cert, key } = await selfSignedFiles(folder, ['127.0.0.1']);
    const args = ['serve', '--workspace', workspace, '--listen', '127.0.0.1:0', '--tls-cert', cert];
    const child = startCli([...args, '--tls-key', key, '--device', 'cpu']);
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (more: string) => {
      said += more;
    });
    const closed = once(child, 'close');
    const { value } = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
    expect(value).toMatch(/^https:\/\/127\.0\.0\.1:\d+\/$/);
    const status = () =>
      new Promise((resolve, reject) => {
        get(new URL('/session', String(value)), { rejectUnauthorized: false, agent: false }, (answer) => {
          answer.resume();
          resolve([answer.statusCode, answer.headers['x-clipsam-way-in']]);
        }).on('error', reject);
      });
    expect(await status()).toEqual([401, 'sign-in']);
    child.kill('SIGHUP');
    await expect.poll(() => said).toMatch(/certificate was read again/);
    expect(await status()).toEqual([401, 'sign-in']);
    child.kill('SIGINT');
    expect(await closed).toEqual([0, null]);
  });
});

async function addEngineer(folder: string): Promise<void> {
  const workspace = await openWorkspace(folder, { create: true });
  const pin = await scryptPins(16).hash('1111');
  await addInspector(workspace, { name: 'Eva', role: 'engineer', pin, inspector: 'Ada' });
  await workspace.close();
}

describe('clipsam start', () => {
  it('opens the browser shell where no window can be had, and says so in one line', async () => {
    vi.stubEnv('CI', '1');
    onTestFinished(() => void vi.unstubAllEnvs());
    const child = startCli(['start', '--no-open', '--workspace', await tempFolder(), '--port', '0']);
    const stderr = text(child.stderr);
    await once(child.stdout, 'data');
    child.kill('SIGINT');
    await once(child, 'close');
    const lines = (await stderr).split('\n').filter((line) => line.startsWith('No window of its own'));
    expect(lines).toEqual([expect.stringMatching(/^No window of its own \(.+\): .* in the browser\.$/)]);
  });
});
