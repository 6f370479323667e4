import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Engine } from '../../src-main/inference/engine.ts';
import { createSession } from '../../src-main/inference/ort.ts';
import { loadPack } from '../../src-main/inference/pack-loader.ts';
import type { Device } from '../../src-shared/device.ts';
import { frameFor } from '../../src-shared/frame.ts';
import { tempFolder } from '../temp-folder.ts';
import { writeTwinPack } from '../twins/twin-pack.ts';
import { twinFile } from '../twins/twins.ts';
import { noise, packFile, TINY_RECIPE } from './tiny-pack.ts';

/** Half of the export's size more: the positions of every file are resized. */
const SIZE = 336;
const VARIANTS = { half: 'vision_model_fp16', eight: 'vision_model_quantized' } as const;

/** CLIP ViT-B/16's twin, with its half-precision file for CUDA and its 8-bit one for WebGPU; all run on the CPU. */
async function openOn(device: Device): Promise<Engine> {
  const folder = await tempFolder();
  const files: Record<string, ReturnType<typeof packFile>> = {};
  await writeTwinPack(folder, { clip: 'clip-b16', inputSize: SIZE, head: 'linear' });
  for (const [key, name] of Object.entries(VARIANTS)) {
    const path = join(folder, `${key}.onnx`);
    await copyFile(twinFile(`clip-b16/${name}.onnx`), path);
    files[key] = packFile(`${key}.onnx`, await readFile(path));
  }
  await writeTwinPack(folder, { clip: 'clip-b16', inputSize: SIZE, head: 'linear' }, (pack) => ({
    ...pack,
    files: { ...pack.files, ...files },
    variants: [
      { of: 'vision', file: 'half', precision: 'fp16', devices: ['cuda'] },
      { of: 'vision', file: 'eight', precision: 'int8', devices: ['webgpu'] },
    ],
  }));
  return Engine.open(await loadPack(folder), {
    device,
    supported: ['cuda', 'webgpu', 'cpu'],
    runTrial: async () => ({ output: Float32Array.of(1), time: 1 }),
    create: (model, options) => createSession(model, { ...options, device: 'cpu', threads: 1 }),
  });
}

async function mapOf(engine: Engine): Promise<Float32Array> {
  const pixels = noise(3 * SIZE * SIZE, 7);
  const image = { key: 'a', frame: frameFor(600, 600), pixels };
  return (await engine.coarseMap(image, TINY_RECIPE)).coarse.data;
}

it.each([
  ['cuda', 'half', 'fp16', 0.002],
  ['webgpu', 'eight', 'int8', 0.1],
] as const)(
  'on %s the export’s file "%s" serves, and its map is that of 32 bits',
  async (device, file, precision, tolerance) => {
    const [engine, full] = [await openOn(device), await openOn('cpu')];
    expect(engine.device).toEqual({
      asked: device,
      running: device,
      files: [{ of: 'vision', file, precision }],
    });
    expect(full.device.files).toEqual([{ of: 'vision', file: 'vision', precision: 'fp32' }]);
    const [own, expected] = [await mapOf(engine), await mapOf(full)];
    const worst = own.reduce((most, value, at) => Math.max(most, Math.abs(value - expected[at]!)), 0);
    expect(worst).toBeGreaterThan(0);
    expect(worst).toBeLessThan(tolerance);
    expect(Math.max(...expected) - Math.min(...expected)).toBeGreaterThan(2 * tolerance);
  },
);
