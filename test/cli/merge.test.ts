import { once } from 'node:events';
import { cp, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { verifyTrail } from '../../src-main/services/audit/verify-trail.ts';
import { usedArtifacts } from '../../src-main/services/upkeep/unused-artifacts.ts';
import { listBatches } from '../../src-main/store/batches.ts';
import { listImages } from '../../src-main/store/images.ts';
import { openWorkspace } from '../../src-main/store/open-workspace.ts';
import { listResults } from '../../src-main/store/results.ts';
import { listRuns } from '../../src-main/store/runs.ts';
import { checkTotals } from '../../src-main/store/total-checks.ts';
import { shardOf } from '../../src-shared/shard.ts';
import { writeCameraPictures } from '../deep-pictures.ts';
import { multiPage, plain } from '../multi-page.ts';
import { PATIENCE } from '../patience.ts';
import { tempFolder } from '../temp-folder.ts';
import { runCli, runProgram, sharedTinyPack, startCli, writePictures } from './run-cli.ts';

const pack = sharedTinyPack();

/** Pictures in two folders, one of them twice, and a file with two pages. */
async function pictures(): Promise<{ readonly folder: string; readonly input: string }> {
  const folder = await tempFolder();
  const input = join(folder, 'input');
  const names = Array.from({ length: 6 }, (_, i) => (i < 4 ? `part${i + 1}.png` : `more/part${i + 1}.png`));
  await writePictures(input, names);
  await cp(join(input, 'part2.png'), join(input, 'more', 'copy.png'));
  const pages = [plain(48, 32, [200, 90, 20]), plain(48, 32, [20, 90, 200])];
  await writeFile(join(input, 'pages.tif'), await multiPage('tiff', pages));
  return { folder, input };
}

const inspectArguments = (input: string, workspace: string, ...more: string[]) => [
  ...['inspect', input, '--name', 'lot', ...pack.options, '--workspace', workspace],
  ...more,
];

/** What a workspace holds of its only batch, images in their order, without ids and times. */
async function heldBy(folder: string) {
  const workspace = await openWorkspace(folder);
  try {
    const batches = await listBatches(workspace);
    const [batch] = batches;
    const images = await listImages(workspace, batch!.id);
    const runs = await listRuns(workspace, batch!.id);
    const results = runs.length === 0 ? [] : await listResults(workspace, runs[0]!.id, { limit: 1000 });
    return {
      batches,
      runs,
      images: images.map(({ path, page, contentHash }) => ({
        path,
        page: page?.number ?? null,
        contentHash,
      })),
      results: results.map((stored) => {
        if (stored.status === 'failed') return { path: stored.image.path, error: stored.error.code };
        const { timings: _, ...result } = stored.result;
        return { path: stored.image.path, page: stored.image.page?.number ?? null, ...result };
      }),
      artifacts: [...(await usedArtifacts(workspace))].sort(),
    };
  } finally {
    await workspace.close();
  }
}

/** All rows of a database, but for what every opening writes. */
async function allRows(folder: string) {
  const workspace = await openWorkspace(folder);
  try {
    const { db } = workspace;
    return {
      batches: await db.selectFrom('batches').selectAll().execute(),
      images: await db.selectFrom('images').selectAll().execute(),
      runs: await db.selectFrom('runs').selectAll().execute(),
      results: await db.selectFrom('results').selectAll().execute(),
      regions: await db.selectFrom('regions').selectAll().execute(),
      verdicts: await db.selectFrom('verdicts').selectAll().execute(),
      people: await db.selectFrom('people').selectAll().execute(),
      entries: await db.selectFrom('audit_events').selectAll().execute(),
      kept: await db.selectFrom('merged_entries').selectAll().execute(),
      merged: await db.selectFrom('merged_rows').selectAll().execute(),
    };
  } finally {
    await workspace.close();
  }
}

/** The trail is whole, and the running totals are what a full count gives. */
async function expectSound(folder: string): Promise<void> {
  const workspace = await openWorkspace(folder);
  try {
    expect(await verifyTrail(workspace)).toMatchObject({ findings: [], untrustedFrom: null });
    expect(await checkTotals(workspace)).toEqual([]);
  } finally {
    await workspace.close();
  }
}

/** Texts of an export's files by name, without ids and times. */
async function exported(workspace: string, out: string): Promise<Record<string, string>> {
  const args = ['export', '--workspace', workspace, '--format', 'csv,json,coco,masks', '--out', out];
  const { code, stderr } = await runCli(args);
  expect(code, stderr).toBe(0);
  const files: Record<string, string> = {};
  for (const entry of await readdir(out, { recursive: true, withFileTypes: true })) {
    // The manifest says what was exported when, with hashes of the files.
    if (!entry.isFile() || entry.name === 'clipsam-export.json') continue;
    const path = join(entry.parentPath, entry.name);
    const isText = /\.(csv|json)$/.test(entry.name);
    const content = await readFile(path, isText ? 'utf8' : 'base64');
    files[path.slice(out.length)] = isText ? withoutIdsAndTimes(content) : content;
  }
  return files;
}

const ISO = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)?/g;

