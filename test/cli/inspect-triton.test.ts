import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { exportRepository } from '../../src-main/services/model-repository/export-repository.ts';
import { nearExaminer } from '../inference/near-examiner.ts';
import { hasTriton, startTriton } from '../servers/triton.ts';
import { tempFolder } from '../temp-folder.ts';
import { recordSchema } from './record-schema.ts';
import { jsonLines, runCli } from './run-cli.ts';

const WITH_TRITON = test.skipIf(!hasTriton());

const SAMPLE = fileURLToPath(
  new URL('../../resources/samples/machined_metal/test/scratch/000.jpg', import.meta.url),
);

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

/** Inspects with `lite` in a workspace of its own. */
async function inspectSample(device: string, workspace: string) {
  const args = ['inspect', SAMPLE, '--device', device, '--json', '--workspace', workspace];
  const { code, stdout, stderr } = await runCli(args);
  expect(code, stderr).toBe(0);
  const record = recordsOf(stdout)[0]!;
  if (record.status !== 'done') throw new TypeError('the sample was not inspected');
  return record;
}

WITH_TRITON('a sample on a real Triton has the maps of this machine, bit for bit', async () => {
  const folder = await tempFolder();
  await exportRepository('lite', join(folder, 'full'), { ...OPTIONS, half: false });
  const here = await inspectSample('cpu', join(folder, 'here'));
  const full = await startTriton([join(folder, 'full')]);
  const there = await inspectSample(`grpc://${full.grpc}`, join(folder, 'there'));
  for (const map of ['coarseMap', 'finalMap', 'mask'] as const) {
    expect(there.artifacts[map].sha256).toBe(here.artifacts[map].sha256);
  }
  expect([there.score, there.regions]).toEqual([here.score, here.regions]);
  expect(there.device).toMatchObject({
    running: 'server',
    servers: [{ address: `grpc://${full.grpc}`, name: 'triton', version: '2.51.0', isProven: true }],
  });
});
