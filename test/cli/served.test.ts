import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished, vi } from 'vitest';
import { loadPack } from '../../src-main/inference/pack-loader.ts';
import { fakeModels } from '../inference/server/fake-models.ts';
import { startFakeServer } from '../inference/server/fake-server.ts';
import { writeTinyPack } from '../inference/tiny-pack.ts';
import { tempFolder } from '../temp-folder.ts';
import { recordSchema } from './record-schema.ts';
import { jsonLines, runCli, writePictures } from './run-cli.ts';

const SAMPLE = fileURLToPath(
  new URL('../../resources/samples/machined_metal/test/scratch/000.jpg', import.meta.url),
);

async function inspected(args: readonly string[], workspace: string) {
  const { code, stdout, stderr } = await runCli(['inspect', ...args, '--json', '--workspace', workspace]);
  return { code, stderr, records: jsonLines(stdout).map((line) => recordSchema.parse(line)) };
}

it('a sample on a server gives the maps of this machine, bit for bit, and says which server that was', async () => {
  const folder = await tempFolder();
  const server = await startFakeServer({ models: await fakeModels(await loadPack('lite')) });
  onTestFinished(() => server.close());
  const here = await inspected([SAMPLE, '--device', 'cpu'], join(folder, 'here'));
  const there = await inspected([SAMPLE, '--device', server.address], join(folder, 'there'));
  expect([here.code, there.code]).toEqual([0, 0]);
  expect(there.stderr).toContain(`Device: ${server.address} (fake 2.51.0)`);
  const [one, other] = [here.records[0]!, there.records[0]!];
  if (one.status !== 'done' || other.status !== 'done') throw new TypeError('the sample was not inspected');
  for (const map of ['coarseMap', 'finalMap', 'mask'] as const) {
    expect(other.artifacts[map].sha256).toBe(one.artifacts[map].sha256);
  }
  expect([other.score, other.verdict, other.regions]).toEqual([one.score, one.verdict, one.regions]);
  expect(other.device).toMatchObject({
    ...{ asked: server.address, running: 'server' },
    servers: [{ address: server.address, name: 'fake', isProven: true }],
  });
  expect(other.notices).toEqual(one.notices);
  // Three bytes a pixel, and no padding.
  expect(server.received[server.asked.indexOf('lite-vision')]).toBeLessThanOrEqual(3 * 1024 * 1024);
});

it('a token is in no line and no file, whether the server takes it or not', async () => {
  const folder = await tempFolder();
  const root = join(folder, 'packs');
  await writeTinyPack(join(root, 'tiny'));
  await writePictures(folder, ['a.png']);
  const token = 'made-up-token-of-this-test';
  const models = await fakeModels(await loadPack(join(root, 'tiny')));
  const server = await startFakeServer({ models, token });
  onTestFinished(() => server.close());
  vi.stubEnv('CLIPSAM_SERVER_TOKEN', token);
  onTestFinished(() => void vi.unstubAllEnvs());
  const workspace = join(folder, 'workspace');
  const args = [join(folder, 'a.png'), '--pack-root', root, '--pack', 'tiny', '--verbose'];
  const refused = await runCli(['inspect', ...args, '--device', server.address, '-w', workspace]);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('not this one');
  const taken = await runCli(['inspect', ...args, '--device', `${server.address},cpu`, '-w', workspace]);
  expect(taken.code).toBe(0);
  expect(taken.stderr).toContain('!!! ');
  // It goes over TLS only: this server never had it. What the server says repeats it all the same.
  expect([...server.authorizations]).toEqual([undefined]);
  expect([refused, taken].some(({ stderr, stdout }) => (stderr + stdout).includes(token))).toBe(false);
  const files = await readdir(workspace, { recursive: true, withFileTypes: true });
  const contents = files
    .filter((file) => file.isFile())
    .map((file) => readFile(join(file.parentPath, file.name)));
  expect(contents.length).toBeGreaterThan(0);
  for (const content of await Promise.all(contents)) expect(content.includes(token)).toBe(false);
});

it('addresses that hold a password are refused without repeating it', async () => {
  const { code, stderr } = await runCli(['inspect', SAMPLE, '--device', 'grpc://me:secret@gpu-box:8001']);
  expect(code).toBe(2);
  expect(stderr).toContain('Addresses of inference servers');
  expect(stderr).not.toContain('secret');
});
