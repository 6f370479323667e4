import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { encodeGrey8 } from '../../src-main/codec/image-codec.ts';
import { TINY_RECIPE } from '../inference/tiny-pack.ts';
import { PATIENCE } from '../patience.ts';
import { tempFolder } from '../temp-folder.ts';
import { type TwinPackOptions, writeTwinPack } from '../twins/twin-pack.ts';
import { doneSchema } from './record-schema.ts';
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

/** Adds a pack to the models folder of a machine of its own, and has it verified. */
async function addTwin(options: TwinPackOptions): Promise<{ workspace: string; asked: string[] }> {
  const stick = await tempFolder();
  await writeTwinPack(stick, options);
  const workspace = join(await tempFolder(), 'lot7');
  vi.stubEnv('CLIPSAM_MODELS', join(await tempFolder(), 'models'));
  onTestFinished(() => void vi.unstubAllEnvs());
  const added = await runCli(['models', 'add', stick, '-w', workspace]);
  expect(added, added.stderr).toMatchObject({ code: 0, stdout: 'twin@1\n' });
  const verified = await runCli(['models', 'verify', '-w', workspace]);
  expect(verified.stdout).toContain('twin: Twin 1');
  expect(verified.stdout).not.toContain('WRONG');
  return { workspace, asked: ['--pack', 'twin@1', '--device', 'cpu', '-w', workspace] };
}

it.each<TwinPackOptions>([
  { clip: 'clip-l14-336', inputSize: 336, head: 'linear' },
  { clip: 'clip-b16', inputSize: 224, head: 'none' },
])(
  'a pack of $clip with the head "$head" is added, verified, inspects, is measured and reported',
  async (options) => {
    const { workspace, asked } = await addTwin(options);
    const category = await writeCategory();
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

/** Inspects one image. SAM's random masks weigh little, so that what the map says of a region remains. */
async function inspectAbove(theta: number, image: string, asked: readonly string[]) {
  const recipe = join(await tempFolder(), 'recipe.json');
  const changed = { pack: 'twin', theta, lambda: 0.05, maxRegions: 2 };
  await writeFile(recipe, JSON.stringify({ ...TINY_RECIPE, ...changed }));
  const { code, stdout, stderr } = await runCli(['inspect', image, '--json', '--recipe', recipe, ...asked]);
  expect(code, stderr).toBe(0);
  return doneSchema.parse(jsonLines(stdout)[0]);
}

it.each([
  { sam: 'sam-vit', takesBoxes: false },
  { sam: 'sam-vit with weights outside', takesBoxes: false },
  { sam: 'sam2.1', takesBoxes: true },
] as const)(
  'a pack with the SAM of $sam is added, verified, asked about regions and exported',
  async ({ sam, takesBoxes }) => {
    const { workspace, asked } = await addTwin({ clip: 'clip-b16', inputSize: 224, head: 'none', sam });
    const images = await tempFolder();
    await writePictures(images, ['a.png']);
    const image = join(images, 'a.png');
    const quiet = await inspectAbove(1, image, asked);
    expect(quiet).toMatchObject({ regions: [], timings: { decode: 0 } });
    const { regions, notices, timings } = await inspectAbove(0.9 * quiet.score, image, asked);
    expect(regions.length).toBeGreaterThan(0);
    expect(timings.decode).toBeGreaterThan(0);
    for (const { levels } of regions) expect(levels.some(({ area }) => area > 0)).toBe(true);
    expect(notices.some(({ code }) => code === 'points-only')).toBe(!takesBoxes);

    const out = join(await tempFolder(), 'report');
    const exported = await runCli(['export', '--format', 'csv,html', '--out', out, '-w', workspace]);
    expect(exported.code, exported.stderr).toBe(0);
    const csv = await readFile(join(out, 'results.csv'), 'utf8');
    expect(csv.includes('points-only')).toBe(!takesBoxes);
  },
  PATIENCE,
);
