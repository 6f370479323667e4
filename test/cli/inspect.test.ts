import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { encodeRgb } from '../../src-main/codec/image-codec.ts';
import { stoppedImports } from '../../src-main/services/imports/batch-imports.ts';
import { listBatchSummaries } from '../../src-main/store/batch-summaries.ts';
import { listBatches } from '../../src-main/store/batches.ts';
import { openWorkspace } from '../../src-main/store/open-workspace.ts';
import { listResults } from '../../src-main/store/results.ts';
import { listRuns } from '../../src-main/store/runs.ts';
import { writeCameraPictures } from '../deep-pictures.ts';
import { noise, TINY_RECIPE } from '../inference/tiny-pack.ts';
import { multiPage } from '../multi-page.ts';
import { PATIENCE } from '../patience.ts';
import { tempFolder } from '../temp-folder.ts';
import { doneSchema, recordSchema } from './record-schema.ts';
import { jsonLines, runCli, runProgram, sharedTinyPack, startCli, writePictures } from './run-cli.ts';

const names = (count: number) => Array.from({ length: count }, (_, i) => `part${i + 1}.png`);

const pack = sharedTinyPack();

async function setUp() {
  const folder = await tempFolder();
  const { options } = pack;
  const workspace = join(folder, 'workspace');
  const input = join(folder, 'input');
  await mkdir(input);
  return { folder, workspace, input, options: [...options, '--workspace', workspace] };
}

const recordsOf = (stdout: string) => jsonLines(stdout).map((line) => recordSchema.parse(line));

/** Runs, and results of the newest one, of the newest batch. */
async function stored(folder: string) {
  const workspace = await openWorkspace(folder);
  try {
    const batches = await listBatches(workspace);
    const runs = await listRuns(workspace, batches[0]!.id);
    return { batches, runs, results: await listResults(workspace, runs[0]!.id, { limit: 1000 }) };
  } finally {
    await workspace.close();
  }
}

