import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sha256 } from '../../../src-main/files/hash.ts';
import {
  type ExportRepositoryOptions,
  exportRepository,
  type RepositoryEvent,
} from '../../../src-main/services/model-repository/export-repository.ts';
import { nearExaminer } from '../../inference/near-examiner.ts';
import { writeTinyPack } from '../../inference/tiny-pack.ts';
import { tempFolder } from '../../temp-folder.ts';

const OPTIONS: ExportRepositoryOptions = {
  roots: {},
  examiner: nearExaminer,
  half: false,
  backend: 'onnxruntime',
  place: 'auto',
  instances: 1,
  batch: 8,
};

async function tinyExport() {
  const root = await tempFolder();
  const pack = join(root, 'pack');
  await writeTinyPack(pack);
  return { pack, folder: join(root, 'repository') };
}

/** Hashes of all files of a folder, by path. */
async function contentOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  const pairs = files.map(
    async (path) => [path.slice(folder.length + 1), sha256(await readFile(path))] as const,
  );
  return Object.fromEntries((await Promise.all(pairs)).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

test('a repository has a model per graph, with hashes beside them and how it is served', async () => {
  const { pack, folder } = await tinyExport();
  const events: RepositoryEvent[] = [];
  const exported = await exportRepository(pack, folder, {
    ...OPTIONS,
    onEvent: (event) => events.push(event),
  });
  const content = await contentOf(folder);
  expect(Object.keys(content)).toEqual([
    'README.md',
    'SHA256SUMS',
    'clipsam-repository.json',
    'tiny-decoder/1/model.onnx',
    'tiny-decoder/config.pbtxt',
    'tiny-text/1/model.onnx',
    'tiny-text/config.pbtxt',
    'tiny-vision/1/model.onnx',
    'tiny-vision/config.pbtxt',
  ]);
  expect(exported.written).toBe(9);
  const lines = Object.entries(content)
    .filter(([path]) => path !== 'SHA256SUMS')
    .map(([path, hash]) => `${hash}  ${path}\n`);
  expect(await readFile(join(folder, 'SHA256SUMS'), 'utf8')).toBe(lines.join(''));
  const config = await readFile(join(folder, 'tiny-vision/config.pbtxt'), 'utf8');
  expect(config).toContain(content['tiny-vision/1/model.onnx']);
  const readme = await readFile(join(folder, 'README.md'), 'utf8');
  expect(readme).toContain('tritonserver --model-repository=/models');
  expect(readme).toContain('**tiny-vision**');
  expect(events[0]).toEqual({ kind: 'checking' });
  expect(events.at(-1)).toEqual({ kind: 'written', graph: 'text', done: 3, count: 3 });
});

test('the same pack and options give the same files; a call over them writes nothing', async () => {
  const { pack, folder } = await tinyExport();
  await exportRepository(pack, folder, OPTIONS);
  const content = await contentOf(folder);
  expect((await exportRepository(pack, folder, OPTIONS)).written).toBe(0);
  await exportRepository(pack, `${folder}-again`, OPTIONS);
  expect(await contentOf(`${folder}-again`)).toEqual(content);
});

test('what is missing or damaged is put right', async () => {
  const { pack, folder } = await tinyExport();
  await exportRepository(pack, folder, OPTIONS);
  const content = await contentOf(folder);
  await rm(join(folder, 'tiny-text'), { recursive: true });
  await writeFile(join(folder, 'tiny-vision/1/model.onnx'), 'half');
  expect((await exportRepository(pack, folder, OPTIONS)).written).toBe(3);
  expect(await contentOf(folder)).toEqual(content);
});

test('until all of it is there the folder has another name, and the next call goes on with it', async () => {
  const { pack, folder } = await tinyExport();
  const controller = new AbortController();
  const work = exportRepository(pack, folder, {
    ...OPTIONS,
    signal: controller.signal,
    onEvent: ({ kind }) => kind === 'written' && controller.abort(),
  });
  await expect(work).rejects.toMatchObject({ code: 'cancelled' });
  await expect(stat(folder)).rejects.toThrow();
  const begun = await stat(join(`${folder}.partial`, 'tiny-vision/1/model.onnx'));
  await exportRepository(pack, folder, OPTIONS);
  expect((await stat(join(folder, 'tiny-vision/1/model.onnx'))).mtimeMs).toBe(begun.mtimeMs);
  await expect(stat(`${folder}.partial`)).rejects.toThrow();
});

test('what was begun with other options is begun anew', async () => {
  const { pack, folder } = await tinyExport();
  await exportRepository(pack, folder, { ...OPTIONS, backend: 'python' });
  await rename(folder, `${folder}.partial`);
  await exportRepository(pack, folder, OPTIONS);
  expect(Object.keys(await contentOf(folder))).not.toContain('tiny-vision/1/model.py');
});

test('an empty folder is taken', async () => {
  const { pack, folder } = await tinyExport();
  await mkdir(folder);
  await exportRepository(pack, folder, OPTIONS);
  expect(await readdir(folder)).toContain('tiny-vision');
});

test.each(['', '.partial'])('files of others are refused and stay: repository%s', async (end) => {
  const { pack, folder } = await tinyExport();
  await mkdir(`${folder}${end}`);
  await writeFile(join(`${folder}${end}`, 'holiday.txt'), 'sun');
  await expect(exportRepository(pack, folder, OPTIONS)).rejects.toMatchObject({ code: 'export-in-the-way' });
  expect(await contentOf(`${folder}${end}`)).toEqual({ 'holiday.txt': sha256('sun') });
});

test('another pack, or the same with other options, is refused by name', async () => {
  const { pack, folder } = await tinyExport();
  await exportRepository(pack, folder, OPTIONS);
  const content = await contentOf(folder);
  await expect(exportRepository(pack, folder, { ...OPTIONS, half: true })).rejects.toThrow(/pack tiny/);
  expect(await contentOf(folder)).toEqual(content);
});

test('a damaged pack is not exported', async () => {
  const { pack, folder } = await tinyExport();
  await writeFile(join(pack, 'decoder.onnx'), 'no model');
  await expect(exportRepository(pack, folder, OPTIONS)).rejects.toMatchObject({ code: 'pack-hash-mismatch' });
  await expect(stat(`${folder}.partial`)).rejects.toThrow();
});

test('sha256sum finds all files as they are listed', async () => {
  const { pack, folder } = await tinyExport();
  await exportRepository(pack, folder, { ...OPTIONS, backend: 'python' });
  const said = execFileSync('sha256sum', ['--check', 'SHA256SUMS'], { cwd: folder, encoding: 'utf8' });
  expect(said).toContain('tiny-vision/1/model.py: OK');
});
