import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { encodeGrey8 } from '../../src-main/codec/image-codec.ts';
import { PATIENCE } from '../patience.ts';
import { tempFolder } from '../temp-folder.ts';
import { type TwinPackOptions, writeTwinPack } from '../twins/twin-pack.ts';
import { jsonLines, runCli, writePictures } from './run-cli.ts';

/** A category of pictures in MVTec AD's layout. */
async function writeCategory(): Promise<string> {
  const category = join(await tempFolder(), 'bolt');
  const good = Array.from({ length: 4 }, (_, i) => join('test', 'good', `${i}.png`));
  await writePictures(category, [...good, join('test', 'dent', '0.png')]);
  const truth = join(category, 'ground_truth', 'dent');
  await mkdir(truth, { recursive: true });
  const mask = await encodeGrey8(48, 32, new Uint8Array(48 * 32).fill(255, 0, 200));
  await writeFile(join(truth, '0_mask.png'), mask);
  return category;
}

it.each<TwinPackOptions>([
  { clip: 'clip-l14-336', inputSize: 336, head: 'linear' },
  { clip: 'clip-b16', inputSize: 224, head: 'none' },
])(
  'a pack of $clip with the head "$head" is added, verified, inspects, is measured and reported',
  async (options) => {
    const stick = await tempFolder();
    await writeTwinPack(stick, options);
    const workspace = join(await tempFolder(), 'lot7');
    vi.stubEnv('CLIPSAM_MODELS', join(await tempFolder(), 'models'));
    onTestFinished(() => void vi.unstubAllEnvs());
    const added = await runCli(['models', 'add', stick, '-w', workspace]);
    expect(added).toMatchObject({ code: 0, stdout: 'twin@1\n' });
    const verified = await runCli(['models', 'verify', '-w', workspace]);
    expect(verified.stdout).toContain('twin: Twin 1');
    expect(verified.stdout).not.toContain('WRONG');

    const category = await writeCategory();
    const asked = ['--pack', 'twin@1', '--device', 'cpu', '-w', workspace];
    const inspected = await runCli(['inspect', category, '--json', ...asked]);
    expect(inspected.code, inspected.stderr).toBe(0);
    const results = jsonLines(inspected.stdout) as { notices: { code: string }[]; status: string }[];
    expect(results).toHaveLength(5);
    for (const { status, notices } of results) {
      expect(status).toBe('done');
      expect(notices.some(({ code }) => code === 'no-trained-head')).toBe(options.head === 'none');
    }
    const out = join(await tempFolder(), 'report');
    const exported = await runCli(['export', '--format', 'csv,html', '--out', out, '-w', workspace]);
    expect(exported.code, exported.stderr).toBe(0);
    const csv = await readFile(join(out, 'results.csv'), 'utf8');
    expect(csv).toContain('twin');
    expect(csv.includes('no-trained-head')).toBe(options.head === 'none');

    const figures = join(await tempFolder(), 'figures.json');
    const measured = await runCli(['evaluate', category, '--json', figures, ...asked]);
    expect(measured.code, measured.stderr).toBe(0);
    expect(JSON.parse(await readFile(figures, 'utf8'))).toMatchObject({ failures: [] });
  },
  PATIENCE,
);
