import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { delimiter } from 'node:path';
import { promisify } from 'node:util';
import type { Device } from '../../src-shared/device.ts';
import type { DevicePart, MissingPart } from '../../src-shared/device-survey.ts';
import { ORT_FOLDER } from './ort.ts';

/** What of a system decides whether a device can run, and how what it lacks is got. */
export interface SystemFacts {
  readonly platform: NodeJS.Platform;
  /** Of Linux: its name for people, and the families it belongs to (`debian`, `fedora`, `arch`, …). */
  readonly distribution: { readonly name: string; readonly families: readonly string[] } | null;
  /** File names of the libraries that the loader finds, those beside ONNX Runtime included. */
  readonly libraries: ReadonlySet<string>;
  /** Vulkan drivers that are registered (their JSON files). */
  readonly vulkanDrivers: readonly string[];
}

/** The libraries of a part; all are needed. ONNX Runtime 1.30's CUDA and TensorRT providers ask for these names. */
const LIBRARIES: Partial<Record<DevicePart, readonly string[]>> = {
  'nvidia-driver': ['libcuda.so.1'],
  'onnxruntime-cuda': ['libonnxruntime_providers_shared.so', 'libonnxruntime_providers_cuda.so'],
  'cuda-12': ['libcudart.so.12', 'libcublas.so.12', 'libcublasLt.so.12', 'libcufft.so.11', 'libcurand.so.10'],
  'cudnn-9': ['libcudnn.so.9'],
  'onnxruntime-tensorrt': ['libonnxruntime_providers_tensorrt.so'],
  'tensorrt-10': ['libnvinfer.so.10', 'libnvinfer_plugin.so.10', 'libnvonnxparser.so.10'],
  'vulkan-loader': ['libvulkan.so.1'],
  directml: ['DirectML.dll'],
  'direct3d-12': ['d3d12.dll'],
};

const CUDA_PARTS: readonly DevicePart[] = ['nvidia-driver', 'onnxruntime-cuda', 'cuda-12', 'cudnn-9'];

/** What each device needs on each platform, besides the program; what isn't listed is built in. */
const NEEDS: Partial<Record<NodeJS.Platform, Partial<Record<Device, readonly DevicePart[]>>>> = {
  linux: {
    cuda: CUDA_PARTS,
    tensorrt: [...CUDA_PARTS, 'onnxruntime-tensorrt', 'tensorrt-10'],
    webgpu: ['vulkan-loader', 'vulkan-driver'],
  },
  win32: { dml: ['directml', 'direct3d-12'], webgpu: ['direct3d-12'] },
};

/** Where the makers say how to get a part. */
const ADDRESSES: Partial<Record<DevicePart, string>> = {
  'nvidia-driver': 'https://www.nvidia.com/drivers',
  'onnxruntime-cuda': 'https://onnxruntime.ai/docs/execution-providers/CUDA-ExecutionProvider.html',
  'cuda-12': 'https://docs.nvidia.com/cuda/cuda-installation-guide-linux/',
  'cudnn-9': 'https://developer.nvidia.com/cudnn-downloads',
  'onnxruntime-tensorrt': 'https://onnxruntime.ai/docs/execution-providers/TensorRT-ExecutionProvider.html',
  'tensorrt-10': 'https://docs.nvidia.com/deeplearning/tensorrt/latest/installing-tensorrt/installing.html',
};

const ORT_CUDA = 'ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node';

/** Commands by family of the distribution. NVIDIA's own packages need its package source, which the address explains. */
const COMMANDS: readonly {
  readonly family: string;
  readonly of: Partial<Record<DevicePart, string>>;
}[] = [
  {
    family: 'ubuntu',
    of: { 'nvidia-driver': 'sudo ubuntu-drivers install' },
  },
  {
    family: 'debian',
    of: {
      'nvidia-driver': 'sudo apt-get install nvidia-driver',
      'cuda-12': 'sudo apt-get install cuda-libraries-12-9',
      'cudnn-9': 'sudo apt-get install cudnn9-cuda-12',
      'tensorrt-10': 'sudo apt-get install libnvinfer10 libnvinfer-plugin10 libnvonnxparsers10',
      'vulkan-loader': 'sudo apt-get install libvulkan1',
      'vulkan-driver': 'sudo apt-get install mesa-vulkan-drivers',
    },
  },
  {
    family: 'fedora',
    of: {
      'cuda-12': 'sudo dnf install cuda-libraries-12-9',
      'cudnn-9': 'sudo dnf install cudnn9-cuda-12',
      'tensorrt-10': 'sudo dnf install libnvinfer10 libnvinfer-plugin10 libnvonnxparsers10',
      'vulkan-loader': 'sudo dnf install vulkan-loader',
      'vulkan-driver': 'sudo dnf install mesa-vulkan-drivers',
    },
  },
];