describe('inspect', () => {
  it('looks where a file says, says so, and starts anew when that changes', async () => {
    const { folder, workspace, input, options } = await setUp();
    await writePictures(input, ['a.png']);
    const file = join(folder, 'area.json');
    const area = (right: number) => ({
      ...{ width: 100, height: 100 },
      include: [
        [
          [
            [0, 0],
            [right, 0],
            [right, 100],
            [0, 100],
          ],
        ],
      ],
    });
    await writeFile(file, JSON.stringify(area(50)));
    const first = await runCli(['inspect', input, ...options, '--roi', file, '--json']);
    expect(first.code).toBe(0);
    const [record] = recordsOf(first.stdout);
    expect(record).toMatchObject({ status: 'done', area: { share: expect.closeTo(0.5, 1) } });
    await writeFile(file, JSON.stringify(area(80)));
    expect((await runCli(['inspect', input, ...options, '--roi', file])).code).toBe(0);
    const { runs } = await stored(workspace);
    expect(runs).toHaveLength(2);

    await writeFile(file, JSON.stringify(area(0)));
    const empty = await runCli(['inspect', input, ...options, '--roi', file]);
    expect(empty.code).toBe(2);
    expect(empty.stderr).toContain('leaves nothing to look at');
    await writeFile(file, '{"width": 0}');
    const broken = await runCli(['inspect', input, ...options, '--roi', file]);
    expect(broken.code).toBe(2);
    expect(broken.stderr).toContain('is no region of interest: width');
  });

  it('prints one JSON object per image, whose artifacts are where it says', async () => {
    const { input, options } = await setUp();
    await writePictures(input, ['a.png', 'sub/b.png', 'sub/c.png']);
    const { code, stdout, stderr } = await runProgram(['inspect', input, '--json', ...options]);
    expect(stderr).toContain('3 of 3 images inspected');
    expect(code).toBe(0);
    const records = jsonLines(stdout).map((line) => doneSchema.parse(line));
    expect(records.map(({ path }) => path).sort()).toEqual(
      ['a.png', 'sub/b.png', 'sub/c.png'].map((name) => join(input, name)),
    );
    for (const { artifacts } of records) {
      for (const { path, sha256 } of Object.values(artifacts)) {
        expect(
          createHash('sha256')
            .update(await readFile(path))
            .digest('hex'),
        ).toBe(sha256);
      }
    }
  });

  it('goes on after images that it cannot read, and says so with exit code 3', async () => {
    const { input, options } = await setUp();
    await writePictures(input, ['a.png', 'z.png']);
    await writeFile(join(input, 'empty.png'), '');
    await writeFile(join(input, 'text.png'), 'no image');
    await writeFile(join(input, 'cut.png'), (await readFile(join(input, 'a.png'))).subarray(0, 300));
    const { code, stdout } = await runProgram([
      'inspect',
      input,
      join(input, 'nowhere.png'),
      '--json',
      ...options,
    ]);
    expect(code).toBe(3);
    const outcome = recordsOf(stdout).map((record) => [
      basename(record.path),
      record.status === 'failed' ? record.error.code : record.status,
    ]);
    expect(Object.fromEntries(outcome)).toEqual({
      'a.png': 'done',
      'z.png': 'done',
      'empty.png': 'image-unreadable',
      'text.png': 'image-unreadable',
      'cut.png': 'image-unreadable',
      'nowhere.png': 'image-not-found',
    });
    expect(outcome).toHaveLength(6);
  });

  it('inspects each page of a file, with the verdict that its picture has alone', async () => {
    const { input, options } = await setUp();
    const picture = (seed: number) => {
      const grain = noise(48 * 32, seed);
      return {
        width: 48,
        height: 32,
        data: Uint8Array.from({ length: 48 * 32 * 3 }, (_, i) => 128 + 100 * grain[Math.floor(i / 3)]!),
      };
    };
    const pictures = [picture(1), picture(2)];
    await writeFile(join(input, 'stack.tif'), await multiPage('tiff', pictures));
    for (const [i, one] of pictures.entries()) {
      await writeFile(join(input, `${i + 1}.png`), await encodeRgb(one, { format: 'png' }));
    }
    const { code, stdout, stderr } = await runCli(['inspect', input, '--json', ...options]);
    expect(code).toBe(0);
    expect(stderr).toContain('4 of 4 images inspected');
    const records = jsonLines(stdout).map((line) => doneSchema.parse(line));
    const scoreOf = (name: string, page: number) =>
      records.find((record) => basename(record.path) === name && record.page === page)!.score;
    for (const page of [1, 2]) expect(scoreOf('stack.tif', page)).toBe(scoreOf(`${page}.png`, 1));
    expect(scoreOf('stack.tif', 1)).not.toBe(scoreOf('stack.tif', 2));
    const pages = records.map((record) => `${basename(record.path)} ${record.page}/${record.pages}`);
    expect(pages.sort()).toEqual(['1.png 1/1', '2.png 1/1', 'stack.tif 1/2', 'stack.tif 2/2']);
    const human = await runCli(['inspect', join(input, 'stack.tif'), ...options]);
    // Neighbouring images overlap: they end in any order.
    const lines = human.stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.slice(line.indexOf('stack.tif')));
    expect(lines.sort()).toEqual(['stack.tif · page 1 of 2', 'stack.tif · page 2 of 2']);
  });

  it('counts and names the pictures that it does not read', async () => {
    const { input, options } = await setUp();
    await writePictures(input, ['a.png']);
    await writeFile(join(input, 'b.JFIF'), await readFile(join(input, 'a.png')));
    const unread = ['c.heic', 'd.HEIC', 'e.pgm'];
    for (const name of [...unread, 'notes.txt']) await writeFile(join(input, name), name);
    await writePictures(input, ['ground_truth/cut/1_mask.png']);
    const json = await runCli(['inspect', input, '--json', ...options]);
    expect(json.code).toBe(0);
    const status = recordsOf(json.stdout).map(({ path, status }) => [basename(path), status]);
    expect(Object.fromEntries(status)).toEqual({
      'a.png': 'done',
      'b.JFIF': 'done',
      'c.heic': 'passed-over',
      'd.HEIC': 'passed-over',
      'e.pgm': 'passed-over',
    });
    expect(json.stderr).toContain('3 pictures passed over, of kinds that are not read: 2 × .heic, 1 × .pgm');
    expect(json.stderr).toContain(`Folder ${join(input, 'ground_truth')}: masks`);
    expect(json.stderr).toMatch(/2 of 2 images inspected in .*\nNot among them: 3 pictures passed over/);
    for (const name of ['a.png', 'b.JFIF']) await rm(join(input, name));
    const none = await runCli(['inspect', input, ...options]);
    expect(none.code).toBe(2);
    expect(none.stderr).toContain('Pictures there that are not read: 2 × .heic, 1 × .pgm');
  });

  it.skipIf(process.platform === 'win32')('keeps what it knows while a share is away', async () => {
    const { folder, input, workspace, options } = await setUp();
    const share = join(folder, 'share');
    await writePictures(share, ['a.png', 'b.png']);
    for (const name of ['a.png', 'b.png']) await symlink(join(share, name), join(input, name));
    expect((await runCli(['inspect', input, ...options])).code).toBe(0);
    const before = await stored(workspace);
    await rename(share, join(folder, 'away'));
    const offline = await runCli(['inspect', input, ...options]);
    expect(offline.code).toBe(1);
    expect(offline.stderr).toContain('0 new, 2 could not be read');
    expect(offline.stderr).toContain('None of the 2 images of batch 1 can be read now');
    expect(await stored(workspace)).toEqual(before);
    expect(before.results.map(({ image }) => image.contentHash)).not.toContain(null);
  });

  it('reports a folder that cannot be opened and inspects the rest', async () => {
    const { folder, input, options } = await setUp();
    await writePictures(input, ['a.png']);
    const closed = join(folder, 'closed');
    // Permissions don't stop root; a link to itself stops everybody.
    if (process.geteuid?.() === 0) await symlink(closed, closed);
    else await mkdir(closed, { mode: 0o000 });
    const { code, stdout } = await runCli(['inspect', closed, input, '--json', ...options]);
    if (process.geteuid?.() !== 0) await chmod(closed, 0o700);
    expect(code).toBe(3);
    expect(recordsOf(stdout)).toMatchObject([
      { path: closed, status: 'failed', error: { code: 'image-unreadable' } },
      { path: join(input, 'a.png'), status: 'done' },
    ]);
  });

  it.skipIf(process.platform === 'win32')('takes file names as data, whatever is in them', async () => {
    const { input, options } = await setUp();
    const hostile = [
      '-rf.png',
      'a\nb.png',
      '"q\' $(x) `y`.png',
      '\x1b[2J\x1b]0;t\x07.png',
      '%2e%2e%2f.png',
      '画像 🔩.png',
    ];
    await writePictures(input, hostile);
    const json = await runCli(['inspect', input, '--json', ...options]);
    expect(json.code).toBe(0);
    const paths = recordsOf(json.stdout).map(({ path }) => path);
    expect(paths.sort()).toEqual(hostile.map((name) => join(input, name)).sort());
    const human = await runCli(['inspect', input, ...options]);
    expect(human.stdout.trimEnd().split('\n')).toHaveLength(hostile.length);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(human.stdout + human.stderr).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f]/);
  });

  it('goes on after kill -9 with the same command and repeats no image', async () => {
    const { input, workspace, options } = await setUp();
    const all = names(20);
    await writePictures(input, all);
    const args = ['inspect', input, '--json', ...options];
    const killed = startCli(args);
    let printed = '';
    await new Promise<void>((resolve) => {
      killed.stdout.on('data', (chunk) => {
        printed += chunk;
        if (printed.split('\n').length > 4) killed.kill('SIGKILL');
      });
      killed.on('close', () => resolve());
    });
    const before = await stored(workspace);
    expect(before.results.length).toBeGreaterThanOrEqual(4);
    expect(before.results.length).toBeLessThan(20);

    const { code, stdout, stderr } = await runCli(args);
    expect(stderr).toContain('Going on with the unfinished run');
    expect(code).toBe(0);
    expect(
      recordsOf(stdout)
        .map(({ path }) => basename(path))
        .sort(),
    ).toEqual([...all].sort());
    const after = await stored(workspace);
    expect(after.runs).toHaveLength(1);
    expect(after.results).toHaveLength(20);
    for (const { id, finishedAt } of before.results) {
      expect(after.results.find((result) => result.id === id)).toMatchObject({ finishedAt });
    }
  });

  it('leaves a note of an import that was interrupted, until the same command has imported the rest', async () => {
    const { folder, input, workspace: workspaceFolder, options } = await setUp();
    for (let i = 0; i < 200; i++) await writeFile(join(input, `${i}.png`), `no image ${i}`);
    // A file of holes: reading it would take most of an hour.
    const large = join(input, 'sub', 'large.png');
    await mkdir(dirname(large));
    await writeFile(large, '');
    await truncate(large, 1024 ** 4);
    const args = ['inspect', 'input', ...options];
    const child = startCli(args, folder);
    const closed = new Promise((resolve) => child.on('close', resolve));
    // Refused as long as it is being made.
    const workspace = await vi.waitFor(() => openWorkspace(workspaceFolder), PATIENCE);
    onTestFinished(() => workspace.close());
    const images = async () =>
      (await listBatchSummaries(workspace, { search: '', show: 'current' }))[0]?.images;
    await expect.poll(images).toBe(200);
    // Another program sees that it is at work.
    expect(await stoppedImports(workspace)).toEqual(new Map());
    child.kill('SIGKILL');
    await closed;
    const [batch] = await listBatches(workspace);
    expect(await stoppedImports(workspace)).toEqual(
      new Map([[batch!.id, expect.objectContaining({ paths: [input], more: 0 })]]),
    );
    await writeFile(large, 'small by now');
    expect((await runCli(args, folder)).code).toBe(3);
    expect(await images()).toBe(201);
    expect(await stoppedImports(workspace)).toEqual(new Map());
  });

  it.skipIf(process.platform === 'win32')('stops in good order on Ctrl-C', async () => {
    const { input, workspace, options } = await setUp();
    await writePictures(input, names(20));
    const child = startCli(['inspect', input, ...options]);
    let said = '';
    child.stderr.on('data', (chunk) => {
      said += chunk;
    });
    child.stdout.once('data', () => child.kill('SIGINT'));
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(code).toBe(130);
    expect(said).toContain('the same command goes on from here');
    const { runs, results } = await stored(workspace);
    expect(runs[0]).toMatchObject({ status: 'interrupted' });
    expect(results.length).toBeLessThan(20);
  });

  it('starts a new run when the last one was finished, when asked to, or when files came in', async () => {
    const { input, workspace, options } = await setUp();
    await writePictures(input, names(2));
    expect((await runCli(['inspect', input, ...options])).code).toBe(0);
    expect((await runCli(['inspect', input, ...options])).code).toBe(0);
    const twice = await stored(workspace);
    expect([twice.batches.length, twice.runs.length]).toEqual([1, 2]);
    await writePictures(input, names(3));
    expect((await runCli(['inspect', input, ...options])).stderr).toContain('3 of 3 images inspected');
    // What is gone from the inputs is not asked for: a batch without it.
    await rm(join(input, 'part1.png'));
    expect((await runCli(['inspect', input, ...options])).stderr).toContain('2 of 2 images inspected');
    expect((await stored(workspace)).batches).toHaveLength(2);
  });

  it('uses the recipe and the object name that it is given', async () => {
    const { folder, input, workspace, options } = await setUp();
    await writePictures(input, names(1));
    const recipe = join(folder, 'recipe.json');
    await writeFile(recipe, JSON.stringify({ ...TINY_RECIPE, name: 'own', warn: 0, reject: 0 }));
    const { code, stdout, stderr } = await runCli([
      ...['inspect', input, '--recipe', recipe, '--object', 'plate', '--name', 'lot 7', '--json'],
      ...options,
    ]);
    expect(code).toBe(0);
    expect(stderr).toContain('Recipe: own, object "plate"');
    expect(recordsOf(stdout)[0]).toMatchObject({ verdict: 'reject' });
    expect((await stored(workspace)).batches[0]).toMatchObject({ name: 'lot 7', objectName: 'plate' });
  });

  it('says of every image, and at the end, what puts a verdict in doubt', async () => {
    const { folder, input, options } = await setUp();
    await writePictures(input, names(2));
    const recipe = join(folder, 'recipe.json');
    await writeFile(recipe, JSON.stringify({ ...TINY_RECIPE, minRegionArea: 0.000001 }));
    const args = ['inspect', input, '--recipe', recipe, ...options];
    const json = await runCli([...args, '--json']);
    // The pictures are 48 × 32: 1024 × 683 in the frame, a millionth of which is 0.70 pixels.
    for (const record of recordsOf(json.stdout)) {
      expect(doneSchema.parse(record).notices).toContainEqual({
        code: 'defect-below-scale',
        modelPixels: 0.7,
        level: 'warning',
        text: { en: expect.stringContaining('0.7 pixels'), 'zh-CN': expect.stringContaining('0.7 个像素') },
      });
    }
    expect(json.stderr).toMatch(
      /2 images have notices that put their verdict in doubt \(2 × defects too small/,
    );
    const human = await runCli([...args, '--fresh']);
    expect(human.stdout.match(/part\d\.png {2}\(!\) defects too small to see$/gm)).toHaveLength(2);
  });

  it.skipIf(process.platform !== 'linux')('says loudly when the CPU answers for the GPU', async () => {
    const { input, options } = await setUp();
    await writePictures(input, names(1));
    const { code, stdout, stderr } = await runCli([
      'inspect',
      input,
      '--json',
      ...options,
      '--device',
      'cuda',
    ]);
    expect(code).toBe(0);
    const [record] = recordsOf(stdout);
    if (record?.status !== 'done') throw new Error('not inspected');
    expect(record.device.asked).toBe('cuda');
    const fellBack = record.device.running === 'cpu';
    expect(stderr.includes('!!! cuda was asked for, but cpu answers')).toBe(fellBack);
  });
});

