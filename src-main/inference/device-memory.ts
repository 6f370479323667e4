import type { Device } from '../../src-shared/device.ts';

/** That a device had no memory left for what was computed on it. */
export interface LackOfMemory {
  /** How often it has happened: first the pack's smallest variants take over, where there are any, then the CPU. */
  readonly step: number;
  readonly device: Device;
  /** What the runtime said. */
  readonly reason: string;
}

/**
 * How runtimes and drivers say that a device's memory is full: ONNX Runtime's arena and allocators, CUDA, cuBLAS, cuDNN,
 * Direct3D (E_OUTOFMEMORY is 8007000E) and Vulkan.
 */
const LACKS_MEMORY =
  /out ?of ?memory|failed to allocate|not enough memory|(alloc|allocation)_failed|cudaErrorMemoryAllocation|E_OUTOFMEMORY|8007000E|OUT_OF_(DEVICE|HOST)_MEMORY|bad_alloc/i;
/** V8 says so of its own heap, which no device can help. */
const OF_THE_HEAP = /\b(heap|process|JavaScript) out of memory/i;

/** The line of a text that says that a device's memory is full; undefined when none does. */
export function lackOfDeviceMemory(text: string): string | undefined {
  if (OF_THE_HEAP.test(text)) return undefined;
  return text
    .split('\n')
    .find((line) => LACKS_MEMORY.test(line))
    ?.trim();
}
