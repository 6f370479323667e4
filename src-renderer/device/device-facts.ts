import type { LocalRequest } from '../../src-shared/device.ts';

/** Operating systems that ONNX Runtime has each device on; all others have it everywhere. */
const ONLY_ON: Partial<Record<LocalRequest, readonly string[]>> = {
  cuda: ['linux', 'win32'],
  tensorrt: ['linux', 'win32'],
  webgpu: ['linux', 'win32', 'darwin'],
  dml: ['win32'],
  coreml: ['darwin'],
};

/** False where the operating system (as Node names it) cannot have the device, whatever is built in. */
export function canExist(device: LocalRequest, platform: string): boolean {
  return ONLY_ON[device]?.includes(platform) ?? true;
}
