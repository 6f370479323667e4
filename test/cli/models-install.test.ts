import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { verifyPack } from '../../src-main/inference/pack-loader.ts';
import type { CatalogueEntry } from '../../src-shared/catalogue.ts';
import { fileServer, type ServedFile } from '../files/file-server.ts';
import { proxyServer } from '../files/proxy-server.ts';
import { nearExaminer } from '../inference/near-examiner.ts';
import { catalogueWith } from '../services/packs/tiny-catalogue.ts';
import { jsonLines, runCli, runProgram, startCli, writePictures } from './run-cli.ts';

/** A machine of its own, and a server that stands for huggingface.co. */
async function machine(change?: (entry: CatalogueEntry) => CatalogueEntry) {
  const files: Record<string, ServedFile> = {};
  const server = await fileServer(files);
  const { entry, root } = await catalogueWith(files, change);
  const data = await mkdtemp(join(tmpdir(), 'clipsam-machine-'));
  onTestFinished(() => rm(data, { recursive: true, force: true }));
  setEnvironment({ CLIPSAM_DATA: data });
  const store = join(data, 'models');
  const reach = ['--catalogue', root, '--loopback-packs', '--mirror', server.url];
  const install = ['models', 'install', 'tiny', ...reach];
  const fileOf = (name: string) => files[`/team/tiny/resolve/1/${name}`]!;
  return { ...server, entry, root, store, data, install, fileOf };
}

/** Of this program, and of those that it starts, until the test ends. */
function setEnvironment(values: Record<string, string>): void {
  for (const [name, value] of Object.entries(values)) {
    const before = process.env[name];
    process.env[name] = value;
    onTestFinished(() => {
      if (before === undefined) delete process.env[name];
      else process.env[name] = before;
    });
  }
}

