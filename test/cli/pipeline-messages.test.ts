import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import { pipelineMessages } from '../../src-main/cli/pipeline-messages.ts';
import type { DeviceReport } from '../../src-shared/device.ts';

/** What is said when processes are ready with these devices, one after the other. */
function said(...devices: readonly DeviceReport[]): string[] {
  const lines: string[] = [];
  const tell = pipelineMessages((line) => lines.push(line));
  devices.forEach((device, at) => {
    tell({ kind: 'ready', generation: at + 1, pid: 1, device });
  });
  return lines.map((line) => stripVTControlCharacters(line));
}

it('says once which device runs, and a change of it', () => {
  const cuda = { asked: 'cuda', running: 'cuda' } as const;
  expect(said(cuda, cuda)).toEqual(['Device: cuda']);
  const lack = {
    asked: 'auto',
    outOfMemory: { device: 'cuda', reason: 'CUDA failure 2: out of memory' },
  } as const;
  expect(said(cuda, { ...lack, running: 'cuda' }, { ...lack, running: 'cpu' })).toEqual([
    'Device: cuda',
    '!!! cuda has not enough memory: the smallest variants on cuda answer (CUDA failure 2: out of memory)',
    'Device: cuda',
    '!!! cuda has not enough memory: cpu answers (CUDA failure 2: out of memory)',
    'Device: cpu',
  ]);
});

it('names the files that serve in another precision, and why others don’t', () => {
  const files = [
    { of: 'vision', file: 'vision-fp16', precision: 'fp16' },
    {
      of: 'decoder',
      file: 'decoder',
      precision: 'fp32',
      reason: 'decoder-fp16: gives values that are no numbers',
    },
  ] as const;
  expect(said({ asked: 'webgpu', running: 'webgpu', files: [...files] })).toEqual([
    'Device: webgpu',
    '  vision-fp16: fp16',
    '  decoder: fp32 (decoder-fp16: gives values that are no numbers)',
  ]);
});
