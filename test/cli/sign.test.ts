import { spawn, spawnSync } from 'node:child_process';
import { appendFile, chmod, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { askPin } from '../../src-main/cli/ask-pin.ts';
import { makeReport } from '../../src-main/services/reports/make-report.ts';
import { openWorkspace } from '../../src-main/store/open-workspace.ts';
import { saveRecipe } from '../../src-main/store/recipes.ts';
import type { SignedSubject } from '../../src-shared/signature.ts';
import { inspectedPictures, optionsFor } from '../services/reports/report-workspace.ts';
import { PINS, peopleIn, tamper } from '../services/signatures/signing-fixture.ts';
import { freshWorkspaceFolder, recipe } from '../store/fixtures.ts';
import { jsonLines, runCli } from './run-cli.ts';

const NAME = recipe.name;

/** A workspace with people and two revisions of a recipe, and a PIN file of Eva's. */
async function setUp() {
  const folder = await freshWorkspaceFolder();
  const workspace = await openWorkspace(folder);
  await peopleIn(workspace);
  await saveRecipe(workspace, recipe, { inspector: 'Eva' });
  const { hash } = await saveRecipe(workspace, { ...recipe, warn: 0.01 }, { inspector: 'Eva' });
  await workspace.close();
  const pinFile = join(folder, 'pin');
  await writeFile(pinFile, `${PINS.Eva}\n`, { mode: 0o600 });
  const run = (...args: readonly string[]) => runCli(['sign', ...args, '--workspace', folder]);
  const sign = (...args: readonly string[]) =>
    run('recipe', NAME, '--meaning', 'approved', '--as', 'Eva', '--pin-file', pinFile, ...args);
  return { folder, hash, pinFile, run, sign };
}

describe('clipsam sign', () => {
  test('signs the newest revision or the one that is named, and lists and verifies it', async () => {
    const { hash, run, sign } = await setUp();
    const first = await sign();
    expect(first).toMatchObject({ code: 0, stdout: '' });
    expect(first.stderr).toContain(`recipe ${NAME} revision 2 (${hash.slice(0, 8)}): approved`);
    const { stdout } = await sign('--revision', '1', '--json');
    expect(jsonLines(stdout)).toMatchObject([{ revision: 1, status: 'approved' }]);
    const list = await run('list');
    expect(list.code).toBe(0);
    expect(list.stdout).toMatch(/revision 1 .*: approved\n {2}2 {2}approved by Eva \(engineer\), .*: valid/);
    expect(list.stdout).toMatch(/revision 2 .*: approved\n {2}1 {2}approved by Eva/);
    expect((await run('list', '--waiting-for', 'Rita')).stderr).toContain('Nothing waits.');
    expect(await run('verify')).toMatchObject({
      code: 0,
      stdout: '',
      stderr: expect.stringContaining('2 valid, 0 broken, 0 altered'),
    });
  });

  test('refuses what the same person signed, a record that is not the named one, and what is not there', async () => {
    const { run, sign } = await setUp();
    await sign();
    expect(await sign()).toMatchObject({ code: 75, stderr: expect.stringContaining('already') });
    expect(await sign('--revision', '1', '--record', 'f'.repeat(64))).toMatchObject({
      code: 75,
      stderr: expect.stringContaining('has changed since it was shown'),
    });
    expect(await sign('--revision', '9')).toMatchObject({ code: 2 });
    const report = ['report', 'R-000012', '--meaning', 'approved', '--as', 'Eva'];
    expect(await run(...report)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no report R-000012'),
    });
  });

  test('takes no PIN from an argument, from a file that others may read, or without a terminal', async () => {
    const { pinFile, run, sign } = await setUp();
    expect(await sign('--pin', '1111')).toMatchObject({ code: 2 });
    await chmod(pinFile, 0o644);
    expect(await sign()).toMatchObject({ code: 2, stderr: expect.stringContaining('chmod 600') });
    await chmod(pinFile, 0o600);
    await writeFile(pinFile, '9999\n');
    expect(await sign()).toMatchObject({ code: 1, stderr: expect.stringContaining("not Eva's PIN") });
    expect(await run('recipe', NAME, '--meaning', 'approved', '--as', 'Eva')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--pin-file'),
    });
  });

  test('withdraws with a reason', async () => {
    const { pinFile, run, sign } = await setUp();
    await sign();
    const withdrawal = ['withdraw', '1', '--as', 'Eva', '--pin-file', pinFile];
    expect(await run(...withdrawal)).toMatchObject({ code: 2 });
    expect(await run(...withdrawal, '--reason', 'wrong one')).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('unsigned'),
    });
    expect((await run('list')).stdout).toMatch(/withdrawn; withdrawn by Eva, .*: wrong one/);
  });

  test('verify names what changed under a signature, and a signature that was changed', async () => {
    const { folder, run, sign } = await setUp();
    await sign();
    await sign('--revision', '1');
    const workspace = await openWorkspace(folder);
    await tamper(
      workspace,
      'recipes',
      `update recipes set json = json_set(json, '$.warn', 0.02) where revision = 2`,
    );
    await tamper(workspace, 'signatures', `update signatures set printed_name = 'Rita' where id = 2`);
    await workspace.close();
    const verified = await run('verify');
    expect(verified.code).toBe(3);
    expect(verified.stdout).toContain('recipe.warn: 0.01 → 0.02');
    expect(verified.stdout).toMatch(/2 {2}approved by Rita .*: altered/);
    expect(verified.stderr).toContain('0 valid, 1 broken, 1 altered');
    const { stdout } = await run('verify', '--json');
    expect((jsonLines(stdout) as SignedSubject[]).map(({ status }) => status)).toEqual(['broken', 'broken']);
  });
});

