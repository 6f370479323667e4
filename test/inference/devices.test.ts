import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import {
  type DeviceTrial,
  openDevice,
  supportedDevices,
  type TrialRunner,
  tryConvolutions,
} from '../../src-main/inference/devices.ts';
import type { Device } from '../../src-shared/device.ts';

const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';

/** Trials that take the given times, by device; `broken` devices throw. */
function trials(times: Partial<Record<Device, number>>, output = Float32Array.of(1, -0.5)): TrialRunner {
  return async (device): Promise<DeviceTrial> => {
    const time = times[device];
    if (time === undefined) throw new Error(`no ${device} here`);
    return { time, output: device === 'cpu' ? Float32Array.of(1, -0.5) : output };
  };
}

describe('supported devices', () => {
  it('are those of the platform that the build has a provider for, the CPU last', () => {
    expect(supportedDevices('linux', ['cpu', 'webgpu', 'cuda', 'tensorrt'])).toEqual([
      'cuda',
      'tensorrt',
      'webgpu',
      'cpu',
    ]);
    expect(supportedDevices('win32', ['cpu', 'dml', 'webgpu'])).toEqual(['dml', 'webgpu', 'cpu']);
    expect(supportedDevices('darwin', ['cpu', 'coreml', 'webgpu'])).toEqual(['coreml', 'webgpu', 'cpu']);
    expect(supportedDevices('freebsd', ['cpu'])).toEqual(['cpu']);
  });
});

describe('a device asked for by name', () => {
  const supported: Device[] = ['cuda', 'webgpu', 'cpu'];

  it('runs when its results are right, however slow it is', async () => {
    const runTrial = trials({ webgpu: 900, cpu: 1 });
    await expect(openDevice('webgpu', { supported, runTrial })).resolves.toEqual({
      asked: 'webgpu',
      running: 'webgpu',
    });
  });

  it('gives way to the CPU, with the reason, when it fails or computes something else', async () => {
    await expect(openDevice('cuda', { supported, runTrial: trials({ cpu: 1 }) })).resolves.toEqual({
      asked: 'cuda',
      running: 'cpu',
      fallbackReason: 'cuda: no cuda here',
    });
    for (const wrong of [Float32Array.of(1, -0.4), Float32Array.of(1, Number.NaN)]) {
      const runTrial = trials({ cuda: 1, cpu: 1 }, wrong);
      const report = await openDevice('cuda', { supported, runTrial });
      expect(report.running).toBe('cpu');
      expect(report.fallbackReason).toContain('differ');
    }
  });

  it('that the platform cannot have is refused with the list of those it can', async () => {
    await expect(openDevice('dml', { supported })).rejects.toMatchObject({
      code: 'device-unavailable',
      message: expect.stringContaining('auto, cuda, webgpu, cpu'),
    });
  });

  it('is the CPU without any trial', async () => {
    await expect(openDevice('cpu', { supported, runTrial: trials({}) })).resolves.toEqual({
      asked: 'cpu',
      running: 'cpu',
    });
  });
});

describe('auto', () => {
  const supported: Device[] = ['cuda', 'webgpu', 'cpu'];

  it('takes the first device that works and beats the CPU', async () => {
    const runTrial = trials({ cuda: 1, webgpu: 1, cpu: 5 });
    expect((await openDevice('auto', { supported, runTrial })).running).toBe('cuda');
  });

  it('passes over what fails and what is slower, and says so', async () => {
    const runTrial = trials({ webgpu: 9, cpu: 5 });
    const report = await openDevice('auto', { supported, runTrial });
    expect(report.running).toBe('cpu');
    expect(report.fallbackReason).toMatch(/^cuda: no cuda here; webgpu: works, but .*9\.0 ms.*5\.0 ms/);
  });

  it('leaves TensorRT, which needs minutes to start, to those who ask for it', async () => {
    const runTrial = trials({ tensorrt: 1, cpu: 5 });
    expect((await openDevice('auto', { supported: ['tensorrt', 'cpu'], runTrial })).running).toBe('cpu');
    expect((await openDevice('tensorrt', { supported: ['tensorrt', 'cpu'], runTrial })).running).toBe(
      'tensorrt',
    );
  });

  it('does not wait for a software driver to finish the large graph', async () => {
    const sides: number[] = [];
    const slow = trials({ webgpu: 400, cpu: 5 });
    const runTrial: TrialRunner = (device, side) => {
      if (device === 'webgpu') sides.push(side);
      return slow(device, side);
    };
    const report = await openDevice('auto', { supported: ['webgpu', 'cpu'], runTrial });
    expect(report.running).toBe('cpu');
    expect(sides).toEqual([16]);
  });
});

describe('WebGPU on the SwiftShader Vulkan driver', () => {
  const hasDriver = existsSync(SWIFTSHADER);
  if (!hasDriver) {
    console.warn(
      `GPU TEST SKIPPED: no Vulkan driver at ${SWIFTSHADER} (Debian: apt-get install chromium libvulkan1)`,
    );
  }

  it.skipIf(!hasDriver)('gives the CPU’s convolutions within 0.001 of values up to 1', async () => {
    process.env.VK_ICD_FILENAMES = SWIFTSHADER;
    process.env.XDG_RUNTIME_DIR ??= tmpdir();
    await expect(openDevice('webgpu')).resolves.toEqual({ asked: 'webgpu', running: 'webgpu' });
    const [gpu, cpu] = [await tryConvolutions('webgpu', 16), await tryConvolutions('cpu', 16)];
    expect(gpu.output.length).toBe(32 * 16 * 16);
    const worst = gpu.output.reduce((max, value, i) => Math.max(max, Math.abs(value - cpu.output[i]!)), 0);
    expect(worst).toBeLessThan(1e-3);
    expect(Math.max(...cpu.output)).toBeGreaterThan(0.5);
  });
});
