import { spawn } from 'node:child_process';
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../src-main/files/hash.ts';
import { exportReport } from '../../src-main/reports/export-report.ts';
import type { RunReport } from '../../src-main/reports/run-report.ts';
import { EXPORT_FORMATS } from '../../src-shared/export-formats.ts';
import { canMount, smallDisk } from '../small-disk.ts';
import { reportFixture } from './report-fixture.ts';

const inTheWay = (which: string, values: object = {}) =>
  expect.objectContaining({
    code: 'export-in-the-way',
    details: expect.objectContaining({ case: which, ...values }),
  });

/** Every file below a folder with its content. */
async function contentOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const all = files.map(
    async (file) => [file.slice(folder.length + 1), sha256(await readFile(file))] as const,
  );
  return Object.fromEntries((await Promise.all(all)).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const names = async (folder: string) => Object.keys(await contentOf(folder));

async function reports() {
  const { out, done, report } = await reportFixture();
  const lot = (count: number, changes: Partial<RunReport> = {}) =>
    report(
      Array.from({ length: count }, (_, i) => done(`${i + 1}.png`)),
      changes,
    );
  const base = lot(1);
  const other = { batch: { ...base.batch, id: 2, name: 'Lot 8' } };
  const laterRun = { run: { ...base.run, id: 9 } };
  return { out, lot, other, laterRun };
}

describe('an export into a used folder', () => {
  test('of the same batch replaces its own files and leaves none of the earlier ones', async () => {
    const { out, lot, laterRun } = await reports();
    await exportReport(lot(5), ['masks', 'html'], out);
    expect((await names(out)).filter((name) => name.startsWith('masks/'))).toHaveLength(6);
    await writeFile(join(out, 'masks', '.DS_Store'), 'of the system');
    await exportReport(lot(2, laterRun), ['masks', 'html'], out);
    const left = await names(out);
    expect(left.filter((name) => name.startsWith('masks/'))).toEqual([
      'masks/.DS_Store',
      'masks/1.png',
      'masks/2.png',
      'masks/class-map.json',
    ]);
    expect(left.filter((name) => name.startsWith('html/images/'))).toHaveLength(2);
    const manifest = JSON.parse(await readFile(join(out, 'clipsam-export.json'), 'utf8'));
    expect(manifest).toMatchObject({
      workspace: 'ws',
      batch: { id: 1, name: 'Lot 7' },
      run: 9,
      complete: true,
    });
    const listed = Object.fromEntries(
      manifest.files.map(({ path, sha256: hash }: { path: string; sha256: string }) => [path, hash]),
    );
    const { 'clipsam-export.json': _, 'masks/.DS_Store': __, ...written } = await contentOf(out);
    expect(listed).toEqual(written);
  });

  test('of the same run in another format goes beside the earlier ones; of another run, instead of them', async () => {
    const { out, lot, laterRun } = await reports();
    await exportReport(lot(2), ['csv'], out);
    await exportReport(lot(2), ['json'], out);
    expect(await names(out)).toEqual(['clipsam-export.json', 'results.csv', 'results.json']);
    await exportReport(lot(2, laterRun), ['coco'], out);
    expect(await names(out)).toEqual(['clipsam-export.json', 'coco.json']);
  });

  test('of another batch is refused and touches nothing, whatever its formats', async () => {
    const { out, lot, other } = await reports();
    await exportReport(lot(5), ['masks'], out);
    const before = await contentOf(out);
    for (const format of ['masks', 'csv', 'html'] as const) {
      await expect(exportReport(lot(2, other), [format], out)).rejects.toEqual(
        inTheWay('export-of-other', { folder: out, batch: 'Lot 7' }),
      );
    }
    await expect(exportReport(lot(5, { workspaceId: 'elsewhere' }), ['csv'], out)).rejects.toEqual(
      inTheWay('export-of-other'),
    );
    expect(await contentOf(out)).toEqual(before);
    await exportReport(lot(2, other), ['masks'], out, { force: true });
    expect((await names(out)).filter((name) => name.startsWith('masks/'))).toEqual([
      'masks/1.png',
      'masks/2.png',
      'masks/class-map.json',
    ]);
  });

  test('with files of somebody in its places is refused; what is beside them does not matter', async () => {
    const { out, lot } = await reports();
    await mkdir(join(out, 'masks'), { recursive: true });
    await mkdir(join(out, 'html'));
    await writeFile(join(out, 'notes.txt'), 'mine');
    await writeFile(join(out, 'results.csv'), 'mine');
    await writeFile(join(out, 'masks', 'old.png'), 'mine');
    const before = await contentOf(out);
    const export_ = (force = false) => exportReport(lot(1), ['csv', 'masks', 'html'], out, { force });
    await expect(export_()).rejects.toEqual(inTheWay('export-foreign', { names: 'results.csv, masks' }));
    expect(await contentOf(out)).toEqual(before);
    await exportReport(lot(1), ['html'], out);
    expect(await contentOf(out)).toMatchObject(before);
    await export_(true);
    expect(await readFile(join(out, 'results.csv'), 'utf8')).toContain('1.png');
    expect(await readFile(join(out, 'masks', 'old.png'), 'utf8')).toBe('mine');
    expect(await readFile(join(out, 'notes.txt'), 'utf8')).toBe('mine');
  });

  test('keeps what somebody changed in its files since', async () => {
    const { out, lot } = await reports();
    await exportReport(lot(2), ['csv', 'masks'], out);
    await writeFile(join(out, 'results.csv'), 'with my remarks');
    await expect(exportReport(lot(2), ['csv'], out)).rejects.toEqual(
      inTheWay('export-foreign', { names: 'results.csv' }),
    );
    await rm(join(out, 'masks', '1.png'));
    await exportReport(lot(2), ['masks'], out);
    expect(await readFile(join(out, 'results.csv'), 'utf8')).toBe('with my remarks');
    expect(await names(join(out, 'masks'))).toContain('1.png');
  });

  test('follows no link, and no manifest that names places outside', async () => {
    const { out, lot } = await reports();
    const outside = join(out, '..', 'outside');
    await mkdir(outside);
    await writeFile(join(outside, '1.png'), 'mine');
    await exportReport(lot(1), ['masks'], out);
    const manifest = JSON.parse(await readFile(join(out, 'clipsam-export.json'), 'utf8'));
    const file = { path: '../outside/1.png', format: 'masks', bytes: 4, sha256: sha256('mine') };
    const planted = { ...manifest, files: [...manifest.files, file] };
    await writeFile(join(out, 'clipsam-export.json'), JSON.stringify(planted));
    await expect(exportReport(lot(1), ['masks'], out)).rejects.toEqual(
      inTheWay('export-foreign', { names: 'clipsam-export.json, masks' }),
    );
    const linked = { ...manifest, files: [{ ...file, path: 'masks/1.png' }] };
    await writeFile(join(out, 'clipsam-export.json'), JSON.stringify(linked));
    await rm(join(out, 'masks'), { recursive: true });
    await symlink(outside, join(out, 'masks'));
    await expect(exportReport(lot(1), ['masks'], out)).rejects.toEqual(inTheWay('export-foreign'));
    expect(await contentOf(outside)).toEqual({ '1.png': sha256('mine') });
  });
});

describe('an export that did not come to its end', () => {
  test('leaves what was there before, and nothing beside it', async () => {
    const { out, lot } = await reports();
    await exportReport(lot(2), ['csv', 'masks'], out);
    const before = await contentOf(out);
    const abort = new AbortController();
    const onEvent = ({ format, done }: { format: string; done: number }) =>
      format === 'masks' && done === 2 && abort.abort();
    const cancelled = exportReport(lot(3), ['csv', 'masks'], out, { signal: abort.signal, onEvent });
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    expect(await contentOf(out)).toEqual(before);
    expect((await readdir(out)).sort()).toEqual(['clipsam-export.json', 'masks', 'results.csv']);
  });

  test('by a crash between two files is made good by the next one', async () => {
    const { out, lot } = await reports();
    await exportReport(lot(3), ['masks'], out);
    const path = join(out, 'clipsam-export.json');
    const before = JSON.parse(await readFile(path, 'utf8'));
    // As a crash leaves it: both exports are listed, one of the new files is in its place, the others are old.
    const half = { path: 'masks/1.png', format: 'masks', bytes: 4, sha256: sha256('half') };
    await writeFile(join(out, 'masks', '1.png'), 'half');
    await writeFile(path, JSON.stringify({ ...before, complete: false, files: [...before.files, half] }));
    await mkdir(join(out, `.clipsam-export-${sha256(hostname()).slice(0, 8)}-99999999-0123456789ab.tmp`));
    await exportReport(lot(2), ['masks'], out);
    expect(await names(out)).toEqual([
      'clipsam-export.json',
      'masks/1.png',
      'masks/2.png',
      'masks/class-map.json',
    ]);
    expect(await readdir(out)).toHaveLength(2);
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ complete: true });
  });

  test('is not joined by a second one into the same folder', async () => {
    const { out, lot } = await reports();
    const both = [lot(3), lot(2)].map((report) => exportReport(report, ['masks'], out));
    const [first, second] = await Promise.allSettled(both);
    expect(first!.status).toBe('fulfilled');
    expect(second).toMatchObject({
      status: 'rejected',
      reason: { code: 'conflict', details: { case: 'export-busy' } },
    });
    expect((await names(out)).filter((name) => name.endsWith('.png'))).toHaveLength(3);
  });
});

