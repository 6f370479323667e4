import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openInference } from '../../src-main/inference/inference-client.ts';
import type { ToChild } from '../../src-main/inference/inference-protocol.ts';
import { type PackExaminer, packExaminer } from '../../src-main/inference/pack-examiner.ts';
import { verifyPack } from '../../src-main/inference/pack-loader.ts';
import { forkHost, type HostedProcess, type ProcessHost } from '../../src-main/inference/process-host.ts';
import { checkLanguage } from '../../src-main/inference/recipe-language.ts';
import { tempFolder } from '../temp-folder.ts';
import { ENDLESS_WORD, emptyNodes, endlessTokenizer, replaceFile } from './hostile-pack.ts';
import { TINY_RECIPE, writeTinyPack } from './tiny-pack.ts';

/** The real host, which remembers what it started. */
function watchedHost() {
  const started: HostedProcess[] = [];
  const real = forkHost();
  const host: ProcessHost = {
    spawn() {
      const child = real.spawn();
      started.push(child);
      return child;
    },
  };
  const alive = () =>
    started.filter(({ pid }) => {
      try {
        return process.kill(pid!, 0);
      } catch {
        return false;
      }
    });
  return { host, started, alive };
}

/** A process that nothing is started for: `behave` is called with its first message. */
function fakeHost(
  behave: (child: { say(message: unknown): void; end(signal: string | null, words: string): void }) => void,
) {
  const asked: ToChild[] = [];
  const host: ProcessHost = {
    spawn() {
      const listeners: ((message: unknown) => void)[] = [];
      const onExit: ((exit: { code: number | null; signal: string | null }) => void)[] = [];
      let stderrTail = '';
      const end = (signal: string | null, words: string) => {
        stderrTail = words;
        for (const tell of onExit) tell({ code: signal === null ? 134 : null, signal });
      };
      const say = (message: unknown) => {
        for (const tell of listeners) tell(message);
      };
      return {
        pid: 1,
        stderrTail: () => stderrTail,
        send(message) {
          asked.push(message as ToChild);
          queueMicrotask(() => behave({ say, end }));
        },
        onMessage: (listener) => void listeners.push(listener),
        onExit: (listener) => void onExit.push(listener),
        kill: () => queueMicrotask(() => end('SIGKILL', '')),
      };
    },
  };
  return { host, asked };
}

async function tinyPack(): Promise<string> {
  const folder = join(await tempFolder(), 'tiny');
  await writeTinyPack(folder);
  return folder;
}

const verified = (folder: string, examiner: PackExaminer) => verifyPack(folder, {}, examiner);

describe('examining a pack in a process of its own', () => {
  it('finds a sound one sound, and leaves no process behind', async () => {
    const { host, started, alive } = watchedHost();
    const examiner = packExaminer({ host });
    const folder = await tinyPack();
    expect((await verified(folder, examiner)).error).toBeUndefined();
    await checkLanguage(folder, TINY_RECIPE, examiner);
    expect(started).toHaveLength(2);
    expect(alive()).toEqual([]);
  });

  it('hands on what is wrong with a file, with its details', async () => {
    const folder = await tinyPack();
    await replaceFile(folder, 'head', 'no weights');
    expect((await verified(folder, packExaminer())).error).toMatchObject({
      code: 'model-file-invalid',
      message: expect.stringContaining('head is not a valid safetensors file'),
    });
    const recipe = { ...TINY_RECIPE, object: 'sprocket' };
    await expect(checkLanguage(folder, recipe, packExaminer())).rejects.toMatchObject({
      code: 'recipe-invalid',
      details: { case: 'word-unknown' },
    });
  });

  it('refuses a model of empty nodes that fills the memory', async () => {
    const folder = await tinyPack();
    await replaceFile(folder, 'vision', emptyNodes(400_000));
    const { host, alive } = watchedHost();
    const check = await verified(folder, packExaminer({ host, limits: { memoryMb: 24 } }));
    expect(check.error).toMatchObject({
      code: 'pack-invalid',
      message: expect.stringContaining("can't be examined within 24 MB of memory"),
      details: { case: 'pack-too-heavy', pack: 'tiny', megabytes: 24 },
    });
    expect(check.files.every(({ status }) => status === 'ok')).toBe(true);
    expect(alive()).toEqual([]);
  });

  it('refuses a tokeniser that never ends, and names it', async () => {
    const folder = await tinyPack();
    await replaceFile(folder, 'tokenizer', endlessTokenizer);
    const { host, alive } = watchedHost();
    const examiner = packExaminer({ host, limits: { wordsSeconds: 1 } });
    await expect(
      checkLanguage(folder, { ...TINY_RECIPE, object: ENDLESS_WORD }, examiner),
    ).rejects.toMatchObject({
      code: 'pack-invalid',
      message: expect.stringContaining('The tokeniser of the model pack tiny ("tokenizer") can\'t read'),
      details: { case: 'words-too-slow', pack: 'tiny', file: 'tokenizer', seconds: 1 },
    });
    expect(alive()).toEqual([]);
  });
});

