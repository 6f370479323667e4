import { mkdir, readdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { recipeSchema } from '../../src-shared/recipe.ts';
import { SOFTWARE_VERSION } from '../../src-shared/version.ts';
import { TINY_RECIPE } from '../inference/tiny-pack.ts';
import { tempFolder } from '../temp-folder.ts';
import { runCli, runProgram, tinyPackOptions, writePictures } from './run-cli.ts';

describe('clipsam', () => {
  it('explains itself', async () => {
    const { code, stdout, stderr } = await runProgram(['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const commands = 'serve inspect export recipe evaluate datasets train models samples bench start'.split(
      ' ',
    );
    for (const command of commands) {
      expect(stdout).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
    }
    expect((await runCli(['--version'])).stdout.trim()).toBe(SOFTWARE_VERSION);
  });

  it.each([
    ['no command', []],
    ['an unknown command', ['polish']],
    ['an unknown option', ['inspect', '.', '--polish']],
    ['no paths', ['inspect']],
    ['a device that does not exist', ['inspect', '.', '--device', 'abacus']],
    ['a number that is none', ['inspect', '.', '--threads', '0']],
    ['an unknown format', ['export', '--format', 'csv,papyrus', '--out', 'x']],
    ['a missing option', ['train', '--plan', 'x.json']],
    ['a recipe that is not there', ['inspect', '.', '--recipe', 'nowhere.json']],
  ])('answers %s with exit code 2 and no stack', async (_, args) => {
    const { code, stdout, stderr } = await runCli(args, await tempFolder());
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).not.toBe('');
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('names what is wrong in a recipe', async () => {
    const folder = await tempFolder();
    const { options } = await tinyPackOptions();
    const path = join(folder, 'recipe.json');
    await writeFile(path, JSON.stringify({ ...TINY_RECIPE, theta: 2, warn: 0.9, reject: 0.1 }));
    const { code, stderr } = await runCli(['inspect', folder, '--recipe', path, ...options]);
    expect(code).toBe(2);
    expect(stderr).toContain('theta');
    expect(stderr).toContain('recipe-invalid');
  });

  it.each([
    ['no object name', ['--object', ' '], 'object'],
    ['an object name too long for the text tower', ['--object', 'bolt '.repeat(19)], 'text-too-long'],
    ['words that the text tower does not know', ['--object', '金属'], '金属'],
  ])('refuses %s before anything is written', async (_, args, told) => {
    const folder = await tempFolder();
    const { options } = await tinyPackOptions();
    await writePictures(folder, ['a.png']);
    const { code, stderr } = await runCli(['inspect', 'a.png', ...args, ...options], folder);
    expect(stderr).toContain(told);
    expect(code).toBe(2);
    expect(await readdir(folder)).toEqual(['a.png']);
  });

  it('refuses a broken pack before anything is written', async () => {
    const folder = await tempFolder();
    const { root, options } = await tinyPackOptions();
    await writePictures(folder, ['a.png']);
    await truncate(join(root, 'tiny', 'umci.safetensors'), 100);
    const { code, stderr } = await runCli(['inspect', 'a.png', ...options], folder);
    expect(stderr).toContain('pack-hash-mismatch');
    expect(code).toBe(1);
    expect(await readdir(folder)).toEqual(['a.png']);
  });

  it('refuses an empty folder and makes no workspace for it', async () => {
    const folder = await tempFolder();
    const { options } = await tinyPackOptions();
    await mkdir(join(folder, 'empty'));
    const { code, stderr } = await runCli(['inspect', 'empty', ...options], folder);
    expect(code).toBe(2);
    expect(stderr).toContain('There are no images in empty');
    const after = await runCli(['export', '--format', 'csv', '--out', 'x'], folder);
    expect(after).toMatchObject({ code: 1, stderr: expect.stringContaining('workspace-invalid') });
  });

  it('refuses as a program of its own too', async () => {
    const args = ['inspect', '.', '--recipe', 'nowhere.json'];
    const { code, stdout, stderr } = await runProgram(args, await tempFolder());
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^Error: .*\n$/);
  });

  it('shows technical causes only when asked', async () => {
    const folder = await tempFolder();
    const args = ['inspect', '.', '--recipe', 'nowhere.json', '--verbose'];
    const { code, stderr } = await runCli(args, folder);
    expect(code).toBe(2);
    expect(stderr).toContain('caused by: Error: ENOENT');
  });

  it("prints the pack's recipe, which can be edited and used", async () => {
    const { root } = await tinyPackOptions();
    const options = ['--pack-root', root, '--pack', 'tiny', '--object', 'plate'];
    const { code, stdout } = await runCli(['recipe', ...options]);
    expect(code).toBe(0);
    expect(recipeSchema.parse(JSON.parse(stdout))).toEqual({ ...TINY_RECIPE, object: 'plate' });
  });
});
