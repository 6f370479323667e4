import { cp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sha256 } from '../../../src-main/files/hash.ts';
import { loadPack, verifyPack } from '../../../src-main/inference/pack-loader.ts';
import { importedPacks, PackImports } from '../../../src-main/services/packs/pack-imports.ts';
import { openWorkspace } from '../../../src-main/store/open-workspace.ts';
import type { PackImportEvent } from '../../../src-shared/contract/packs.ts';
import type { Pack } from '../../../src-shared/pack.ts';
import { runCli, startCli } from '../../cli/run-cli.ts';
import { fileServer, type ServedFile } from '../../files/file-server.ts';
import { nearExaminer } from '../../inference/near-examiner.ts';
import { writeTinyPack } from '../../inference/tiny-pack.ts';
import { temporaryWorkspace } from '../../store/fixtures.ts';
import { tempFolder } from '../../temp-folder.ts';

/** Names of the tiny pack's files, the largest last. */
const HEAD = 'umci.safetensors';
/** Those before it. */
const FIRST = ['vision.onnx', 'tokenizer.json', 'text.onnx'];

/** A pack whose files lie on a server beside its pack.json, which is also at hand as a file. */
async function packOnServer(change?: (pack: Pack, url: string) => Pack) {
  const folder = await tempFolder();
  const original = await writeTinyPack(folder);
  const files: Record<string, ServedFile> = {};
  const server = await fileServer(files);
  for (const name of await readdir(folder)) {
    files[`/w/${name}`] = { content: await readFile(join(folder, name)), etag: `"${name}"` };
  }
  const pack = change?.(original, server.url) ?? original;
  const description = JSON.stringify(pack);
  files['/w/pack.json'] = { content: description };
  await writeFile(join(folder, 'pack.json'), description);
  return { ...server, pack, folder, address: `${server.url}/w/pack.json` };
}

/** All files but the tokeniser come from the server; the tokeniser lies beside pack.json. */
const withAddresses = (pack: Pack, url: string): Pack => ({
  ...pack,
  files: Object.fromEntries(
    Object.entries(pack.files).map(([key, file]) => [
      key,
      key === 'tokenizer' ? file : { ...file, source: file.source.replace('pack:', `${url}/w/`) },
    ]),
  ),
});

async function emptyWorkspace(options: { readonly loopback?: boolean } = { loopback: true }) {
  const workspace = await temporaryWorkspace();
  const roots = { packsRoot: await tempFolder(), importedRoot: importedPacks(workspace.folder) };
  const imports = new PackImports({
    workspace,
    roots,
    examiner: nearExaminer,
    ...options,
    patience: { stall: 300, waits: [5, 5] },
  });
  const events: PackImportEvent[] = [];
  const work = { inspector: 'ana', onEvent: (event: PackImportEvent) => void events.push(event) };
  const names = async () => (await readdir(roots.importedRoot)).filter((name) => name !== '.incoming');
  const leftovers = async () =>
    (await readdir(join(roots.importedRoot, '.incoming'))).filter((name) => !name.includes('lock'));
  return { workspace, roots, imports, events, work, names, leftovers };
}

/** Brings in a part, as a window that is closed leaves it. */
async function stopAfter(imports: PackImports, source: string, bytes: number): Promise<void> {
  const abort = new AbortController();
  const onEvent = (event: PackImportEvent) => {
    if (event.kind === 'bringing' && event.done >= bytes) abort.abort();
  };
  const stopped = imports.add(source, { inspector: 'ana', signal: abort.signal, onEvent });
  await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
}

test('the address of a pack.json brings the files beside it', async () => {
  const { address, pack } = await packOnServer();
  const { imports, roots, work, events, leftovers } = await emptyWorkspace();
  expect(await imports.add(address, work)).toMatchObject({ id: 'tiny@1', outcome: 'added' });
  const loaded = await loadPack('tiny@1', roots);
  expect(loaded.pack).toEqual(pack);
  expect(await readFile(join(loaded.folder, 'card.md'), 'utf8')).toBe('# Tiny\n');
  expect(events.filter((event) => event.kind === 'bringing').every(({ isDownload }) => isDownload)).toBe(
    true,
  );
  expect(await leftovers()).toEqual([]);
  expect(await imports.unfinished()).toEqual([]);
});

