import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { encodeGrey8 } from '../../src-main/codec/image-codec.ts';
import { writeSamples } from '../../src-main/training/make-samples.ts';
import { tempFolder } from '../temp-folder.ts';
import { runCli, sharedTinyPack, writePictures } from './run-cli.ts';

// Rendering takes seconds; test/training/make-samples.test.ts looks at what is written.
vi.mock(import('../../src-main/training/make-samples.ts'), { spy: true });

const pack = sharedTinyPack();

describe('export', () => {
  it('writes the newest batch, or the one that is named', async () => {
    const folder = await tempFolder();
    const { options } = pack;
    for (const lot of ['one', 'two']) {
      await writePictures(join(folder, lot), [`${lot}.png`]);
      await runCli(['inspect', lot, '--name', lot, ...options], folder);
    }
    const newest = await runCli(['export', '--format', 'csv, json', '--out', 'newest'], folder);
    expect(newest.code).toBe(0);
    const written = newest.stdout.trimEnd().split('\n');
    expect(written.map((line) => line.split(/\s+/)[0])).toEqual(['csv', 'json']);
    expect(await readFile(written[0]!.replace(/^csv\s+/, ''), 'utf8')).toContain('two.png');
    const named = await runCli(['export', '--format', 'csv', '--batch', 'one', '--out', 'named'], folder);
    expect(await readFile(named.stdout.trim().replace(/^csv\s+/, ''), 'utf8')).toContain('one.png');
    const german = ['--csv-separator', 'semicolon', '--csv-decimal', ','];
    const excel = await runCli(['export', '--format', 'csv', ...german, '--out', 'excel'], folder);
    const [header, row] = (await readFile(excel.stdout.trim().replace(/^csv\s+/, ''), 'utf8')).split('\r\n');
    expect(row!.split(';')[header!.split(';').indexOf('score')]).toMatch(/^(0|0,\d+|1)$/);
    for (const wrong of [
      ['--csv-decimal', ','],
      ['--csv-separator', 'x'],
      ['--csv-decimal', ';'],
    ]) {
      const refused = await runCli(['export', '--format', 'csv', ...wrong, '--out', 'refused'], folder);
      expect(refused.code).toBe(2);
    }
    const used = await runCli(['export', '--format', 'csv', '--batch', 'one', '--out', 'newest'], folder);
    expect(used).toMatchObject({ code: 2, stderr: expect.stringContaining('export of the batch "two"') });
    const below = ['--batch', 'one', '--out', 'newest', '--new-folder'];
    const beside = await runCli(['export', '--format', 'csv', ...below], folder);
    expect(beside.stdout).toMatch(/newest\/one-\d+-[-\dT]+\/results\.csv/);
    expect(await readFile(join(folder, 'newest', 'results.csv'), 'utf8')).toContain('two.png');
    const forced = ['--batch', 'one', '--out', 'newest', '--force'];
    expect((await runCli(['export', '--format', 'csv', ...forced], folder)).code).toBe(0);
    expect(await readFile(join(folder, 'newest', 'results.csv'), 'utf8')).toContain('one.png');
    const absent = await runCli(['export', '--format', 'csv', '--batch', 'three', '--out', 'x'], folder);
    expect(absent).toMatchObject({ code: 2, stderr: expect.stringContaining('1 "one"') });
  });

  it('does not take a batch’s name for the id of another', async () => {
    const folder = await tempFolder();
    const { options } = pack;
    for (const [name, file] of [
      ['2', 'first'],
      ['7', 'second'],
    ]) {
      await writePictures(join(folder, file!), [`${file}.png`]);
      await runCli(['inspect', file!, '--name', name!, ...options], folder);
    }
    const exported = async (batch: string) => {
      const out = ['--out', batch.replace(':', '-')];
      const { code, stdout, stderr } = await runCli(
        ['export', '--format', 'csv', '--batch', batch, ...out],
        folder,
      );
      return code === 0 ? readFile(stdout.trim().replace(/^csv\s+/, ''), 'utf8') : `${code}: ${stderr}`;
    };
    expect(await exported('2')).toMatch(/^2: .*id:2 or name:2/s);
    expect(await exported('name:2')).toContain('first.png');
    expect(await exported('id:2')).toContain('second.png');
    expect(await exported('7')).toContain('second.png');
  });
});

