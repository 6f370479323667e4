import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { sha256 } from '../../src-main/files/hash.ts';
import { encodeModel, readModel } from '../../src-main/graph/model.ts';
import { type OpeningOptions, openOnDevice } from '../../src-main/inference/engine-opening.ts';
import { createSession, type Session, type SessionOptions } from '../../src-main/inference/ort.ts';
import { type LoadedPack, loadPack } from '../../src-main/inference/pack-loader.ts';
import { VariantVerdicts } from '../../src-main/inference/variant-verdicts.ts';
import type { Device } from '../../src-shared/device.ts';
import { ClipSamError } from '../../src-shared/errors.ts';
import type { Pack } from '../../src-shared/pack.ts';
import { tempFolder } from '../temp-folder.ts';
import { writeTinyPack } from './tiny-pack.ts';

type Variant = Pack['variants'][number];

const HALF: Variant = { of: 'vision', file: 'half', precision: 'fp16', devices: ['cuda'] };
const EIGHT: Variant = { of: 'vision', file: 'eight', precision: 'int8', devices: ['cuda'] };
const WRONG: Variant = { of: 'vision', file: 'wrong', precision: 'fp16', devices: ['cuda'] };

/** A tiny pack whose vision tower is there thrice more: twice with the same values, once with the stages mixed up. */
async function tinyWith(variants: readonly Variant[]): Promise<LoadedPack> {
  const folder = await tempFolder();
  const first = await writeTinyPack(folder);
  const model = readModel(await readFile(join(folder, 'vision.onnx')), 'vision');
  const files: Record<string, Uint8Array> = {};
  for (const name of ['half', 'eight', 'wrong']) {
    const copy = readModel(encodeModel(model), name);
    copy.proto.graph!.name = name;
    if (name === 'wrong') {
      const weights = copy.proto.graph!.initializer.find((tensor) => tensor.name === 'layer9')!;
      weights.rawData = weights.rawData.map((byte, at) => (at % 4 === 3 ? byte ^ 0x80 : byte));
    }
    files[name] = encodeModel(copy);
    await writeFile(join(folder, `${name}.onnx`), files[name]);
  }
  const entries = Object.entries(files).map(([name, bytes]) => [
    name,
    { ...first.files.vision!, source: `pack:${name}.onnx`, sha256: sha256(bytes), bytes: bytes.length },
  ]);
  const pack = { ...first, variants, files: { ...first.files, ...Object.fromEntries(entries) } };
  await writeFile(join(folder, 'pack.json'), JSON.stringify(pack));
  return loadPack(folder);
}

let opened: string[];
let alive: number;

/** Opens every model on the CPU, whatever device is asked for, unless it is refused. */
function fakeCreate(refuse: (name: string, options: SessionOptions) => string | undefined = () => undefined) {
  return async (model: string | Uint8Array, options: SessionOptions): Promise<Session> => {
    const name = readModel(model as Uint8Array, 'model').proto.graph!.name;
    opened.push(`${name} on ${options.device}${options.level === 'basic' ? ', basic' : ''}`);
    const reason = refuse(name, options);
    if (reason) throw new ClipSamError('model-file-invalid', `ONNX Runtime refused the model: ${reason}`);
    const session = await createSession(model, { ...options, device: 'cpu', threads: 1 });
    alive++;
    return {
      ...session,
      release: () => {
        alive--;
        return session.release();
      },
    };
  };
}

const FULL = 'CUDA failure 2: out of memory ; GPU=0';

async function open(loaded: LoadedPack, options: Partial<OpeningOptions> = {}) {
  return openOnDevice(loaded, {
    device: 'cuda',
    supported: ['cuda', 'cpu'] satisfies Device[],
    runTrial: async () => ({ output: Float32Array.of(1), time: 1 }),
    create: fakeCreate(),
    ...options,
  });
}

beforeEach(() => {
  opened = [];
  alive = 0;
});