describe('models install', () => {
  test('shows sizes and licences, and takes that they are accepted', async () => {
    const { install, questions, root, store } = await machine();
    const { code, stderr, stdout } = await runCli(install);
    expect({ code, stdout }).toEqual({ code: 75, stdout: '' });
    expect(stderr).toContain('To download: about');
    expect(stderr).toContain('MIT  https://example.org/licence');
    expect(stderr).toContain('--accept-licences');
    expect(questions).toEqual([]);

    const list = await runCli(['models', 'list', '--catalogue', root]);
    expect(list.stdout).toMatch(/clipsam models install`:\ntiny {2}Tiny 1, about/);
    const done = await runCli([...install, '--accept-licences']);
    expect(done).toMatchObject({ code: 0, stdout: 'tiny@1\n' });
    expect(done.stderr).toMatch(/Nobody has stated a SHA-256 of "text" .*From now on/);
    expect(await readdir(store)).toContain('tiny@1');
    const after = await runCli(['models', 'list', '--catalogue', root]);
    expect(after.stdout).toContain('tiny@1  Tiny 1');
    expect(after.stdout).not.toContain('models install');
    expect((await runCli(['models', 'verify', 'tiny'])).code).toBe(0);
  });

  test('serves every workspace of the machine, until it is removed', async () => {
    const { install, data, store } = await machine();
    await runCli([...install, '--accept-licences']);
    await writePictures(data, ['a.png']);
    const inspect = ['inspect', join(data, 'a.png'), '--device', 'cpu', '--json', '--pack', 'tiny@1'];
    for (const name of ['lot7', 'lot8']) {
      const { code, stdout } = await runCli([...inspect, '-w', join(data, name)]);
      expect(code).toBe(0);
      expect(jsonLines(stdout)).toMatchObject([{ status: 'done' }]);
    }
    const refused = await runCli(['models', 'remove', 'tiny', '-w', join(data, 'none')]);
    expect(refused.code).toBe(75);
    for (const name of ['lot7', 'lot8'])
      expect(refused.stderr).toContain(`${join(data, name)} (1 runs, 1 results`);
    const removed = await runCli(['models', 'remove', 'tiny', '--force', '-w', join(data, 'none')]);
    expect(removed).toMatchObject({ code: 0, stdout: 'tiny@1\n' });
    expect(await readdir(store)).not.toContain('tiny@1');
  });

  test('is carried in one ZIP file to a machine without a network', async () => {
    const first = await machine();
    await runCli([...first.install, '--accept-licences']);
    const zip = join(first.data, 'tiny.zip');
    expect(await runCli(['models', 'bundle', 'tiny', zip])).toMatchObject({ code: 0, stdout: `${zip}\n` });
    first.questions.splice(0);
    const other = join(first.data, 'other');
    setEnvironment({ CLIPSAM_DATA: other });
    expect(await runCli(['models', 'add', zip])).toMatchObject({ code: 0, stdout: 'tiny@1\n' });
    expect(first.questions).toEqual([]);
    const roots = { storeRoot: join(other, 'models') };
    expect((await verifyPack('tiny@1', roots, nearExaminer)).error).toBeUndefined();

    const { folder, pack } = await verifyPack('tiny@1', roots, nearExaminer);
    await writeFile(join(folder, 'downloads', pack!.files.head!.sha256), 'spoilt');
    const damaged = await runCli(['models', 'bundle', 'tiny', join(other, 'damaged.zip')]);
    expect(damaged).toMatchObject({ code: 1, stderr: expect.stringContaining('pack-hash-mismatch') });
    expect(await readdir(other)).not.toContain('damaged.zip');
  });

  test('goes through the proxy of the environment, with a token for the mirror only if that is said', async () => {
    const { install, authorizations } = await machine();
    const { asked, address } = await proxyServer();
    setEnvironment({ HTTP_PROXY: address, HF_TOKEN: 'secret' });
    const { code } = await runProgram([...install, '--accept-licences']);
    expect(code).toBe(0);
    expect(asked.length).toBeGreaterThan(0);
    expect(new Set(authorizations)).toEqual(new Set([undefined]));
    const again = await machine();
    expect((await runProgram([...again.install, '--accept-licences', '--token-to-mirror'])).code).toBe(0);
    expect(new Set(again.authorizations)).toEqual(new Set(['Bearer secret']));
  });

  test('that is killed goes on; of two at once one says that the other is at it', async () => {
    const { install, fileOf, store, questions } = await machine();
    const large = fileOf('umci.safetensors');
    large.stallAfter = large.content.length - 500;
    const command = [...install, '--accept-licences'];
    const child = startCli(command);
    const ended = new Promise((resolve) => child.on('close', resolve));
    const incoming = join(store, '.incoming');
    const stalled = async () => {
      const names = (await readdir(incoming, { recursive: true }).catch(() => [])).filter((name) =>
        name.endsWith('.part'),
      );
      const sizes = await Promise.all(names.map(async (name) => (await stat(join(incoming, name))).size));
      return sizes.includes(large.content.length - 500);
    };
    await expect.poll(stalled, { interval: 20 }).toBe(true);
    const second = await runProgram(command);
    expect(second).toMatchObject({ code: 75, stderr: expect.stringContaining('Another model pack') });
    child.kill('SIGKILL');
    await ended;
    expect((await readdir(store)).filter((name) => name.startsWith('tiny'))).toEqual([]);
    questions.splice(0);
    expect(await runProgram(command)).toMatchObject({ code: 0, stdout: 'tiny@1\n' });
    const asked = questions.filter(({ path }) => path.endsWith('umci.safetensors'));
    expect(asked).toMatchObject([{ range: `bytes=${large.content.length - 500}-` }]);
    expect((await verifyPack('tiny@1', { storeRoot: store }, nearExaminer)).error).toBeUndefined();
  });
});

describe('models where', () => {
  test('says the folders, and chooses another one for this machine', async () => {
    const { data } = await machine();
    const before = await runCli(['models', 'where']);
    expect(before.stdout).toContain(join(data, 'models'));
    expect(before.stdout).toContain('mirror: none');
    const elsewhere = join(data, 'elsewhere');
    const changed = await runCli(['models', 'where', '--folder', elsewhere, '--mirror', 'https://m.example']);
    expect(changed.stdout).toContain(elsewhere);
    expect(changed.stdout).toContain('mirror: https://m.example (setting)');
    expect(JSON.parse(await readFile(join(data, 'settings.json'), 'utf8'))).toMatchObject({
      folder: elsewhere,
    });
    const back = await runCli(['models', 'where', '--folder', 'default', '--mirror', 'default']);
    expect(back.stdout).not.toContain(elsewhere);
    expect((await runCli(['models', 'where', '--mirror', 'ftp://m.example'])).code).toBe(2);
  });
});