/** What a device lacks on a system, with how to get it; empty: nothing is known to be missing. */
export function missingParts(device: Device, system: SystemFacts): readonly MissingPart[] {
  const needs = NEEDS[system.platform]?.[device] ?? [];
  return needs.flatMap((part) => {
    const libraries = (LIBRARIES[part] ?? []).filter((name) => !system.libraries.has(name));
    const isThere = part === 'vulkan-driver' ? system.vulkanDrivers.length > 0 : libraries.length === 0;
    if (isThere) return [];
    return [{ part, libraries, command: commandFor(part, system), address: ADDRESSES[part] ?? null }];
  });
}

function commandFor(part: DevicePart, { distribution }: SystemFacts): string | null {
  // The same on every system: npm fetches it from NuGet, beside ONNX Runtime.
  if (part === 'onnxruntime-cuda' || part === 'onnxruntime-tensorrt') return ORT_CUDA;
  const known = COMMANDS.find(({ family, of }) => distribution?.families.includes(family) && of[part]);
  return known?.of[part] ?? null;
}

/** Looks at this machine. What can't be read counts as not there. */
export async function readSystemFacts(env: NodeJS.ProcessEnv = process.env): Promise<SystemFacts> {
  const { platform } = process;
  const folders = [ORT_FOLDER, ...searchPath(platform, env)];
  const listed = await Promise.all(folders.map(filesIn));
  return {
    platform,
    distribution: platform === 'linux' ? await readDistribution() : null,
    libraries: new Set([...listed.flat(), ...(platform === 'linux' ? await cachedLibraries() : [])]),
    vulkanDrivers: platform === 'linux' ? await vulkanDrivers(env) : [],
  };
}

function searchPath(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): readonly string[] {
  if (platform === 'win32') return [`${env.SystemRoot ?? 'C:\\Windows'}\\System32`];
  if (platform !== 'linux') return [];
  return [...split(env.LD_LIBRARY_PATH), '/usr/lib', '/usr/lib64', '/lib', '/lib64'];
}

/** Names that the loader's cache has, from `ldconfig -p`: "	libcuda.so.1 (libc6,x86-64) => /usr/lib/…". */
async function cachedLibraries(): Promise<string[]> {
  const run = promisify(execFile);
  for (const program of ['/sbin/ldconfig', '/usr/sbin/ldconfig', 'ldconfig']) {
    const answer = await run(program, ['-p'], { maxBuffer: 16 << 20 }).catch(() => undefined);
    if (answer) return [...answer.stdout.matchAll(/^\s+(\S+) \(/gm)].map(([, name]) => name!);
  }
  return [];
}

async function vulkanDrivers(env: NodeJS.ProcessEnv): Promise<string[]> {
  const named = env.VK_DRIVER_FILES ?? env.VK_ICD_FILENAMES;
  if (named !== undefined) {
    const found = await Promise.all(
      split(named).map((path) =>
        readFile(path).then(
          () => [path],
          () => [],
        ),
      ),
    );
    return found.flat();
  }
  const folders = ['/usr/share/vulkan/icd.d', '/etc/vulkan/icd.d', '/usr/local/share/vulkan/icd.d'];
  const files = (await Promise.all(folders.map(filesIn))).flat();
  return files.filter((name) => name.endsWith('.json'));
}

async function readDistribution(): Promise<SystemFacts['distribution']> {
  return parseDistribution(await readFile('/etc/os-release', 'utf8').catch(() => ''));
}

/** Reads the file `os-release`: PRETTY_NAME for people, ID and ID_LIKE for the families. */
export function parseDistribution(osRelease: string): SystemFacts['distribution'] {
  const fields = new Map(
    [...osRelease.matchAll(/^([A-Z_]+)=["']?(.*?)["']?\s*$/gm)].map(([, key, value]) => [key!, value!]),
  );
  const name = fields.get('PRETTY_NAME') ?? fields.get('NAME');
  const families = `${fields.get('ID') ?? ''} ${fields.get('ID_LIKE') ?? ''}`.split(' ').filter(Boolean);
  // Red Hat and its like are named after themselves, and take Fedora's packages.
  if (families.some((family) => ['rhel', 'centos'].includes(family))) families.push('fedora');
  return name === undefined ? null : { name, families };
}

const split = (paths = '') => paths.split(delimiter).filter((path) => path !== '');

async function filesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