describe('for every format', () => {
  test.each(EXPORT_FORMATS)('%s: cancelled in the middle, nothing is left', async (format) => {
    const { out, lot } = await reports();
    const abort = new AbortController();
    const onEvent = ({ done }: { done: number }) => done === 2 && abort.abort();
    const cancelled = exportReport(lot(3), [format], out, { signal: abort.signal, onEvent });
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    expect(await readdir(out)).toEqual([]);
  });

  test('the same run gives the same bytes again, and the manifest lists every file', async () => {
    const { out, lot } = await reports();
    const report = lot(3);
    await exportReport(report, EXPORT_FORMATS, out);
    const { 'clipsam-export.json': _, ...first } = await contentOf(out);
    const manifest = JSON.parse(await readFile(join(out, 'clipsam-export.json'), 'utf8'));
    expect(manifest.files.map(({ path }: { path: string }) => path).sort()).toEqual(
      Object.keys(first).sort(),
    );
    for (const { format } of manifest.files) expect(EXPORT_FORMATS).toContain(format);
    await exportReport(report, EXPORT_FORMATS, out);
    const { 'clipsam-export.json': __, ...second } = await contentOf(out);
    expect(second).toEqual(first);
  });

  test.each(['xlsx', 'opc', 'cvat', 'label-studio'] as const)(
    '%s: killed in the middle, what was there stays, and the next export clears up',
    async (format) => {
      const { out, lot } = await reports();
      await exportReport(lot(2), ['csv', format], out);
      const before = await contentOf(out);
      const contained: unknown[] = [];
      for await (const image of lot(3).images()) contained.push(image);
      await killWhile(format, { ...lot(3), contained }, out);
      const { files, leftOvers } = await apart(out);
      expect(files).toEqual(before);
      expect(leftOvers.length).toBeGreaterThan(0);
      await exportReport(lot(3), ['csv', format], out);
      expect((await apart(out)).leftOvers).toEqual([]);
    },
  );

  test.skipIf(!canMount).each(['xlsx', 'opc', 'cvat', 'label-studio'] as const)(
    '%s: on a full disk it says so and leaves nothing',
    async (format) => {
      const { lot } = await reports();
      const disk = await smallDisk(1);
      await disk.fill();
      const refused = exportReport(lot(200), [format], join(disk.folder, 'out'));
      await expect(refused).rejects.toMatchObject({ code: 'disk-full' });
      expect(await contentOf(disk.folder)).toMatchObject({ filler: expect.any(String) });
      expect(Object.keys(await contentOf(disk.folder))).toEqual(['filler']);
    },
  );
});

/** Exports in a process of its own, which is killed when it has written an image in that format. */
async function killWhile(format: string, report: object, folder: string): Promise<void> {
  const input = JSON.stringify({ format, report, folder });
  const child = spawn(process.execPath, [new URL('./export-child.ts', import.meta.url).pathname], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(input);
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const closed = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGKILL');
  await closed;
}

/** The files of an export, and apart from them what one left that died. */
async function apart(folder: string) {
  const all = Object.entries(await contentOf(folder));
  const isLeft = ([name]: readonly [string, string]) => name.startsWith('.clipsam-export-');
  return { files: Object.fromEntries(all.filter((file) => !isLeft(file))), leftOvers: all.filter(isLeft) };
}

test.each([
  ['NUL', 'a\0b'],
  ['too many letters', 'n'.repeat(400)],
])('a folder whose name has %s is refused in words of ours', async (_, name) => {
  const { out, lot } = await reports();
  const refused = exportReport(lot(1), ['csv'], join(out, name));
  await expect(refused).rejects.toMatchObject({
    code: 'input-invalid',
    details: { case: 'name-impossible' },
  });
  await expect(refused).rejects.not.toThrow(/string|argument|ENAMETOOLONG|\0/);
});
