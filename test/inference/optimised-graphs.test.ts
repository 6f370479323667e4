import { mkdir, readdir, readFile, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../src-main/graph/builder.ts';
import { encodeModel } from '../../src-main/graph/model.ts';
import {
  graphCacheFolder,
  type OpenableModel,
  OptimisedGraphs,
  openableBytes,
} from '../../src-main/inference/optimised-graphs.ts';
import { createSession, type Session, type SessionOptions } from '../../src-main/inference/ort.ts';
import { tempFolder } from '../temp-folder.ts';

const WIDTH = 1100;
const cpu = { device: 'cpu', threads: 1 } as const;

/** A chain of products whose weight takes 5 MB. */
function largeModel(seed: number): Uint8Array {
  const builder = new GraphBuilder();
  const weight = Float32Array.from({ length: WIDTH * WIDTH }, (_, i) => Math.sin(i * 0.37 + seed) / 33);
  const w = builder.initializer('w', weight, [WIDTH, WIDTH]);
  let x = builder.input('x', 'float32', [1, WIDTH]);
  for (let layer = 0; layer < 3; layer++) x = builder.gelu(builder.matmul(x, w));
  builder.output('y', x);
  return encodeModel(builder.build('chain'));
}

let folder: string;
let opened: { readonly from: 'plain' | 'saving' | 'saved'; readonly level: string | undefined }[];
/** What each kind of opening takes on the clock of the test. */
let cost: Record<'plain' | 'saving' | 'saved', number>;
let clock: number;

async function create(model: string | Uint8Array, options: SessionOptions): Promise<Session> {
  const from = typeof model === 'string' ? 'saved' : options.saveTo === undefined ? 'plain' : 'saving';
  opened.push({ from, level: options.level });
  clock += cost[from];
  return createSession(model, options);
}

const cache = (capacity?: number) =>
  new OptimisedGraphs({ folder, create, now: () => clock, ...(capacity !== undefined && { capacity }) });

async function answer(session: Session): Promise<readonly number[]> {
  const data = Float32Array.from({ length: WIDTH }, (_, i) => Math.cos(i));
  const { y } = await session.run({ x: { type: 'float32', dims: [1, WIDTH], data } });
  await session.release();
  return Array.from(y!.data as Float32Array);
}

/** Opens it so many times, each time as a new program would. */
async function openTimes(times: number, source: OpenableModel, capacity?: number): Promise<void> {
  for (let i = 0; i < times; i++) await (await cache(capacity).open(source, cpu)).release();
}

const kinds = () => opened.map(({ from }) => from);

beforeEach(async () => {
  folder = join(await tempFolder(), 'graphs');
  opened = [];
  cost = { plain: 1000, saving: 1200, saved: 100 };
  clock = 0;
});

describe('a model that is opened again and again', () => {
  it('is written the second time and loaded from then on, with exactly the same answers', async () => {
    const source = await openableBytes(largeModel(1));
    const answers: (readonly number[])[] = [];
    for (let i = 0; i < 4; i++) answers.push(await answer(await cache().open(source, cpu)));
    expect(kinds()).toEqual(['plain', 'saving', 'saved', 'saved']);
    expect(opened[2]?.level).toBe('disabled');
    for (const other of answers.slice(1)) expect(other).toEqual(answers[0]);
    const [entry, ...rest] = await readdir(folder);
    expect(rest).toEqual([]);
    expect((await readdir(join(folder, entry!))).sort()).toEqual(['entry.json', 'graph.data', 'graph.onnx']);
  });

  it('goes again for good when loading it is no quicker', async () => {
    cost.saved = 900;
    await openTimes(5, await openableBytes(largeModel(1)));
    expect(kinds()).toEqual(['plain', 'saving', 'saved', 'plain', 'plain']);
    const [entry] = await readdir(folder);
    expect(await readdir(join(folder, entry!))).toEqual(['entry.json']);
  });

  it('has an entry per graph, weights, device and level', async () => {
    const source = await openableBytes(largeModel(1));
    await openTimes(1, source);
    await openTimes(1, await openableBytes(largeModel(2)));
    const weights = [{ sha256: 'f'.repeat(64), bytes: 9 }];
    await openTimes(1, await openableBytes(largeModel(1), weights));
    await (await cache().open(source, { ...cpu, level: 'basic' })).release();
    expect(await readdir(folder)).toHaveLength(4);
    await (await cache().open(source, { device: 'cpu', threads: 2 })).release();
    expect(await readdir(folder)).toHaveLength(4);
  });
});

describe('what is not kept', () => {
  it('are small models, and devices that write no graphs', async () => {
    const small = await openableBytes(largeModel(1));
    await openTimes(3, { ...small, bytes: 1 << 20 });
    const failing = new OptimisedGraphs({
      folder,
      create: async (model, options) => create(model, { ...options, device: 'cpu' }),
    });
    for (let i = 0; i < 3; i++) await (await failing.open(small, { device: 'coreml' })).release();
    expect(kinds()).toEqual(new Array(6).fill('plain'));
    await expect(readdir(folder)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('is a graph that the runtime cannot write: it is asked once', async () => {
    const source = await openableBytes(largeModel(1));
    const stubborn = async (model: string | Uint8Array, options: SessionOptions) => {
      const session = await create(model, { ...options, ...(options.saveTo && { saveTo: undefined }) });
      if (options.saveTo === undefined) return session;
      await session.release();
      throw new Error('Unable to serialize model as it contains compiled nodes.');
    };
    for (let i = 0; i < 4; i++) {
      const graphs = new OptimisedGraphs({ folder, create: stubborn });
      expect(await answer(await graphs.open(source, cpu))).toHaveLength(WIDTH);
    }
    expect(opened).toHaveLength(5);
  });

  it('is anything where the folder cannot be written', async () => {
    await writeFile(folder, 'a file');
    await openTimes(3, await openableBytes(largeModel(1)));
    expect(kinds()).toEqual(['plain', 'plain', 'plain']);
  });
});

describe('a damaged entry', () => {
  it.each(['graph.onnx', 'graph.data'])('is noticed by the hash of %s and made anew', async (name) => {
    const source = await openableBytes(largeModel(1));
    await openTimes(3, source);
    const [entry] = await readdir(folder);
    const path = join(folder, entry!, name);
    const content = await readFile(path);
    content[content.length >> 1]! ^= 1;
    await writeFile(path, content);
    opened = [];
    const before = await answer(await createSession(source.model, cpu));
    for (let i = 0; i < 2; i++) expect(await answer(await cache().open(source, cpu))).toEqual(before);
    expect(kinds()).toEqual(['saving', 'saved']);
    await truncate(path, 10);
    opened = [];
    await openTimes(2, source);
    expect(kinds()).toEqual(['saving', 'saved']);
  });

  it('without its description counts as none', async () => {
    const source = await openableBytes(largeModel(1));
    await openTimes(3, source);
    const [entry] = await readdir(folder);
    await writeFile(join(folder, entry!, 'entry.json'), '{"state": "kept"');
    opened = [];
    await openTimes(3, source);
    expect(kinds()).toEqual(['plain', 'saving', 'saved']);
  });
});

describe('the room that graphs take', () => {
  it('is bounded: those used longest ago go', async () => {
    const sources = await Promise.all([1, 2, 3].map((seed) => openableBytes(largeModel(seed))));
    const capacity = 12 << 20;
    const aged = new Set<string>();
    for (const source of sources) {
      await openTimes(2, source, capacity);
      for (const name of await readdir(folder)) {
        const old = new Date(Date.UTC(2026, 0, 1 + aged.size));
        if (!aged.has(name)) await utimes(join(folder, name, 'entry.json'), old, old);
        aged.add(name);
      }
    }
    expect(await readdir(folder)).toHaveLength(2);
    opened = [];
    for (const source of sources) await openTimes(1, source, capacity);
    expect(kinds()).toEqual(['plain', 'saved', 'saved']);
  });

  it('is freed of what a program that ended left half written, once it is old', async () => {
    const long = new Date(Date.now() - 48 * 3_600_000);
    for (const name of ['1-old.tmp', '2-new.tmp']) {
      await mkdir(join(folder, name), { recursive: true });
      await writeFile(join(folder, name, 'graph.data'), 'half');
    }
    await utimes(join(folder, '1-old.tmp'), long, long);
    await openTimes(2, await openableBytes(largeModel(1)));
    const names = await readdir(folder);
    expect(names).toHaveLength(2);
    expect(names).toContain('2-new.tmp');
  });
});

it('serves programs that open the same model at once', async () => {
  const source = await openableBytes(largeModel(1));
  const before = await answer(await createSession(source.model, cpu));
  for (let round = 0; round < 3; round++) {
    const sessions = await Promise.all([1, 2, 3].map(() => cache().open(source, cpu)));
    for (const session of sessions) expect(await answer(session)).toEqual(before);
  }
  expect(kinds().slice(-3)).toEqual(['saved', 'saved', 'saved']);
  expect(await readdir(folder)).toHaveLength(1);
});

it('has its folder where the system keeps what can be made again, or where it is told', () => {
  expect(graphCacheFolder({ CLIPSAM_GRAPHS: '/big/graphs' }, 'linux')).toBe('/big/graphs');
  expect(graphCacheFolder({ CLIPSAM_GRAPHS: 'off' }, 'linux')).toBeUndefined();
  expect(graphCacheFolder({ XDG_CACHE_HOME: '/c' }, 'linux')).toBe(join('/c', 'clipsam', 'graphs'));
  expect(graphCacheFolder({ LOCALAPPDATA: 'L' }, 'win32')).toBe(join('L', 'clipsam', 'graphs'));
});