describe('inspect of cameras with more than 8 bits', () => {
  /** Verdicts and scores by name of a folder with pictures of one camera. */
  async function inspectedAs(bits: number, extra: readonly string[] = []) {
    const { input, options } = await setUp();
    await writeCameraPictures(input, ['a.png', 'b.png'], bits);
    const { code, stdout, stderr } = await runCli(['inspect', input, '--json', ...options, ...extra]);
    expect(code).toBe(0);
    const records = jsonLines(stdout).map((line) => doneSchema.parse(line));
    return { records: records.sort((a, b) => (a.path < b.path ? -1 : 1)), stderr };
  }

  it('finds in 10- and 12-bit samples in 16-bit files what it finds in the 8-bit file, and says how', async () => {
    const usual = await inspectedAs(8, ['--range', '0-4095']);
    expect(usual.stderr).toContain('--range says nothing here');
    expect(usual.stderr).not.toContain('Sample values');
    expect(usual.records.flatMap(({ notices }) => notices.map(({ code }) => code))).not.toContain(
      'sample-range',
    );
    for (const bits of [10, 12]) {
      const { records, stderr } = await inspectedAs(bits);
      for (const [i, { score, verdict, notices }] of records.entries()) {
        expect(Math.abs(score - usual.records[i]!.score)).toBeLessThan(0.01);
        expect(verdict).toBe(usual.records[i]!.verdict);
        const range = { low: 0, high: 2 ** bits - 1, kind: 'integer', source: 'batch' };
        expect(notices).toContainEqual(expect.objectContaining({ code: 'sample-range', ...range }));
        expect(notices.map(({ code }) => code)).not.toContain('nearly-black');
      }
      expect(stderr).toContain(
        `Sample values 0 to ${2 ** bits - 1} (${bits} bits) are black to white (from the first 2 images`,
      );
    }
  });

  it('takes a range that it is given, and says what comes of it', async () => {
    const { input, options, workspace } = await setUp();
    await writeCameraPictures(input, ['a.png'], 10);
    const args = ['inspect', input, ...options];
    const wide = await runCli([...args, '--json', '--range', '0-65535']);
    expect(wide.stderr).toMatch(/Sample values 0 to 65535 \(16 bits\) are black to white \(set by /);
    const [record] = jsonLines(wide.stdout).map((line) => doneSchema.parse(line));
    expect(record!.notices.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['sample-range', 'nearly-black']),
    );
    expect(wide.stderr).toContain('1 × nearly black');
    expect((await stored(workspace)).runs[0]!.sampleRanges.integer).toEqual({ low: 0, high: 65_535 });
  });

  it('does not go on with an unfinished run when the range is another by now', async () => {
    const { input, options, workspace } = await setUp();
    await writeCameraPictures(input, ['a.png'], 10);
    await writeFile(join(input, 'broken.png'), 'no image');
    const args = ['inspect', input, ...options];
    expect((await runCli(args)).code).toBe(3);
    const { stderr } = await runCli([...args, '--range', '0-4095']);
    expect(stderr).toContain('other sample values than in the unfinished run: a new run starts');
    const { runs } = await stored(workspace);
    expect(runs.map(({ sampleRanges }) => sampleRanges.integer?.high)).toEqual([4095, 1023]);
  });
});
