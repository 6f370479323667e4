import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { decodeGrey16 } from '../../src-main/codec/image-codec.ts';
import { exportRepository } from '../../src-main/services/model-repository/export-repository.ts';
import { nearExaminer } from '../inference/near-examiner.ts';
import { hasTriton, startTriton } from '../servers/triton.ts';
import { tempFolder } from '../temp-folder.ts';
import { recordSchema } from './record-schema.ts';
import { jsonLines, runCli, startCli } from './run-cli.ts';

const WITH_TRITON = test.skipIf(!hasTriton());

const SAMPLES = fileURLToPath(new URL('../../resources/samples/', import.meta.url));
const SAMPLE = join(SAMPLES, 'machined_metal', 'test', 'scratch', '000.jpg');
const PRODUCTS = ['cable', 'cast_metal', 'fabric', 'machined_metal', 'pcb', 'tablet'];
const TEST_FOLDERS = PRODUCTS.map((name) => join(SAMPLES, name, 'test'));
const MAPS = ['coarseMap', 'finalMap', 'mask'] as const;

const OPTIONS = {
  roots: {},
  examiner: nearExaminer,
  backend: 'python',
  place: 'cpu',
  instances: 1,
  threads: 1,
  batch: 1,
} as const;

const recordsOf = (stdout: string) => jsonLines(stdout).map((line) => recordSchema.parse(line));
type Done = Extract<ReturnType<typeof recordsOf>[number], { status: 'done' }>;

function done(record: ReturnType<typeof recordsOf>[number] | undefined): Done {
  if (record?.status !== 'done') throw new TypeError(`not inspected: ${JSON.stringify(record)}`);
  return record;
}

/** Inspects with `lite` in a workspace of its own. */
async function inspectSample(device: string, workspace: string) {
  const args = ['inspect', SAMPLE, '--device', device, '--json', '--workspace', workspace];
  const { code, stdout, stderr } = await runCli(args);
  expect(code, stderr).toBe(0);
  return done(recordsOf(stdout)[0]);
}

/** The sample, inspected on this machine and on a real Triton. @param half its answers are in half precision */
async function inspectHereAndThere(half: boolean) {
  const folder = await tempFolder();
  const repository = join(folder, 'repository');
  await exportRepository('lite', repository, { ...OPTIONS, half });
  const here = await inspectSample('cpu', join(folder, 'here'));
  const address = `grpc://${(await startTriton([repository])).grpc}`;
  return { here, there: await inspectSample(address, join(folder, 'there')), address };
}

WITH_TRITON('a sample on a real Triton has the maps of this machine, bit for bit', async () => {
  const { here, there, address } = await inspectHereAndThere(false);
  for (const map of MAPS) {
    expect(there.artifacts[map].sha256).toBe(here.artifacts[map].sha256);
  }
  expect([there.score, there.regions]).toEqual([here.score, here.regions]);
  expect(there.device).toMatchObject({
    running: 'server',
    servers: [{ address, name: 'triton', version: '2.51.0', isProven: true }],
  });
});

WITH_TRITON('a Triton that answers in half precision gives maps within a thousandth', async () => {
  const { here, there } = await inspectHereAndThere(true);
  // It really is another precision: not all of it is the same.
  expect(there.artifacts.coarseMap.sha256).not.toBe(here.artifacts.coarseMap.sha256);
  const differences = await Promise.all(
    (['coarseMap', 'finalMap'] as const).map(async (map) => {
      const [one, other] = await Promise.all(
        [here, there].map(({ artifacts }) => levels(artifacts[map].path)),
      );
      expect(other!.length).toBe(one!.length);
      return one!.map((level, i) => Math.abs(level - other![i]!));
    }),
  );
  const beyond = differences.map((levelsOff) => levelsOff.filter((off) => off / 65535 > 1e-3).length);
  // A pixel of SAM's mask that is in or out by a hair may tip over.
  expect(beyond[0]).toBe(0);
  expect(beyond[1]! / differences[1]!.length).toBeLessThanOrEqual(1e-5);
  expect(there.artifacts.mask.sha256).toBe(here.artifacts.mask.sha256);
  expect(Math.abs(there.score - here.score)).toBeLessThanOrEqual(1e-3);
});

WITH_TRITON(
  'a Triton that is killed in mid-run gives way to another, and no result is lost, twice or different',
  async () => {
    const folder = await tempFolder();
    const repository = join(folder, 'full');
    await exportRepository('lite', repository, { ...OPTIONS, half: false });
    const [doomed, other] = [await startTriton([repository]), await startTriton([repository])];
    const inspected = async (device: string, workspace: string, onRecord = (_count: number) => {}) => {
      const args = [
        'inspect',
        ...TEST_FOLDERS,
        '--device',
        device,
        '--json',
        '--workspace',
        join(folder, workspace),
      ];
      const child = startCli(args);
      let said = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
      const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
      const records: Done[] = [];
      for await (const line of createInterface({ input: child.stdout })) {
        records.push(done(recordSchema.parse(JSON.parse(line))));
        onRecord(records.length);
      }
      expect([0, 1], said).toContain(await ended);
      return records.sort((a, b) => (a.path < b.path ? -1 : 1));
    };
    const servers = [doomed, other].map(({ grpc }) => `grpc://${grpc}`);
    const there = await inspected(servers.join(','), 'there', (count) => {
      if (count === 2) void doomed.kill();
    });
    const here = await inspected('cpu', 'here');
    const mapsOf = (records: readonly Done[]) =>
      records.map(({ path, score, artifacts }) => ({
        path,
        score,
        maps: MAPS.map((map) => artifacts[map].sha256),
      }));
    expect(mapsOf(there)).toEqual(mapsOf(here));
    expect(there.length).toBe(12);
    const notices = there.flatMap((record) => record.notices);
    expect(notices).toContainEqual(expect.objectContaining({ code: 'server-gave-way', servers: servers[0] }));
    expect(notices).not.toContainEqual(expect.objectContaining({ code: 'servers-away' }));
  },
);

async function levels(path: string): Promise<Uint16Array> {
  return (await decodeGrey16(await readFile(path))).data;
}
