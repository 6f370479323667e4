import { describe, expect, it } from 'vitest';
import { missingParts, parseDistribution, type SystemFacts } from '../../src-main/inference/device-parts.ts';
import { deviceSurveyor } from '../../src-main/inference/device-survey.ts';
import type { DeviceMeasurement } from '../../src-main/inference/devices.ts';
import { deviceSurveySchema } from '../../src-shared/device-survey.ts';
import { FakeHost } from './fake-host.ts';

const CUDA = [
  'libonnxruntime_providers_shared.so',
  'libonnxruntime_providers_cuda.so',
  'libcudart.so.12',
  'libcublas.so.12',
  'libcublasLt.so.12',
  'libcufft.so.11',
  'libcurand.so.10',
];
const debian: SystemFacts = {
  platform: 'linux',
  distribution: { name: 'Debian GNU/Linux 12', families: ['debian'] },
  libraries: new Set(CUDA),
  vulkanDrivers: [],
};
const right = (ms: number): DeviceMeasurement => ({ side: 128, ms, cpuMs: 5, difference: 0, isRight: true });
const providers = ['cpu', 'webgpu', 'cuda', 'tensorrt'];

describe('what a device lacks', () => {
  it('is named with the libraries looked for and the way to it on this distribution', () => {
    expect(missingParts('cuda', debian)).toEqual([
      {
        part: 'nvidia-driver',
        libraries: ['libcuda.so.1'],
        command: 'sudo apt-get install nvidia-driver',
        address: 'https://www.nvidia.com/drivers',
      },
      {
        part: 'cudnn-9',
        libraries: ['libcudnn.so.9'],
        command: 'sudo apt-get install cudnn9-cuda-12',
        address: 'https://developer.nvidia.com/cudnn-downloads',
      },
    ]);
    const parts = missingParts('tensorrt', debian).map(({ part }) => part);
    expect(parts).toEqual(['nvidia-driver', 'cudnn-9', 'onnxruntime-tensorrt', 'tensorrt-10']);
  });

  it('names only the libraries of a part that are not there', () => {
    const some = { ...debian, libraries: new Set(CUDA.filter((name) => name !== 'libcufft.so.11')) };
    const cuda = missingParts('cuda', some).find(({ part }) => part === 'cuda-12');
    expect(cuda?.libraries).toEqual(['libcufft.so.11']);
  });

  it('has the command of the nearest family, and none of a distribution that nobody knows', () => {
    const driverOn = (osRelease: string) =>
      missingParts('cuda', { ...debian, distribution: parseDistribution(osRelease) })[0]?.command;
    expect(driverOn('NAME="Ubuntu"\nID=ubuntu\nID_LIKE=debian\n')).toBe('sudo ubuntu-drivers install');
    expect(driverOn('PRETTY_NAME="Linux Mint 22"\nID=linuxmint\nID_LIKE="ubuntu debian"\n')).toBe(
      'sudo ubuntu-drivers install',
    );
    expect(driverOn('NAME=Plan\nID=plan\n')).toBeNull();
    const rhel = parseDistribution('NAME="Red Hat Enterprise Linux"\nID="rhel"\n');
    const webgpu = missingParts('webgpu', { ...debian, distribution: rhel });
    expect(webgpu.map(({ command }) => command)).toEqual([
      'sudo dnf install vulkan-loader',
      'sudo dnf install mesa-vulkan-drivers',
    ]);
  });

  it('is nothing where everything is there or built in', () => {
    const libraries = new Set(['libvulkan.so.1']);
    expect(missingParts('webgpu', { ...debian, libraries, vulkanDrivers: ['intel.json'] })).toEqual([]);
    expect(missingParts('coreml', { ...debian, platform: 'darwin' })).toEqual([]);
    const windows: SystemFacts = { ...debian, platform: 'win32', distribution: null };
    expect(missingParts('dml', windows).map(({ part }) => part)).toEqual(['directml', 'direct3d-12']);
    expect(missingParts('dml', { ...windows, libraries: new Set(['DirectML.dll', 'd3d12.dll']) })).toEqual(
      [],
    );
  });
});

describe('a survey', () => {
  const states = (survey: { devices: readonly { device: string; state: string }[] }) =>
    Object.fromEntries(survey.devices.map(({ device, state }) => [device, state]));

  it('says of every device what was found, and of none more than was tried', async () => {
    const tried: string[] = [];
    const survey = await deviceSurveyor({
      providers,
      readSystem: async () => debian,
      measure: async (device) => {
        tried.push(device);
        if (device === 'cpu') return right(5);
        if (device === 'webgpu') return right(9);
        if (device === 'cuda') throw new Error('Failed to load shared library');
        return { ...right(1), difference: 0.5, isRight: false };
      },
    })();
    expect(deviceSurveySchema.parse(survey)).toEqual(survey);
    expect(states(survey)).toEqual({
      cpu: 'works',
      webgpu: 'slower',
      cuda: 'missing',
      tensorrt: 'wrong',
      dml: 'not-on-platform',
      coreml: 'not-on-platform',
    });
    expect(tried).toEqual(['cpu', 'webgpu', 'cuda', 'tensorrt']);
    expect(survey.devices.find(({ device }) => device === 'tensorrt')?.reason).toContain('50.0 %');
    expect(survey.distribution).toBe('Debian GNU/Linux 12');
  });

  it('tells a program build without a device from a system without it', async () => {
    const survey = await deviceSurveyor({
      providers: ['cpu', 'webgpu', 'dml'],
      readSystem: async () => ({ ...debian, platform: 'win32' }),
      measure: async () => right(1),
    })();
    expect(states(survey)).toEqual({
      cpu: 'works',
      webgpu: 'works',
      cuda: 'not-in-build',
      tensorrt: 'not-in-build',
      dml: 'works',
      coreml: 'not-on-platform',
    });
  });

  it('outlives a driver that takes its process along, and ends every process', async () => {
    const host = new FakeHost();
    const libraries = new Set([...CUDA, 'libcuda.so.1', 'libcudnn.so.9']);
    const survey = deviceSurveyor({ host, providers, readSystem: async () => ({ ...debian, libraries }) });
    const [first, second] = await Promise.all([survey(), survey()]);
    expect(second).toBe(first);
    const of = (name: string) => first.devices.find(({ device }) => device === name);
    expect(of('cuda')).toMatchObject({
      state: 'failed',
      missing: [],
      reason: expect.stringContaining('exit code 139 (Fatal: the driver is broken)'),
    });
    expect(of('webgpu')).toMatchObject({ state: 'missing', reason: 'No supported adapters' });
    expect(of('tensorrt')).toMatchObject({ state: 'works', trial: { side: 128, ms: 2, cpuMs: 5 } });
    expect(host.alive).toEqual(new Set());
    expect(await survey()).not.toBe(first);
  });
});
