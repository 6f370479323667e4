import { expect, it } from 'vitest';
import { describeSurvey } from '../../src-main/cli/devices.ts';
import { deviceSurveySchema } from '../../src-shared/device-survey.ts';
import { runCli } from './run-cli.ts';

it('tries this machine’s devices and prints what it found', async () => {
  const { code, stdout, stderr } = await runCli(['devices', '--json', '--threads', '1']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const survey = deviceSurveySchema.parse(JSON.parse(stdout));
  expect(survey.platform).toBe(process.platform);
  const cpu = survey.devices.find(({ device }) => device === 'cpu');
  expect(cpu).toMatchObject({ state: 'works', missing: [], reason: null, trial: { side: 128 } });
  expect(cpu!.trial!.ms).toBeGreaterThan(0);
  expect(survey.devices).toHaveLength(6);
  for (const { state, missing } of survey.devices) expect(missing.length > 0).toBe(state === 'missing');
});

it('explains a part once, with the command that brings it here', () => {
  const driver = {
    part: 'nvidia-driver',
    libraries: ['libcuda.so.1'],
    command: 'sudo apt-get install nvidia-driver',
    address: 'https://www.nvidia.com/drivers',
  } as const;
  const lacking = { state: 'missing', missing: [driver], trial: null, reason: 'no library' } as const;
  const text = describeSurvey({
    platform: 'linux',
    arch: 'x64',
    distribution: 'Debian\u001b[31m 12',
    ortVersion: '1.30.0',
    surveyedAt: '2026-01-01T00:00:00.000Z',
    devices: [
      { device: 'cpu', state: 'works', missing: [], trial: { side: 128, ms: 5, cpuMs: 5 }, reason: null },
      {
        device: 'webgpu',
        state: 'wrong',
        missing: [],
        trial: { side: 16, ms: 90, cpuMs: 0.5 },
        reason: "results differ from the CPU's by 50.0 %",
      },
      { device: 'cuda', ...lacking },
      { device: 'tensorrt', ...lacking },
    ],
  });
  expect(text.split('\n')).toEqual([
    'Debian\ufffd[31m 12, x64, ONNX Runtime 1.30.0',
    'cpu       CPU: works',
    '  trial (maps of 128 × 128): 5.0 ms',
    'webgpu    WebGPU (Vulkan, Direct3D 12 or Metal): gives wrong values and is not used',
    '  trial (maps of 16 × 16): 90.0 ms, the CPU 0.5 ms',
    "  results differ from the CPU's by 50.0 %",
    'cuda      NVIDIA CUDA: something is missing',
    "  missing: NVIDIA's driver – libcuda.so.1",
    '    $ sudo apt-get install nvidia-driver',
    '    https://www.nvidia.com/drivers',
    'tensorrt  NVIDIA TensorRT: something is missing',
    "  missing: NVIDIA's driver, as above",
  ]);
});