describe('clipsam sign report', () => {
  test('signs the newest revision, and verify names a PDF that was changed or lost', async () => {
    const { folder, pinFile, run } = await setUp();
    const workspace = await openWorkspace(folder);
    const { runId } = await inspectedPictures(workspace, ['a.png', 'b.png']);
    const { report } = await makeReport({ workspace, inspector: 'Eva', options: optionsFor(runId) });
    const pdf = workspace.artifacts.pathOf(report.file);
    await workspace.close();
    const sign = ['report', 'R-000001', '--meaning', 'approved', '--as', 'Eva', '--pin-file', pinFile];
    expect(await run(...sign)).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('report R-000001 revision 1: approved'),
    });
    expect((await run('verify')).code).toBe(0);
    await appendFile(pdf, ' ');
    const damaged = await run('verify');
    expect(damaged).toMatchObject({ code: 3, stderr: expect.stringContaining('1 missing or damaged') });
    expect(damaged.stdout).toContain(`its PDF is damaged: ${pdf}`);
    await rm(pdf);
    const { code, stdout } = await run('verify', '--json');
    expect([code, jsonLines(stdout)]).toEqual([
      3,
      [
        expect.objectContaining({
          status: 'approved',
          files: [{ what: 'PDF', path: pdf, state: 'missing' }],
        }),
      ],
    ]);
  });
});

/** A stream that says it is a terminal. */
const terminal = () => Object.assign(new PassThrough(), { isTTY: true });

describe('the question for a PIN', () => {
  test('takes a line, and shows nothing of it', async () => {
    const [input, output] = [terminal(), new PassThrough()];
    const asked = askPin('PIN: ', input, output);
    input.write('12x\x7f34\r');
    expect(await asked).toBe('1234');
    output.end();
    expect(await text(output)).toBe('PIN: \n');
  });

  test.each(['\x03', null])('ends with Ctrl-C, or the end of the input: %j', async (typed) => {
    const input = terminal();
    const asked = askPin('PIN: ', input, new PassThrough());
    if (typed === null) input.end();
    else input.write(typed);
    await expect(asked).rejects.toMatchObject({ code: 'cancelled' });
  });

  // `script` gives the program a terminal of its own, and shows what it writes there.
  test.skipIf(spawnSync('script', ['--version']).status !== 0)('on a real terminal', async () => {
    const { folder } = await setUp();
    const cli = fileURLToPath(new URL('../../src-main/cli/clipsam.js', import.meta.url));
    const command = `"${process.execPath}" "${cli}" sign recipe "${NAME}" --meaning approved --as Eva -w "${folder}"`;
    const child = spawn('script', ['-qec', command, '/dev/null']);
    let shown = '';
    child.stdout.on('data', (chunk: Buffer) => {
      if (!shown.includes('PIN: ') && `${shown}${chunk}`.includes('PIN: '))
        child.stdin.write(`${PINS.Eva}\r`);
      shown += String(chunk);
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(shown).toContain('Eva signs this as approved. PIN: ');
    expect(shown).not.toContain(PINS.Eva);
    expect(shown).toContain(': approved');
    expect(code).toBe(0);
  });
});