test('a server on this machine is asked only when that was asked for', async () => {
  const { address, folder, questions } = await packOnServer(withAddresses);
  const { imports, work, names } = await emptyWorkspace({});
  const stick = await tempFolder();
  for (const name of ['pack.json', 'card.md', 'tokenizer.json'])
    await cp(join(folder, name), join(stick, name));
  const refused = { code: 'input-invalid', details: { case: 'address-not-allowed' } };
  await expect(imports.add(address, work)).rejects.toMatchObject(refused);
  await expect(imports.add(join(stick, 'pack.json'), work)).rejects.toMatchObject(refused);
  for (const { packHash } of await imports.unfinished())
    await expect(imports.resume(packHash, work)).rejects.toMatchObject(refused);
  expect(questions).toEqual([]);
  expect(await names()).toEqual([]);
});

test('the address of its folder is enough', async () => {
  const { url } = await packOnServer();
  const { imports, work } = await emptyWorkspace();
  expect(await imports.add(`${url}/w/`, work)).toMatchObject({ id: 'tiny@1' });
});

test('a pack.json at hand brings what lies beside it, and downloads the rest; the outcome can be carried on', async () => {
  const { folder, questions } = await packOnServer(withAddresses);
  const stick = await tempFolder();
  for (const name of ['pack.json', 'card.md', 'tokenizer.json'])
    await cp(join(folder, name), join(stick, name));
  const { imports, roots, work } = await emptyWorkspace();
  await imports.add(join(stick, 'pack.json'), work);
  expect(questions.map(({ path }) => path).sort()).toEqual(
    ['/w/decoder.onnx', '/w/text.onnx', `/w/${HEAD}`, '/w/vision.onnx'].sort(),
  );
  const loaded = await loadPack('tiny@1', roots);
  const { sha256: hash } = loaded.pack.files.head!;
  expect(loaded.pathOf('head')).toBe(join(loaded.folder, 'downloads', hash));

  // Copied from one workstation to another without a network, it needs none.
  questions.splice(0);
  const other = await emptyWorkspace();
  expect(await other.imports.add(loaded.folder, other.work)).toMatchObject({
    id: 'tiny@1',
    outcome: 'added',
  });
  expect((await verifyPack('tiny@1', other.roots, nearExaminer)).error).toBeUndefined();
  expect(questions).toEqual([]);
});

test('one that was stopped is listed, goes on with the rest only, and is then not listed any more', async () => {
  const { address, files, questions, pack } = await packOnServer();
  const { workspace, roots, imports, work, names } = await emptyWorkspace();
  const total = Object.values(pack.files).reduce((sum, { bytes }) => sum + bytes, 0);
  const { bytes } = pack.files.head!;
  files[`/w/${HEAD}`]!.stallAfter = bytes - 1000;
  // Three files come at once: all but the end of this one are there before it stops.
  await stopAfter(imports, address, total - 1000);
  expect(await names()).toEqual([]);

  const [stopped, ...others] = await new PackImports({ workspace, roots }).unfinished();
  expect(others).toEqual([]);
  expect(stopped).toMatchObject({ pack: 'tiny@1', title: 'Tiny', source: address, inspector: 'ana', total });
  expect(stopped!.done).toBe(total - 1000);
  // A new start of the program sweeps copies, not downloads.
  await imports.sweep();
  questions.splice(0);
  expect(await imports.resume(stopped!.packHash, work)).toMatchObject({ id: 'tiny@1', outcome: 'added' });
  expect(questions).toEqual([{ path: `/w/${HEAD}`, range: `bytes=${bytes - 1000}-`, ifRange: `"${HEAD}"` }]);
  expect((await verifyPack('tiny@1', roots, nearExaminer)).error).toBeUndefined();
  expect(await imports.unfinished()).toEqual([]);
  await expect(imports.resume(stopped!.packHash, work)).rejects.toMatchObject({
    details: { case: 'pack-import-gone' },
  });
});

test('one that was stopped can be discarded', async () => {
  const { address, files } = await packOnServer();
  const { imports, leftovers } = await emptyWorkspace();
  files[`/w/${HEAD}`]!.stallAfter = 10;
  await stopAfter(imports, address, 1000);
  const [stopped] = await imports.unfinished();
  await imports.discard(stopped!.packHash);
  await imports.discard('../..');
  expect(await imports.unfinished()).toEqual([]);
  expect(await leftovers()).toEqual([]);
});

test('a file that is gone from the server: what came before it waits, the rest is asked for later', async () => {
  const { address, files, questions } = await packOnServer();
  const { imports, work, names } = await emptyWorkspace();
  const head = files[`/w/${HEAD}`]!;
  head.statuses = [404];
  await expect(imports.add(address, work)).rejects.toMatchObject({
    code: 'download-failed',
    details: { case: 'server-refused', status: 404 },
  });
  expect(await names()).toEqual([]);
  expect(await imports.unfinished()).toHaveLength(1);
  questions.splice(0);
  expect(await imports.add(address, work)).toMatchObject({ outcome: 'added' });
  const again = questions.map(({ path }) => path);
  expect(again[0]).toBe('/w/pack.json');
  expect(again).toContain(`/w/${HEAD}`);
  expect(new Set(again).size).toBe(again.length);
  // Three come at a time: one of the first had come whole before this one was asked for, two may have been under way.
  expect(FIRST.filter((name) => !again.includes(`/w/${name}`))).not.toEqual([]);
});