describe('the precision', () => {
  it('is that of the device’s variant when its trial agrees with 32 bits', async () => {
    const { device } = await open(await tinyWith([HALF]));
    expect(device).toEqual({
      asked: 'cuda',
      running: 'cuda',
      files: [{ of: 'vision', file: 'half', precision: 'fp16' }],
    });
    expect(opened.slice(0, 2)).toEqual(['half on cuda', 'tiny-vision on cpu']);
    expect(alive).toBe(6);
  });

  it('is 32 bits where the variant differs, and the report says by how much', async () => {
    const { device } = await open(await tinyWith([WRONG]));
    const reason = expect.stringMatching(/^wrong: differs from 32 bits by 200\.0 %/);
    expect(device.files).toEqual([{ of: 'vision', file: 'vision', precision: 'fp32', reason }]);
    expect(device).toMatchObject({ running: 'cuda' });
    expect(opened).toContain('tiny-vision on cuda');
  });

  it('is 32 bits on a device that no variant is for', async () => {
    const { device } = await open(await tinyWith([HALF]), { device: 'cpu' });
    expect(device).toEqual({
      asked: 'cpu',
      running: 'cpu',
      files: [{ of: 'vision', file: 'vision', precision: 'fp32' }],
    });
    expect(opened).not.toContain('half on cpu');
  });

  it('is not tried twice on one machine', async () => {
    const loaded = await tinyWith([WRONG, HALF]);
    const verdicts = new VariantVerdicts(await tempFolder());
    const first = await open(loaded, { verdicts });
    expect(first.device.files?.[0]).toMatchObject({ file: 'half', reason: expect.stringContaining('wrong') });
    opened = [];
    const second = await open(loaded, { verdicts });
    expect(second.device).toEqual(first.device);
    expect(opened.slice(0, 2)).toEqual(['half on cuda', 'tiny-text on cuda']);
    expect(opened).not.toContain('tiny-vision on cpu');
  });

  it('of a graph that is refused fully optimised is kept with basic optimisation', async () => {
    const layerNorm = (name: string, { level }: SessionOptions) =>
      name === 'half' && level === 'all' ? 'SimplifiedLayerNormFusion: type mismatch' : undefined;
    const { device } = await open(await tinyWith([HALF]), { create: fakeCreate(layerNorm) });
    expect(device.files?.[0]).toEqual({ of: 'vision', file: 'half', precision: 'fp16' });
    expect(opened.slice(0, 2)).toEqual(['half on cuda', 'half on cuda, basic']);
  });
});

describe('a device without memory for the pack', () => {
  const lacksForDecoder = (name: string, { device }: SessionOptions) =>
    name === 'tiny-decoder' && device === 'cuda' ? FULL : undefined;

  it('makes way to the CPU when there are no variants; nothing stays on it', async () => {
    const { device } = await open(await tinyWith([]), { create: fakeCreate(lacksForDecoder) });
    expect(device).toEqual({
      asked: 'cuda',
      running: 'cpu',
      fallbackReason: expect.stringMatching(/^cuda: has not enough memory \(.*out of memory/),
      outOfMemory: { device: 'cuda', reason: expect.stringContaining(FULL) },
    });
    expect(alive).toBe(6);
    expect(opened).not.toContain('tiny-decoder on cuda, basic');
  });

  it('gets the smallest variants first', async () => {
    let isFull = true;
    const once = (name: string, options: SessionOptions) => {
      const reason = isFull ? lacksForDecoder(name, options) : undefined;
      if (reason) isFull = false;
      return reason;
    };
    const loaded = await tinyWith([HALF, EIGHT]);
    const { device } = await open(loaded, { create: fakeCreate(once) });
    expect(device).toMatchObject({
      running: 'cuda',
      files: [{ of: 'vision', file: 'eight', precision: 'int8' }],
      outOfMemory: { device: 'cuda' },
    });
    expect(alive).toBe(6);
    const { device: never } = await open(loaded, { create: fakeCreate(lacksForDecoder) });
    expect(never).toMatchObject({ running: 'cpu', files: [{ file: 'vision', precision: 'fp32' }] });
    expect(never.fallbackReason?.match(/has not enough memory/g)).toHaveLength(2);
  });

  it('is remembered from the process before', async () => {
    const loaded = await tinyWith([HALF, EIGHT]);
    const lack = { device: 'cuda', reason: FULL } as const;
    const once = await open(loaded, { lackOfMemory: { ...lack, step: 1 } });
    expect(once.device).toMatchObject({ running: 'cuda', files: [{ file: 'eight' }], outOfMemory: lack });
    expect(once.device.fallbackReason).toBe(`cuda: ran out of memory (${FULL})`);
    const twice = await open(loaded, { lackOfMemory: { ...lack, step: 2 } });
    expect(twice.device).toMatchObject({ running: 'cpu', outOfMemory: lack });
    const without = await open(await tinyWith([]), { lackOfMemory: { ...lack, step: 1 } });
    expect(without.device.running).toBe('cpu');
  });
});

it('a device that refuses the graphs for another reason makes way to the CPU at once', async () => {
  const broken = (_: string, { device }: SessionOptions) =>
    device === 'cuda' ? 'no kernel image' : undefined;
  const { device } = await open(await tinyWith([]), { create: fakeCreate(broken) });
  expect(device).toEqual({
    asked: 'cuda',
    running: 'cpu',
    fallbackReason: expect.stringMatching(/^cuda: .*no kernel image$/),
  });
  await expect(open(await tinyWith([]), { create: fakeCreate(() => 'it is broken') })).rejects.toMatchObject({
    code: 'model-file-invalid',
  });
  expect(alive).toBe(6);
});