function withoutIdsAndTimes(text: string): string {
  return (
    text
      .replace(ISO, 'TIME')
      .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(\/\d+)*/g, 'ID')
      // Milliseconds stand behind the size in results.csv.
      .replace(/,48,32,[\d.]+,/g, ',48,32,MS,')
      .replace(/"(id|imageId|batchId|resultId|jobId|image_id)": ?("[^"]*"|\d+)/g, '"$1":ID')
      .replace(/"timings": ?\{[^}]*\}/g, '"timings":{}')
      .replace(/"processingDuration": ?[\d.]+/g, '"processingDuration":0')
  );
}

describe('inspect --shard', () => {
  it('takes every image once, by its content, whatever the file is called', {
    timeout: 20 * PATIENCE,
  }, async () => {
    const { folder, input } = await pictures();
    const taken: string[] = [];
    for (const index of [1, 2]) {
      const workspace = join(folder, `part${index}`);
      const { code, stderr } = await runCli(inspectArguments(input, workspace, '--shard', `${index}/2`));
      expect(code, stderr).toBe(0);
      const { images, batches } = await heldBy(workspace);
      const files = new Set(images.map(({ path }) => path)).size;
      expect(stderr).toContain(`Shard ${index} of 2: takes ${files} of 8 files, leaves ${8 - files}`);
      expect(batches[0]!.shard).toMatchObject({ of: 2, indices: [index], files: 8 });
      for (const { path, contentHash } of images) {
        taken.push(path);
        expect(shardOf(contentHash, 2)).toBe(index);
      }
    }
    // Six pictures, one of them twice, and two pages of one file.
    expect(taken).toHaveLength(9);
    expect(new Set(taken).size).toBe(8);
    const one = join(input, 'part1.png');
    const renamed = join(input, 'more', 'renamed.png');
    const before = await Promise.all([1, 2].map((index) => heldBy(join(folder, `part${index}`))));
    await rename(one, renamed);
    for (const index of [1, 2]) {
      const again = join(folder, `again${index}`);
      await runCli(inspectArguments(input, again, '--shard', `${index}/2`));
      const had = before[index - 1]!.images.some(({ path }) => path === one);
      const { images, batches } = await heldBy(again);
      expect(images.some(({ path }) => path === renamed)).toBe(had);
      expect(batches[0]!.shard!.inputs).toBe(before[0]!.batches[0]!.shard!.inputs);
    }
  });

  it('is refused where it would find something else than all images together', async () => {
    const { folder, input } = await pictures();
    const workspace = join(folder, 'part');
    const crowd = ['--shard', '1/2', '--opinions', 'language,consensus'];
    const refused = await runCli(inspectArguments(input, workspace, ...crowd));
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.stderr).toContain('compared with one another (consensus)');
    const deep = join(folder, 'deep');
    await mkdir(deep);
    await writeCameraPictures(deep, ['1.png', '2.png', '3.png'], 12);
    for (const index of [1, 2]) {
      const part = inspectArguments(deep, join(folder, `deep${index}`), '--shard', `${index}/2`);
      const { images } = await runCli(part).then(() => heldBy(join(folder, `deep${index}`)));
      const { code, stderr } = await runCli(part);
      expect(code, stderr).toBe(images.length > 0 ? 2 : 0);
      expect((await runCli([...part, '--range', '0-4095'])).code).toBe(0);
    }
    const usage = await runCli(inspectArguments(input, workspace, '--shard', '3/2'));
    expect(usage).toMatchObject({ code: 2 });
  });
});

