import { fileURLToPath } from 'node:url';
import { afterEach, expect, it, vi } from 'vitest';
import { utilityProcessHost } from '../../src-main/app/utility-process-host.ts';
import type { HostedProcess, ProcessExit } from '../../src-main/inference/process-host.ts';
import { until } from '../until.ts';

vi.mock('electron', () => import('./electron-double.ts'));

const log = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
const started: HostedProcess[] = [];
afterEach(() => {
  for (const process of started.splice(0)) process.kill();
});

function start(env: NodeJS.ProcessEnv = process.env) {
  const child = utilityProcessHost(
    fileURLToPath(new URL('./utility-child.mjs', import.meta.url)),
    log,
    env,
  ).spawn();
  started.push(child);
  const messages: unknown[] = [];
  child.onMessage((message) => messages.push(message));
  const ended = new Promise<ProcessExit>((resolve) => child.onExit(resolve));
  return { child, messages, ended };
}

it('carries messages both ways, typed arrays unchanged, also those sent at once', async () => {
  const { child, messages } = start();
  const data = { id: 1, values: Float32Array.of(0.5, -1) };
  child.send(data);
  await until(() => messages.length === 1);
  expect(messages).toEqual([data]);
  expect(child.pid).toBeGreaterThan(0);
});

it('gives the process nothing private', async () => {
  const { child, messages } = start({ ...process.env, NPM_TOKEN: 'secret', NODE_OPTIONS: '' });
  child.send('environment');
  await until(() => messages.length === 1);
  expect(messages[0]).toMatchObject({ PATH: process.env.PATH, MALLOC_ARENA_MAX: '2' });
  expect(messages[0]).not.toHaveProperty('NPM_TOKEN');
  expect(messages[0]).not.toHaveProperty('NODE_OPTIONS');
});

it('tells how it ended, with its last words, which stand in the log too', async () => {
  const { child, ended } = start();
  child.send('die');
  expect(await ended).toEqual({ code: 7, signal: null });
  expect(child.stderrTail()).toBe('Error: the driver is broken');
  expect(log.info).toHaveBeenCalledWith('inference: Error: the driver is broken');
  child.send('into the void');
  child.kill();
});

it('ends a process that hangs and heeds no signal', async () => {
  const { child, messages, ended } = start();
  child.send('hang');
  await until(() => messages.length === 1);
  await until(() => child.stderrTail().includes('for ever'));
  child.kill();
  expect((await ended).code).not.toBe(0);
});
