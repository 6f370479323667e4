import type { Command } from 'commander';
import type { Device } from '../../src-shared/device.ts';
import type { DeviceFinding, DevicePart, DeviceSurvey } from '../../src-shared/device-survey.ts';
import { deviceSurveyor } from '../services/runs/inference-pool.ts';
import { threadsOption } from './options.ts';
import { printable } from './terminal.ts';

interface DevicesOptions {
  readonly threads?: number;
  readonly json?: true;
}

const NAMES: Readonly<Record<Device, string>> = {
  cpu: 'CPU',
  webgpu: 'WebGPU (Vulkan, Direct3D 12 or Metal)',
  cuda: 'NVIDIA CUDA',
  tensorrt: 'NVIDIA TensorRT',
  dml: 'DirectML (Direct3D 12)',
  coreml: 'Apple Core ML',
};

const STATES: Readonly<Record<DeviceFinding['state'], string>> = {
  works: 'works',
  slower: 'works, slower than the CPU here: `auto` passes it over',
  wrong: 'gives wrong values and is not used',
  missing: 'something is missing',
  failed: 'does not run',
  'not-in-build': 'this build of ONNX Runtime has no part for it',
  'not-on-platform': 'does not exist on this operating system',
};

const PARTS: Readonly<Record<DevicePart, string>> = {
  'nvidia-driver': "NVIDIA's driver",
  'onnxruntime-cuda': "ONNX Runtime's libraries for CUDA (from NuGet, beside onnxruntime-node)",
  'cuda-12': 'CUDA 12 (runtime, cuBLAS, cuFFT, cuRAND)',
  'cudnn-9': 'cuDNN 9 for CUDA 12',
  'onnxruntime-tensorrt': "ONNX Runtime's library for TensorRT (from NuGet, beside onnxruntime-node)",
  'tensorrt-10': 'TensorRT 10',
  'vulkan-loader': 'the Vulkan loader',
  'vulkan-driver': "a Vulkan driver for the graphics card (NVIDIA's comes with its own driver)",
  directml: "DirectML.dll, which belongs beside the program's onnxruntime.dll: install the program again",
  'direct3d-12': 'Direct3D 12, which Windows 10 and 11 have: update Windows',
};

export function addDevices(program: Command): void {
  program
    .command('devices')
    .summary('what can compute here, and what is missing')
    .description(
      'Tries every device that models can run on, each in a process of its own: whether it is there, what is missing\n' +
        'and how to get that on this system, and how long a trial takes beside the CPU.',
    )
    .addOption(threadsOption())
    .option('--json', 'the findings as JSON on standard output')
    .addHelpText('after', '\nExit codes: 0 done (whatever was found), 2 wrong usage, 1 other errors.')
    .action(async ({ threads, json }: DevicesOptions) => {
      const survey = await deviceSurveyor({ ...(threads && { threads }) })();
      process.stdout.write(json ? `${JSON.stringify(survey, null, 2)}\n` : `${describeSurvey(survey)}\n`);
    });
}

/** The survey as lines for people. */
export function describeSurvey({ platform, arch, distribution, ortVersion, devices }: DeviceSurvey): string {
  const system = [distribution ?? platform, arch, `ONNX Runtime ${ortVersion}`].map(printable).join(', ');
  const told = new Set<DevicePart>();
  return [system, ...devices.flatMap((finding) => describeFinding(finding, told))].join('\n');
}

/** @param told the parts that were explained for a device before */
function describeFinding(finding: DeviceFinding, told: Set<DevicePart>): string[] {
  const { device, state, missing, trial, reason } = finding;
  const lines = [`${device.padEnd(9)} ${NAMES[device]}: ${STATES[state]}`];
  if (trial) {
    const { side, ms, cpuMs } = trial;
    const beside = device === 'cpu' ? '' : `, the CPU ${cpuMs.toFixed(1)} ms`;
    lines.push(`  trial (maps of ${side} × ${side}): ${ms.toFixed(1)} ms${beside}`);
  }
  if (reason !== null && (state === 'failed' || state === 'wrong')) lines.push(`  ${printable(reason)}`);
  for (const { part, libraries, command, address } of missing) {
    if (told.has(part)) {
      lines.push(`  missing: ${PARTS[part]}, as above`);
      continue;
    }
    told.add(part);
    lines.push(`  missing: ${PARTS[part]}${libraries.length > 0 ? ` – ${libraries.join(', ')}` : ''}`);
    if (command !== null) lines.push(`    $ ${command}`);
    if (address !== null) lines.push(`    ${address}`);
  }
  return lines;
}
