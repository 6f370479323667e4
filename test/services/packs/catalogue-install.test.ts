import { createHash } from 'node:crypto';
import { appendFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../src-main/files/hash.ts';
import type { PackExaminer } from '../../../src-main/inference/pack-examiner.ts';
import { loadPack, verifyPack } from '../../../src-main/inference/pack-loader.ts';
import { describeCatalogue, findEntry } from '../../../src-main/services/packs/catalogue.ts';
import { PackImports } from '../../../src-main/services/packs/pack-imports.ts';
import type { CatalogueEntry } from '../../../src-shared/catalogue.ts';
import type { PackImportEvent } from '../../../src-shared/contract/packs.ts';
import { fileServer, type ServedFile } from '../../files/file-server.ts';
import { nearExaminer } from '../../inference/near-examiner.ts';
import { canMount, smallDisk } from '../../small-disk.ts';
import { tempFolder } from '../../temp-folder.ts';
import { writeTwinPack } from '../../twins/twin-pack.ts';
import { twinFile } from '../../twins/twins.ts';
import { catalogueOf, catalogueWith, TINY_FILES } from './tiny-catalogue.ts';

/** A server that stands for huggingface.co, an entry whose files lie there, and a store of a machine. */
async function catalogueOnServer(
  change?: Parameters<typeof catalogueWith>[1],
  storeRoot?: string,
  examiner: PackExaminer = nearExaminer,
) {
  const files: Record<string, ServedFile> = {};
  const server = await fileServer(files);
  const { entry, root } = await catalogueWith(files, change);
  const store = storeRoot ?? (await tempFolder());
  const events: PackImportEvent[] = [];
  const imports = new PackImports({
    roots: { storeRoot: store },
    examiner,
    loopback: true,
    patience: { stall: 2000, waits: [5, 5] },
    access: () => ({ mirror: { of: 'https://huggingface.co', base: server.url } }),
  });
  const work = { inspector: 'ana', onEvent: (event: PackImportEvent) => void events.push(event) };
  const accepted = entry.licences.map(({ name }) => name);
  const install = (signal?: AbortSignal, what: CatalogueEntry = entry) =>
    imports.install(what, accepted, { ...work, ...(signal && { signal }) });
  const fileOf = (name: string) => files[`/team/tiny/resolve/1/${name}`]!;
  const packs = async () => (await readdir(store)).filter((name) => name.startsWith('tiny'));
  return { ...server, entry, root, store, imports, events, install, fileOf, packs, work };
}

describe('installing', () => {
  test('brings all files, says which SHA-256 nobody knew, and keeps it', async () => {
    const { entry, install, store, events, root } = await catalogueOnServer();
    const before = await describeCatalogue({ storeRoot: store }, root);
    expect(before).toMatchObject([{ id: 'tiny', installed: null, done: 0, isApproximate: true }]);
    const { id, outcome, taken } = await install();
    expect({ id, outcome }).toEqual({ id: 'tiny@1', outcome: 'added' });
    const { pack, folder } = await loadPack('tiny', { storeRoot: store });
    const text = await readFile(join(folder, 'downloads', pack.files.text!.sha256));
    expect(taken).toEqual([{ file: 'text', address: entry.files.text!.source, sha256: sha256(text) }]);
    expect(pack.files.text).toMatchObject({ bytes: text.length, sha256: sha256(text) });
    expect(JSON.parse(await readFile(join(store, 'first-use.json'), 'utf8'))).toEqual({
      [entry.files.text!.source]: { sha256: sha256(text), bytes: text.length, at: expect.any(String) },
    });
    expect(await readFile(join(folder, 'card.md'), 'utf8')).toContain('not measured');
    const brought = events.filter((event) => event.kind === 'bringing').at(-1)!;
    expect(brought.done).toBe(brought.total);
    expect(brought.files.map(({ name }) => name).sort()).toEqual([
      'decoder',
      'head',
      'text',
      'tokenizer',
      'vision',
    ]);
    expect(await describeCatalogue({ storeRoot: store }, root)).toMatchObject([{ installed: 'machine' }]);
    const history = (await readFile(join(store, 'history.jsonl'), 'utf8')).trim().split('\n');
    expect(history.map((line) => JSON.parse(line))).toMatchObject([
      { pack: 'tiny@1', action: 'added', inspector: 'ana', source: 'catalogue:tiny' },
    ]);
  });

  test('again changes nothing, and asks nobody', async () => {
    const { install, questions } = await catalogueOnServer();
    await install();
    questions.splice(0);
    expect(await install()).toMatchObject({ outcome: 'already-there' });
    expect(questions).toEqual([]);
  });

  test('takes that its licences are accepted', async () => {
    const { imports, entry, work, questions, packs } = await catalogueOnServer();
    await expect(imports.install(entry, [], work)).rejects.toMatchObject({
      code: 'conflict',
      details: { case: 'licences-not-accepted', licences: 'MIT' },
    });
    expect(questions).toEqual([]);
    expect(await packs()).toEqual([]);
  });

  test('what was taken as it came must stay the same, also after it was removed', async () => {
    const first = await catalogueOnServer();
    await first.install();
    const second = await catalogueOnServer((entry) => ({ ...entry, version: '2' }), first.store);
    // Neither from the first pack, which could be asked, nor from a server that has another one now.
    const other = Buffer.from(`${second.fileOf('text.onnx').content}x`);
    second.fileOf('text.onnx').content = other;
    for (const name of await readdir(join(first.store, 'tiny@1', 'downloads'))) {
      await appendFile(join(first.store, 'tiny@1', 'downloads', name), 'x');
    }
    await expect(second.install()).rejects.toMatchObject({
      code: 'pack-hash-mismatch',
      details: { case: 'first-use-changed' },
    });
    expect(await second.packs()).toEqual(['tiny@1']);
  });

  test('what another pack has already is not downloaded again', async () => {
    const first = await catalogueOnServer();
    await first.install();
    const second = await catalogueOnServer((entry) => ({ ...entry, version: '2' }), first.store);
    expect(await second.install()).toMatchObject({ id: 'tiny@2', outcome: 'added', taken: [] });
    expect(second.questions).toEqual([]);
    expect((await verifyPack('tiny@2', { storeRoot: first.store }, nearExaminer)).error).toBeUndefined();
  });

  test('mends a pack that is damaged, with what is damaged only', async () => {
    const { install, store, questions } = await catalogueOnServer();
    await install();
    const { pack, folder } = await loadPack('tiny', { storeRoot: store });
    await writeFile(join(folder, 'downloads', pack.files.head!.sha256), 'spoilt');
    questions.splice(0);
    expect(await install()).toMatchObject({ outcome: 'repaired' });
    expect(questions.map(({ path }) => path)).toEqual(['/team/tiny/resolve/1/umci.safetensors']);
    expect((await verifyPack('tiny', { storeRoot: store }, nearExaminer)).error).toBeUndefined();
  });

  test('that was stopped is listed, and goes on with the rest only', async () => {
    const { install, imports, fileOf, questions, files, root, store, work, packs } =
      await catalogueOnServer();
    const head = fileOf('umci.safetensors');
    const length = head.content.length - 1000;
    head.stallAfter = length;
    const abort = new AbortController();
    const stopped = install(abort.signal);
    const all = Object.values(files).reduce((sum, { content }) => sum + content.length, 0);
    await expect
      .poll(async () => (await describeCatalogue({ storeRoot: store }, root))[0]!.done)
      .toBe(all - 1000);
    abort.abort();
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
    expect(await packs()).toEqual([]);
    const [unfinished] = await imports.unfinished();
    expect(unfinished).toMatchObject({ pack: 'tiny@1', title: 'Tiny', source: 'catalogue:tiny' });
    expect(unfinished!.total - unfinished!.done).toBe(1000);
    // A new start of the program sweeps nothing of it.
    await imports.sweep();
    questions.splice(0);
    expect(await imports.resume(unfinished!.packHash, work)).toMatchObject({ outcome: 'added' });
    expect(questions).toMatchObject([{ range: `bytes=${length}-` }]);
    expect(await imports.unfinished()).toEqual([]);
  });

  test('is one at a time: another program is told', async () => {
    const { install, fileOf, imports, entry, store, root } = await catalogueOnServer();
    fileOf('umci.safetensors').stallAfter = 100;
    const abort = new AbortController();
    const first = install(abort.signal);
    const other = new PackImports({ roots: { storeRoot: store }, examiner: nearExaminer });
    await expect
      .poll(() => other.install(entry, ['MIT'], { inspector: 'bo' }).catch((error: unknown) => error))
      .toMatchObject({ code: 'workspace-locked', details: { case: 'pack-import-busy' } });
    await expect
      .poll(async () => (await describeCatalogue({ storeRoot: store }, root))[0]!.done)
      .toBeGreaterThan(0);
    abort.abort();
    await expect(first).rejects.toMatchObject({ code: 'cancelled' });
    expect(await imports.unfinished()).toHaveLength(1);
  });

  test('with a file of another content is refused, and nothing appears', async () => {
    const { install, fileOf, packs } = await catalogueOnServer();
    const vision = fileOf('vision.onnx');
    vision.content = Buffer.alloc(vision.content.length);
    await expect(install()).rejects.toMatchObject({ code: 'pack-hash-mismatch' });
    expect(await packs()).toEqual([]);
  });

  test('with a file that is no model is refused, and nothing appears', async () => {
    const { install, fileOf, packs } = await catalogueOnServer();
    const text = fileOf('text.onnx');
    const right = text.content;
    text.content = 'an error page';
    await expect(install()).rejects.toMatchObject({ code: 'model-file-invalid' });
    expect(await packs()).toEqual([]);
    // It is not what has been taken first: nobody ever used it.
    Object.assign(text, { content: right, etag: '"right"' });
    expect(await install()).toMatchObject({ outcome: 'added' });
  });

  test.runIf(canMount)('on a disk that is too small is refused before anything is downloaded', async () => {
    const disk = await smallDisk(1);
    const store = join(disk.folder, 'models');
    const huge = (entry: CatalogueEntry): CatalogueEntry => ({
      ...entry,
      files: { ...entry.files, vision: { ...entry.files.vision!, bytes: null, approximateBytes: 2_000_000 } },
    });
    const { install, questions, packs } = await catalogueOnServer(huge, store);
    await expect(install()).rejects.toMatchObject({ code: 'disk-full' });
    expect(questions).toEqual([]);
    expect(await packs()).toEqual([]);
  });

  test.runIf(canMount)('on a disk that fills up goes on when there is room again', async () => {
    const disk = await smallDisk(2);
    const store = join(disk.folder, 'models');
    const { install, fileOf, packs } = await catalogueOnServer(
      (entry) => ({
        ...entry,
        files: { ...entry.files, head: { ...entry.files.head!, bytes: null, sha256: null } },
      }),
      store,
    );
    const head = fileOf('umci.safetensors');
    const right = head.content;
    head.content = Buffer.alloc(4 << 20, right);
    await expect(install()).rejects.toMatchObject({ code: 'disk-full' });
    expect(await packs()).toEqual([]);
    disk.remount('size=16m');
    Object.assign(head, { content: right, etag: '"another"' });
    expect(await install()).toMatchObject({ outcome: 'added' });
  });
});

describe('a decoder that is said to be that of the encoder', () => {
  const claiming = (entry: CatalogueEntry): CatalogueEntry => ({
    ...entry,
    files: {
      ...entry.files,
      own: { ...entry.files.decoder!, sha256: null, bytes: null, source: `${TINY_FILES}own.onnx` },
    },
    claims: [
      {
        kind: 'same-decoder',
        decoder: 'decoder',
        own: 'own',
        otherwise: { segmenter: { ...(entry.segmenter as object), decoder: 'own', boxes: false } },
      },
    ],
  });

  test('and is not: the encoder’s own is used, and the pack says why', async () => {
    const { install, store, files, fileOf } = await catalogueOnServer(claiming);
    files['/team/tiny/resolve/1/own.onnx'] = { content: fileOf('decoder.onnx').content };
    const { notes } = await install();
    expect(notes).toEqual([expect.stringMatching(/"own", is used.*can't be compared/)]);
    const { pack, folder } = await loadPack('tiny', { storeRoot: store });
    expect(pack.segmenter).toMatchObject({ decoder: 'own', boxes: false });
    expect(pack.notes).toEqual(notes);
    expect(Object.keys(pack.files)).not.toContain('decoder');
    expect(await readFile(join(folder, 'card.md'), 'utf8')).toContain(notes[0]);
  });

  test('and is: it is used, with boxes, and the other one goes', async () => {
    // What makes two decoders the same is shown in `graph/same-decoder.test.ts`.
    const examiner = { ...nearExaminer, sameDecoder: async () => {} };
    const { install, store, files, fileOf } = await catalogueOnServer(claiming, undefined, examiner);
    const own = Buffer.concat([Buffer.from(fileOf('decoder.onnx').content), Buffer.from([0x32, 0])]);
    files['/team/tiny/resolve/1/own.onnx'] = { content: own };
    expect((await install()).notes).toEqual([
      expect.stringContaining('"decoder" is used, which takes boxes'),
    ]);
    const { pack, folder } = await loadPack('tiny', { storeRoot: store });
    expect(pack.segmenter).toMatchObject({ decoder: 'decoder', boxes: true });
    expect(Object.keys(pack.files)).not.toContain('own');
    expect(await readdir(join(folder, 'downloads'))).not.toContain(sha256(own));
  });
});

test('APRIL-GAN’s checkpoint becomes the head, which is kept in its place', async () => {
  const files: Record<string, ServedFile> = {};
  const server = await fileServer(files);
  const folder = await tempFolder();
  const pack = await writeTwinPack(folder, { clip: 'clip-l14-336', inputSize: 518, head: 'linear' });
  const checkpoint = await readFile(twinFile('april-gan/head.pth'));
  const named = (content: Uint8Array) =>
    createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
  const { entry } = await catalogueOf(pack, folder, files, (one) => ({
    ...one,
    files: {
      ...one.files,
      checkpoint: {
        ...one.files.vision!,
        source: `${TINY_FILES}head.pth`,
        sha256: null,
        bytes: null,
        gitBlobSha1: named(checkpoint),
      },
      head: { ...one.files.head!, source: 'made:head.safetensors', sha256: null, bytes: null },
    },
    makes: [{ kind: 'linear-head', from: 'checkpoint', file: 'head' }],
  }));
  files['/team/tiny/resolve/1/head.pth'] = { content: Buffer.alloc(checkpoint.length) };
  const storeRoot = await tempFolder();
  const imports = new PackImports({
    roots: { storeRoot },
    examiner: nearExaminer,
    loopback: true,
    access: () => ({ mirror: { of: 'https://huggingface.co', base: server.url } }),
  });
  const install = () => imports.install(entry, ['MIT'], { inspector: 'ana' });
  await expect(install()).rejects.toMatchObject({ code: 'pack-hash-mismatch' });
  files['/team/tiny/resolve/1/head.pth'] = { content: checkpoint };
  // Git has vouched for the checkpoint; nobody had for the text tower.
  expect(await install()).toMatchObject({ id: 'twin@1', outcome: 'added', taken: [{ file: 'text' }] });
  const loaded = await loadPack('twin', { storeRoot });
  expect(loaded.pack.files.head).toMatchObject({
    source: 'pack:head.safetensors',
    sha256: pack.files.head!.sha256,
  });
  expect(Object.keys(loaded.pack.files)).not.toContain('checkpoint');
  expect(await readdir(join(loaded.folder, 'downloads'))).not.toContain(sha256(checkpoint));
});

test('an entry of the catalogue is found by its id, and by id and version', async () => {
  const { root } = await catalogueOnServer();
  expect(await findEntry('tiny', root)).toMatchObject({ id: 'tiny' });
  expect(await findEntry('tiny@1', root)).toMatchObject({ id: 'tiny' });
  await expect(findEntry('tiny@2', root)).rejects.toMatchObject({ code: 'pack-not-found' });
});
