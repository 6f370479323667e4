import { expect, it } from 'vitest';
import { canExist } from '../../../src-renderer/device/device-facts.ts';
import { DEVICES } from '../../../src-shared/device.ts';

it.each([
  ['linux', ['auto', 'cpu', 'webgpu', 'cuda', 'tensorrt']],
  ['win32', ['auto', 'cpu', 'webgpu', 'cuda', 'tensorrt', 'dml']],
  ['darwin', ['auto', 'cpu', 'webgpu', 'coreml']],
  ['freebsd', ['auto', 'cpu']],
])('offers on %s what ONNX Runtime can have there', (platform, devices) => {
  expect(DEVICES.filter((device) => canExist(device, platform))).toEqual(devices);
});