describe('merge', () => {
  it('makes of four programs, one of them killed on the way, what one alone finds', {
    timeout: 60 * PATIENCE,
  }, async () => {
    const { folder, input } = await pictures();
    const all = join(folder, 'all');
    expect((await runCli(inspectArguments(input, all))).code).toBe(0);
    const parts = [1, 2, 3, 4].map((index) => join(folder, `part${index}`));
    const commands = parts.map((part, at) => inspectArguments(input, part, '--shard', `${at + 1}/4`));
    // The first whose shard has several images is killed when one of them is done.
    const { images } = await heldBy(all);
    const counts = parts.map(
      (_, at) => images.filter(({ contentHash }) => shardOf(contentHash, 4) === at + 1).length,
    );
    const victim = counts.indexOf(Math.max(...counts));
    const child = startCli([...commands[victim]!, '--json']);
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'close');
    const others = commands.filter((_, at) => at !== victim);
    const [first, ...later] = others;
    for (const { code, stderr } of await Promise.all([first!, later[0]!].map((args) => runProgram(args)))) {
      expect(code, stderr).toBe(0);
    }
    // Before it goes on, and before the slowest has begun: what is there comes, and is said to be a part.
    const target = join(folder, 'target');
    const early = parts.filter((_, at) => commands[at] !== later[1]);
    const partial = await runCli(['merge', ...early, '--into', target]);
    expect(partial.code, partial.stderr).toBe(0);
    expect(partial.stderr).toMatch(/shards [\d, ]+ of 4: \d+ images, \d+ without a result/);
    expect((await heldBy(target)).runs[0]!.status).toBe('interrupted');
    for (const args of [commands[victim]!, later[1]!]) {
      const { code, stderr } = await runProgram(args);
      expect(code, stderr).toBe(0);
    }
    // The killed one goes on in its own run.
    expect((await heldBy(parts[victim]!)).runs).toHaveLength(1);

    expect((await runCli(['merge', ...parts, '--into', target])).code).toBe(0);
    const merged = join(folder, 'merged');
    const { code, stderr } = await runCli(['merge', ...parts, '--into', merged]);
    expect(code, stderr).toBe(0);
    const [expected, found] = [await heldBy(all), await heldBy(merged)];
    expect(found.batches).toHaveLength(1);
    expect(found.batches[0]!.shard).toBeUndefined();
    expect(found.runs.map(({ status }) => status)).toEqual(['done']);
    expect(found.images).toEqual(expected.images);
    expect(found.results).toEqual(expected.results);
    expect(found.artifacts).toEqual(expected.artifacts);
    expect(await exported(merged, join(folder, 'merged-out'))).toEqual(
      await exported(all, join(folder, 'all-out')),
    );
    // What came in two steps is in another order, and the same.
    const inSteps = await heldBy(target);
    const byPath = (a: { path: string }, b: { path: string }) => a.path.localeCompare(b.path);
    expect(inSteps.results.sort(byPath)).toEqual([...expected.results].sort(byPath));
    await expectSound(merged);
    await expectSound(target);

    const rows = await allRows(merged);
    const again = await runCli(['merge', ...parts, '--into', merged]);
    expect(again.stderr).toContain('Nothing new.');
    expect(await allRows(merged)).toEqual(rows);
  });
});
