import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCli, tinyPackOptions } from './run-cli.ts';

describe('models', () => {
  it('lists packs and verifies a whole one, with the licence of every file', async () => {
    const { root } = await tinyPackOptions();
    const list = await runCli(['models', 'list', '--pack-root', root]);
    expect(list).toMatchObject({ code: 0, stdout: expect.stringContaining('tiny  Tiny 1') });
    const { code, stdout } = await runCli(['models', 'verify', '--pack-root', root]);
    expect(code).toBe(0);
    expect(stdout.match(/^ {2}ok .* MIT /gm)).toHaveLength(5);
    expect(stdout).toContain('whole');
  });

  it('finds the file that was changed and the one that is missing', async () => {
    const { root } = await tinyPackOptions();
    const weights = join(root, 'tiny', 'umci.safetensors');
    const bytes = await readFile(weights);
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(weights, bytes);
    await rm(join(root, 'tiny', 'text.onnx'));
    const { code, stdout } = await runCli(['models', 'verify', 'tiny', '--pack-root', root]);
    expect(code).toBe(3);
    expect(stdout).toMatch(/^ {2}hash mismatch {2}head /m);
    expect(stdout).toMatch(/^ {2}missing {8}text /m);
    expect(stdout).toMatch(/^ {2}ok {13}vision /m);
    expect(stdout).toContain('WRONG');
  });

  it('finds a description that is damaged, and a pack that is not there', async () => {
    const { root } = await tinyPackOptions();
    await writeFile(join(root, 'tiny', 'pack.json'), '{"schemaVersion": 1');
    const damaged = await runCli(['models', 'verify', join(root, 'tiny')]);
    expect(damaged).toMatchObject({ code: 3, stdout: expect.stringContaining('pack-invalid') });
    expect(await runCli(['models', 'list', '--pack-root', root])).toMatchObject({ code: 3 });
    const absent = await runCli(['models', 'verify', 'large', '--pack-root', root]);
    expect(absent).toMatchObject({ code: 3, stdout: expect.stringContaining('pack-not-found') });
  });

  it('keeps a pack with a wrong hash from inspecting', async () => {
    const { root, options } = await tinyPackOptions();
    await writeFile(join(root, 'tiny', 'decoder.onnx'), 'not a model');
    const image = join(root, 'a.png');
    await writeFile(image, '');
    const { code, stderr } = await runCli(['inspect', image, '-w', join(root, 'workspace'), ...options]);
    expect(code).toBe(1);
    expect(stderr).toContain('pack-hash-mismatch');
  });
});
