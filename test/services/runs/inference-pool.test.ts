import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { InferenceClient } from '../../../src-main/inference/inference-client.ts';
import { InferencePool } from '../../../src-main/services/runs/inference-pool.ts';
import { ClipSamError } from '../../../src-shared/errors.ts';
import { temporaryFolder } from '../../store/fixtures.ts';

const LITE = fileURLToPath(new URL('../../../models/lite/pack.json', import.meta.url));

/** A pool over two packs that opens nothing real, and what it did. */
async function poolOfTwo(fail?: () => ClipSamError | undefined) {
  const packsRoot = await temporaryFolder();
  const lite = JSON.parse(await readFile(LITE, 'utf8'));
  for (const id of ['one', 'two']) {
    await mkdir(join(packsRoot, id));
    const pack = { ...lite, id, defaultRecipe: { ...lite.defaultRecipe, pack: id } };
    await writeFile(join(packsRoot, id, 'pack.json'), JSON.stringify(pack));
  }
  const did: string[] = [];
  const pool = new InferencePool({
    device: 'cpu',
    packsRoot,
    open: async ({ packFolder }) => {
      const id = basename(packFolder);
      did.push(`open ${id}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      const error = fail?.();
      if (error) throw error;
      return { close: async () => void did.push(`close ${id}`) } as unknown as InferenceClient;
    },
  });
  return { pool, did, packsRoot };
}

test('users of a pack share its process', async () => {
  const { pool, did } = await poolOfTwo();
  const [a, b] = await Promise.all([pool.acquire('one'), pool.acquire('one')]);
  expect(a.inference).toBe(b.inference);
  a.release();
  a.release();
  expect(pool.isUsed).toBe(true);
  b.release();
  expect(pool.isUsed).toBe(false);
  expect((await pool.acquire('one')).inference).toBe(a.inference);
  expect(did).toEqual(['open one']);
});

test('a running process is used without a look at its pack’s files', async () => {
  const { pool, packsRoot } = await poolOfTwo();
  const { inference, release } = await pool.acquire('one');
  release();
  await rm(join(packsRoot, 'one'), { recursive: true });
  expect((await pool.acquire('one')).inference).toBe(inference);
});

test('a process that nobody uses gives way to another pack’s; one in use stays', async () => {
  const { pool, did } = await poolOfTwo();
  const one = await pool.acquire('one');
  const two = await pool.acquire('two');
  expect(did).toEqual(['open one', 'open two']);
  two.release();
  one.release();
  await pool.acquire('one');
  await pool.acquire('two');
  expect(did).toEqual(['open one', 'open two']);
  const other = await poolOfTwo();
  (await other.pool.acquire('one')).release();
  await other.pool.acquire('two');
  await expect.poll(() => other.did.toSorted()).toEqual(['close one', 'open one', 'open two']);
});

test('a failed start is told to all who waited, and tried again by the next', async () => {
  let error: ClipSamError | undefined = new ClipSamError('device-unavailable', 'No such device.');
  const { pool, did } = await poolOfTwo(() => error);
  const waiting = await Promise.allSettled([pool.acquire('one'), pool.acquire('one')]);
  expect(waiting).toMatchObject([{ reason: error }, { reason: error }]);
  expect(pool.status).toMatchObject({ state: 'failed', error: { code: 'device-unavailable' } });
  expect(pool.isUsed).toBe(false);
  error = undefined;
  await pool.acquire('one');
  expect(did).toEqual(['open one', 'open one']);
});

test('only packs among the others are opened, and none after the end', async () => {
  const { pool, packsRoot, did } = await poolOfTwo();
  for (const id of [join(packsRoot, 'one'), '../one', './one', 'three', '']) {
    await expect(pool.acquire(id)).rejects.toMatchObject({ code: 'pack-not-found' });
  }
  await pool.acquire('one');
  await pool.close();
  await expect(pool.acquire('one')).rejects.toMatchObject({ code: 'cancelled' });
  expect(did).toEqual(['open one', 'close one']);
});
