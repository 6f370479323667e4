import { createHash } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { filesOfShard } from '../../../src-main/services/runs/shard-inputs.ts';
import { shardOf } from '../../../src-shared/shard.ts';
import { tempFolder } from '../../temp-folder.ts';

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

it('every file falls into exactly one shard, by its content, whatever it is called and where it lies', async () => {
  const folder = await tempFolder();
  const paths = new Set<string>();
  for (let i = 0; i < 20; i++) {
    const path = join(folder, `${i}.png`);
    // Some are the same.
    await writeFile(path, `picture ${i % 15}`);
    paths.add(path);
  }
  const gone = join(folder, 'gone.png');
  const inTheWay = join(folder, 'folder.png');
  await mkdir(inTheWay);
  paths.add(gone).add(inTheWay);
  const parts = await Promise.all([1, 2, 3].map((index) => filesOfShard(paths, { index, of: 3 })));
  expect(parts.flatMap(({ files }) => [...files]).sort()).toEqual([...paths].sort());
  for (const [at, { files, shard }] of parts.entries()) {
    expect(shard).toMatchObject({ of: 3, indices: [at + 1], files: 22, inputs: parts[0]!.shard.inputs });
    for (const path of files) {
      if (path === gone || path === inTheWay) expect(at).toBe(0);
      else expect(shardOf(hashOf(`picture ${Number(/(\d+)\.png$/.exec(path)![1]) % 15}`), 3)).toBe(at + 1);
    }
  }
  const [first] = parts[1]!.files;
  const renamed = join(folder, 'renamed.png');
  await rename(first!, renamed);
  paths.delete(first!);
  const again = await filesOfShard(paths.add(renamed), { index: 2, of: 3 });
  expect(again.files.has(renamed)).toBe(true);
  expect(again.shard).toEqual(parts[1]!.shard);
  await writeFile(renamed, 'another content');
  expect((await filesOfShard(paths, { index: 2, of: 3 })).shard.inputs).not.toBe(again.shard.inputs);
});

it('ends when it is cancelled', async () => {
  const folder = await tempFolder();
  await writeFile(join(folder, 'a.png'), 'a');
  const files = new Set([join(folder, 'a.png')]);
  const cancelled = filesOfShard(files, { index: 1, of: 2 }, { signal: AbortSignal.abort() });
  await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
});