test('a server without the pack leaves nothing behind', async () => {
  const { url, address, files } = await packOnServer();
  const { imports, work, leftovers } = await emptyWorkspace();
  await expect(imports.add(`${url}/none/pack.json`, work)).rejects.toMatchObject({ code: 'download-failed' });
  files['/w/pack.json'] = { content: '<html>Sign in</html>' };
  await expect(imports.add(address, work)).rejects.toMatchObject({ code: 'pack-invalid' });
  expect(await leftovers()).toEqual([]);
});

test('a file that is another one: said, and only it is thrown away', async () => {
  const { address, files, pack, questions } = await packOnServer();
  const { imports, work, names } = await emptyWorkspace();
  const head = files[`/w/${HEAD}`]!;
  const right = head.content;
  head.content = Buffer.alloc(pack.files.head!.bytes);
  await expect(imports.add(address, work)).rejects.toMatchObject({
    code: 'pack-hash-mismatch',
    details: { case: 'download-altered' },
  });
  expect(await names()).toEqual([]);
  const [stopped] = await imports.unfinished();
  // Of two others, which came at the same time, any part may be there.
  const sizes = ['vision', 'tokenizer', 'text'].map((key) => pack.files[key]!.bytes);
  const most = sizes.reduce((sum, bytes) => sum + bytes, pack.files.decoder!.bytes);
  expect(stopped!.done).toBeGreaterThanOrEqual(Math.min(...sizes));
  expect(stopped!.done).toBeLessThanOrEqual(most);
  head.content = right;
  questions.splice(0);
  await imports.resume(stopped!.packHash, work);
  expect(questions.filter(({ path }) => path === `/w/${HEAD}`)).toMatchObject([{ range: undefined }]);
  expect(questions.length).toBeLessThanOrEqual(3);
});

test('a server that is busy is waited for, and that is told', async () => {
  const { address, files } = await packOnServer();
  const { imports, work, events } = await emptyWorkspace();
  files['/w/text.onnx']!.statuses = [503];
  await imports.add(address, work);
  expect(events).toContainEqual({ kind: 'waiting', seconds: 0.005 });
});

test('a program that is killed in mid-download goes on after the next start', async () => {
  const content = Buffer.alloc(3 << 20, 'weights');
  const { address, files, questions, pack } = await packOnServer((tiny, url) => ({
    ...tiny,
    files: {
      ...tiny.files,
      extra: {
        source: `${url}/large.bin`,
        sha256: sha256(content),
        bytes: content.length,
        licence: 'MIT',
        provenance: 'made by a test',
      },
    },
  }));
  const large: ServedFile = { content, etag: '"large"', stallAfter: 2 << 20 };
  files['/large.bin'] = large;
  const workspace = await tempFolder();
  const command = ['models', 'add', '--loopback-packs', address, '-w', workspace];
  const incoming = join(importedPacks(workspace), '.incoming');
  const partBytes = async () => {
    const names = await readdir(incoming, { recursive: true }).catch(() => []);
    const part = names.find((name) => name.includes(sha256(content)) && name.endsWith('.part'));
    return part === undefined ? 0 : (await stat(join(incoming, part))).size;
  };
  const child = startCli(command);
  const ended = new Promise((resolve) => child.on('close', resolve));
  await expect.poll(partBytes, { interval: 10 }).toBeGreaterThan(1 << 20);
  child.kill('SIGKILL');
  await ended;
  expect(await readdir(importedPacks(workspace))).toEqual(['.incoming']);
  const there = await partBytes();
  expect(there).toBeLessThan(content.length);

  questions.splice(0);
  const { code, stdout, stderr } = await runCli(command);
  expect(stderr).toContain('The pack is there');
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'tiny@1\n' });
  expect(questions).toEqual([
    { path: '/w/pack.json', range: undefined, ifRange: undefined },
    { path: '/large.bin', range: `bytes=${there}-`, ifRange: '"large"' },
  ]);
  const { pack: added, error } = await verifyPack(
    'tiny@1',
    { importedRoot: importedPacks(workspace) },
    nearExaminer,
  );
  expect({ added, error }).toEqual({ added: pack, error: undefined });
  await (await openWorkspace(workspace)).close();
});
