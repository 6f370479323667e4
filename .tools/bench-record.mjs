// Measures `clipsam sync` with a real PostgreSQL server, on made-up results: node .tools/bench-record.mjs [results]
// The first sync brings everything, the second finds nothing new. Needs Debian's package postgresql.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addMadeUpBatches } from '../src-main/store/made-up-batches.ts';
import { openWorkspace } from '../src-main/store/open-workspace.ts';
import { saveRecipe } from '../src-main/store/recipes.ts';
import { hasPostgres, PostgresServer } from '../test/postgres/postgres-server.ts';
import { recipe, region } from '../test/store/fixtures.ts';

const CLI = fileURLToPath(new URL('../src-main/cli/clipsam.js', import.meta.url));
/** Images of a batch. Filling a batch reads all images before, so there are not too many batches. */
const BATCH = 10_000;
/** Milliseconds between two looks at a process. */
const LOOK = 200;

const results = Number(process.argv[2] ?? 1_000_000);
if (!hasPostgres()) process.exit(0);
const folder = await mkdtemp(join(tmpdir(), 'clipsam-bench-'));
const server = await PostgresServer.make();
try {
  const bytes = await fill(folder);
  const address = await server.database('plant');
  await sync(address, '--prepare');
  const all = { results, workspaceMegabytes: bytes };
  for (const name of ['first', 'again']) {
    for (const [key, value] of Object.entries(await sync(address, '-w', folder)))
      all[`${name}${key}`] = value;
  }
  const [row] = await server.ask(
    address,
    `select pg_database_size(current_database()) as bytes, (select count(*) from clipsam.results) as results,
       (select count(*) from clipsam.regions) as regions, (select count(*) from clipsam.verdicts) as verdicts`,
  );
  Object.assign(all, { recordMegabytes: Math.round(row.bytes / 1e6) });
  console.log(JSON.stringify({ ...all, stored: row }, null, 2));
} finally {
  await server.remove();
  await rm(folder, { recursive: true, force: true });
}

/** @returns megabytes of its database */
async function fill(folder) {
  const workspace = await openWorkspace(folder, { create: true });
  const { hash } = await saveRecipe(workspace, recipe, { inspector: 'bench' });
  const files = [{ contentHash: 'a'.repeat(64), bytes: 1000, width: 64, height: 48 }];
  const regions = [1, 2, 3].map((index) => ({ ...region, index, length: 20, width: 10 }));
  const size = { batches: Math.ceil(results / BATCH), images: Math.min(results, BATCH) };
  await addMadeUpBatches(workspace, hash, { ...size, pictures: { folder: '/line', files, regions } });
  await workspace.close();
  const { size: bytes } = await stat(join(folder, 'workspace.sqlite'));
  return Math.round(bytes / 1e6);
}

/** What a sync took, and its largest resident memory. */
async function sync(...args) {
  const start = performance.now();
  const child = spawn(process.execPath, [CLI, 'sync', ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said = (said + text).slice(-4096);
  });
  let peak = 0;
  let ticks = 0;
  const timer = setInterval(async () => {
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
    peak = Math.max(peak, Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0));
    const stat = await readFile(`/proc/${child.pid}/stat`, 'utf8').catch(() => '');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (stat) ticks = Number(fields[11]) + Number(fields[12]);
  }, LOOK);
  const code = await new Promise((resolve) => child.on('close', resolve));
  clearInterval(timer);
  if (code !== 0) throw new Error(`clipsam sync ended with code ${code}:\n${said}`);
  return {
    Seconds: (performance.now() - start) / 1000,
    ProcessorSeconds: ticks / 100,
    PeakMegabytes: Math.round(peak / 1024),
    Rows: Number(/(\d+) rows written/.exec(said)?.[1] ?? 0),
  };
}