describe('evaluate', () => {
  it('prints a table, writes the figures and counts images that failed', async () => {
    const folder = await tempFolder();
    const { options } = pack;
    await writePictures(folder, ['bolt/test/good/1.png', 'bolt/test/good/2.png', 'bolt/test/cut/1.png']);
    await writePictures(folder, ['bolt/ground_truth/cut/1_mask.png']);
    const mask = new Uint8Array(48 * 32).fill(255, 0, 200);
    await writeFile(join(folder, 'bolt/ground_truth/cut/1_mask.png'), await encodeGrey8(48, 32, mask));
    const whole = await runCli(['evaluate', '.', '--json', 'figures.json', ...options], folder);
    expect(whole.code).toBe(0);
    expect(whole.stdout).toMatch(/\/bolt +2 +1 +\d/);
    const figures = JSON.parse(await readFile(join(folder, 'figures.json'), 'utf8'));
    expect(figures).toMatchObject({
      schemaVersion: 1,
      categories: [{ category: 'bolt', object: 'bolt', good: 2, defective: 1, failed: 0 }],
      mean: { count: 1, final: { auroc: expect.any(Number) }, image: { auroc: expect.any(Number) } },
      failures: [],
    });

    // Known before anything is measured.
    const nowhere = await runCli(['evaluate', '.', '--json', folder, ...options], folder);
    expect(nowhere).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('cannot be written'),
    });
    expect(nowhere.stderr).not.toContain('Measured');

    await writeFile(join(folder, 'bolt/test/good/3.png'), 'no image');
    const partly = await runCli(['evaluate', 'bolt', ...options], folder);
    expect(partly).toMatchObject({ code: 3, stderr: expect.stringContaining('1 images failed') });
    expect((await runCli(['evaluate', 'bolt/test/good', ...options], folder)).code).toBe(2);
  });
});

describe('bench', () => {
  it('gives the figures of a batch as JSON; a bar that is missed gives exit code 3', async () => {
    const folder = await tempFolder();
    const { options } = pack;
    await writePictures(folder, ['a.png', 'b.png']);
    const args = ['bench', '--only', 'end-to-end', '--batch', '4', '--data', folder, '--json', ...options];
    const { code, stdout } = await runCli(args);
    const [{ name, figures, passed }] = JSON.parse(stdout);
    expect(name).toBe('end-to-end');
    expect(figures.images).toBe(4);
    expect(figures.ratio).toBeCloseTo(figures.wallSeconds / figures.sessionSeconds, 6);
    expect(figures.ratioWithStart).toBeGreaterThan(figures.ratio);
    expect([passed, code]).toEqual(figures.ratio <= 1.1 ? [true, 0] : [false, 3]);
  });
});

describe('samples', () => {
  it('writes the images of a seed into a folder, and prints where they are', async () => {
    const written = ['a b/test/good/000.jpg', 'a b/test/cut/000.jpg'];
    vi.mocked(writeSamples).mockResolvedValueOnce(written);
    expect(await runCli(['samples', 'there', '--seed', 'test'])).toMatchObject({
      code: 0,
      stdout: `${written.join('\n')}\n`,
    });
    expect(writeSamples).toHaveBeenCalledExactlyOnceWith('there', 'test');
  });
});

describe('workspace', () => {
  it('puts a copy of a lost database back, which is named where it is missed', async () => {
    const folder = await tempFolder();
    const { options } = pack;
    await writePictures(folder, ['a.png']);
    await runCli(['inspect', 'a.png', ...options], folder);
    const database = join(folder, 'workspace', 'workspace.sqlite');
    await rename(database, join(folder, 'saved.sqlite'));
    const exported = ['export', '--format', 'csv', '--out', 'x'];
    const missing = await runCli(exported, folder);
    expect(missing).toMatchObject({ code: 1, stderr: expect.stringMatching(/[1-3] maps and masks/) });
    expect(missing.stderr).toContain('clipsam workspace restore');
    const restored = await runCli(['workspace', 'restore', '--copy', 'saved.sqlite'], folder);
    expect(restored).toMatchObject({ code: 0, stderr: expect.stringContaining('The copy is in place.') });
    expect(await runCli(exported, folder)).toMatchObject({ code: 0 });
    expect(await runCli(['workspace', 'check'], folder)).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('The database is sound.'),
    });
  });
});