describe('the process that examines', () => {
  it('is ended when the examination is cancelled', async () => {
    const folder = await tinyPack();
    const abort = new AbortController();
    const { host } = fakeHost(() => abort.abort());
    const paths = new Map([['card', join(folder, 'card.md')]]);
    const contents = { pack: await writeTinyPack(folder), folder, paths };
    await expect(packExaminer({ host }).contents(contents, abort.signal)).rejects.toMatchObject({
      code: 'cancelled',
    });
  });

  it.each<[string, Parameters<typeof fakeHost>[0], object]>([
    [
      'says that it has grown too large',
      ({ say }) => say({ kind: 'heartbeat', rssBytes: 2 ** 33 }),
      { code: 'pack-invalid', details: { case: 'pack-too-heavy' } },
    ],
    [
      "is ended by the system's own end of memory",
      ({ end }) => end('SIGKILL', ''),
      { code: 'pack-invalid', details: { case: 'pack-too-heavy' } },
    ],
    [
      "ends with V8's",
      ({ end }) =>
        end(null, 'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory'),
      { code: 'pack-invalid', details: { case: 'pack-too-heavy' } },
    ],
    [
      'crashes',
      ({ end }) => end('SIGSEGV', ''),
      { code: 'pack-invalid', message: expect.stringContaining('was ended by SIGSEGV') },
    ],
    [
      'is not heard of in time',
      () => {},
      { code: 'pack-invalid', details: { case: 'pack-too-slow', pack: 'tiny', seconds: 0.05 } },
    ],
  ])('and %s refuses the pack', async (_name, behave, error) => {
    const { host } = fakeHost(behave);
    const examiner = packExaminer({ host, limits: { contentsSeconds: 0.05 } });
    expect((await verified(await tinyPack(), examiner)).error).toMatchObject(error);
  });

  it('that cannot be started is said', async () => {
    const host: ProcessHost = {
      spawn() {
        throw new Error('spawn ENOMEM');
      },
    };
    expect((await verified(await tinyPack(), packExaminer({ host }))).error).toMatchObject({
      code: 'pack-invalid',
      message: expect.stringContaining('could not be started (spawn ENOMEM)'),
    });
  });

  it('is asked once about the same words of the same tokeniser', async () => {
    const folder = await tinyPack();
    const { host, asked } = fakeHost(({ say }) => say({ kind: 'answer', id: 1, result: undefined }));
    const examiner = packExaminer({ host });
    for (let i = 0; i < 3; i++) await checkLanguage(folder, TINY_RECIPE, examiner);
    expect(asked).toHaveLength(1);
    await checkLanguage(folder, { ...TINY_RECIPE, object: 'plate' }, examiner);
    expect(asked).toHaveLength(2);
    await replaceFile(folder, 'tokenizer', endlessTokenizer);
    await checkLanguage(folder, TINY_RECIPE, examiner);
    expect(asked).toHaveLength(3);
  });
});

it('the inference process refuses a pack that fills its memory, and is not started again', async () => {
  const folder = await tinyPack();
  await replaceFile(folder, 'vision', emptyNodes(400_000));
  const { host, started, alive } = watchedHost();
  await expect(openInference({ packFolder: folder, device: 'cpu', host, heapMb: 24 })).rejects.toMatchObject({
    code: 'pack-invalid',
    details: { case: 'pack-too-heavy', megabytes: 24 },
  });
  expect(started).toHaveLength(1);
  expect(alive()).toEqual([]);
});
