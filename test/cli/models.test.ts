import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempFolder } from '../temp-folder.ts';
import { jsonLines, runCli, tinyPackOptions, writePictures } from './run-cli.ts';

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

  it('adds a pack to a workspace, which then inspects with it by its name', async () => {
    const { root } = await tinyPackOptions();
    const workspace = join(await tempFolder(), 'lot7');
    const added = await runCli(['models', 'add', join(root, 'tiny'), '-w', workspace]);
    expect(added).toMatchObject({ code: 0, stdout: 'tiny@1\n', stderr: expect.stringContaining('is there') });
    const again = await runCli(['models', 'add', join(root, 'tiny'), '-w', workspace]);
    expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining('already') });
    const list = await runCli(['models', 'list', '-w', workspace]);
    expect(list.stdout).toMatch(/^lite {2}.*\n.*\ntiny@1 {2}Tiny 1\n/);
    await writePictures(root, ['a.png']);
    const inspect = ['inspect', join(root, 'a.png'), '-w', workspace, '--device', 'cpu', '--json'];
    const { code, stdout } = await runCli([...inspect, '--pack', 'tiny@1']);
    expect(code).toBe(0);
    expect(jsonLines(stdout)).toMatchObject([{ status: 'done' }]);
    const absent = await runCli([...inspect, '--pack', 'tiny@2']);
    expect(absent).toMatchObject({ code: 1, stderr: expect.stringContaining('tiny@1') });
  });

  it('adds nothing that is not whole', async () => {
    const { root } = await tinyPackOptions();
    const workspace = await tempFolder();
    await writeFile(join(root, 'tiny', 'text.onnx'), 'x');
    const { code, stdout, stderr } = await runCli(['models', 'add', join(root, 'tiny'), '-w', workspace]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('pack-hash-mismatch');
    expect((await runCli(['models', 'list', '-w', workspace])).stdout).not.toContain('tiny@1');
  });
});
