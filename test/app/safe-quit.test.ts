import { EventEmitter } from 'node:events';
import type { App } from 'electron';
import { expect, it, vi } from 'vitest';
import { quitSafely } from '../../src-main/app/safe-quit.ts';
import { until } from '../until.ts';

function arrange(options: Partial<Parameters<typeof quitSafely>[0]> = {}) {
  const exit = vi.fn();
  const app = Object.assign(new EventEmitter(), { exit });
  const log = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const given = {
    isBusy: () => false,
    confirm: vi.fn(async () => true),
    close: vi.fn(async () => {}),
    ...options,
  };
  const quitNow = quitSafely({ app: app as unknown as App, log, ...given });
  const quit = () => {
    const event = { preventDefault: vi.fn() };
    app.emit('before-quit', event);
    expect(event.preventDefault).toHaveBeenCalledOnce();
  };
  return { exit, log, quit, quitNow, ...given };
}

it('closes everything before it exits, once', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { exit, quit, close, confirm } = arrange({ close: vi.fn(() => promise) });
  quit();
  quit();
  await new Promise(setImmediate);
  expect(exit).not.toHaveBeenCalled();
  resolve();
  await until(() => exit.mock.calls.length > 0);
  expect(close).toHaveBeenCalledOnce();
  expect(confirm).not.toHaveBeenCalled();
  expect(exit).toHaveBeenCalledExactlyOnceWith(0);
});

it('asks once when something is at work, and stays when that is not meant', async () => {
  const confirm = vi.fn(async () => false);
  const { quit, close } = arrange({ isBusy: () => true, confirm });
  quit();
  quit();
  await new Promise(setImmediate);
  expect(confirm).toHaveBeenCalledOnce();
  expect(close).not.toHaveBeenCalled();
  quit();
  expect(confirm).toHaveBeenCalledTimes(2);
});

it('does not ask when the system shuts down', async () => {
  const { exit, quitNow, confirm, close } = arrange({ isBusy: () => true });
  await quitNow();
  expect(confirm).not.toHaveBeenCalled();
  expect(close).toHaveBeenCalledOnce();
  expect(exit).toHaveBeenCalledWith(0);
});

it('exits when closing hangs or fails, and says so in the log', async () => {
  const hanging = arrange({ close: () => new Promise(() => {}), patience: 30 });
  hanging.quit();
  await until(() => hanging.exit.mock.calls.length > 0);
  expect(hanging.log.warn).toHaveBeenCalledWith(expect.stringContaining('30 ms'));
  const failure = new Error('disk full');
  const failing = arrange({ close: () => Promise.reject(failure) });
  failing.quit();
  await until(() => failing.exit.mock.calls.length > 0);
  expect(failing.log.error).toHaveBeenCalledWith(expect.any(String), failure);
});
