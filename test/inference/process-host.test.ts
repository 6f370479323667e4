import { describe, expect, it, onTestFinished } from 'vitest';
import type { FromChild, ToChild } from '../../src-main/inference/inference-protocol.ts';
import { forkHost, type ProcessExit, scrubbedEnvironment } from '../../src-main/inference/process-host.ts';
import { until } from '../until.ts';
import { TINY_RECIPE } from './tiny-pack.ts';

it('keeps what libraries and drivers need and nothing private', () => {
  const needed = {
    PATH: '/bin',
    HOME: '/home/a',
    TMPDIR: '/tmp',
    LD_LIBRARY_PATH: '/lib',
    XDG_RUNTIME_DIR: '/run',
    VK_ICD_FILENAMES: 'x.json',
    CUDA_VISIBLE_DEVICES: '0',
  };
  const secret = { AWS_SECRET_ACCESS_KEY: 's', NPM_TOKEN: 't', NODE_OPTIONS: '--inspect', MY_PATH: 'p' };
  expect(scrubbedEnvironment({ ...needed, ...secret })).toEqual(needed);
});

describe('a forked process', () => {
  const start = (packFolder: string) => {
    const child = forkHost(new URL('./fake-process.ts', import.meta.url)).spawn();
    onTestFinished(() => child.kill());
    const messages: FromChild[] = [];
    child.onMessage((message) => messages.push(message as FromChild));
    const ended = new Promise<ProcessExit>((resolve) => child.onExit(resolve));
    const open = { kind: 'open', job: { packFolder, device: 'cpu' } } as const;
    child.send({ kind: 'request', id: 0, request: open } satisfies ToChild);
    const inspect = (path: string) => {
      const job = { path, recipe: TINY_RECIPE, artifactRoot: '' };
      child.send({ kind: 'request', id: 1, request: { kind: 'inspect', job } } satisfies ToChild);
    };
    return { child, messages, ended, inspect };
  };

  it('answers what it is asked, and says that it lives', async () => {
    const { child, messages, inspect } = start('fake');
    inspect('image');
    const kinds = () =>
      new Set(messages.map((message) => ('id' in message ? `${message.kind} ${message.id}` : message.kind)));
    await until(() => kinds().size === 3);
    expect(kinds()).toEqual(new Set(['answer 0', 'answer 1', 'heartbeat']));
    expect(messages).toContainEqual({
      kind: 'answer',
      id: 0,
      result: { device: { asked: 'cpu', running: 'cpu' }, packHash: 'hash' },
    });
    expect(messages).toContainEqual({
      kind: 'answer',
      id: 1,
      result: { contentHash: 'image', pid: child.pid },
    });
  });

  it('tells how it ended, with its last words', async () => {
    const { child, ended } = start('crash-at-start');
    expect(await ended).toEqual({ code: 7, signal: null });
    expect(child.stderrTail()).toBe('Error: the driver is broken');
    child.send('into the void');
    child.kill();
  });

  it('tells the signal that ended it', async () => {
    const { ended, inspect } = start('fake');
    inspect('crash');
    expect(await ended).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('is ended although it heeds nothing', async () => {
    const { child, messages, ended, inspect } = start('fake');
    inspect('freeze');
    await until(() => messages.some(({ kind }) => kind === 'answer'));
    child.kill();
    expect(await ended).toEqual({ code: null, signal: 'SIGKILL' });
    expect(() => process.kill(child.pid!, 0)).toThrow('ESRCH');
  });
});
