import { expect, it } from 'vitest';
import { lackOfDeviceMemory } from '../../src-main/inference/device-memory.ts';

it.each([
  "Non-zero status code returned while running Conv node. Name:'Conv_7' Status Message: /onnxruntime_src/onnxruntime/core/framework/bfc_arena.cc:376 void* onnxruntime::BFCArena::AllocateRawInternal(size_t) Failed to allocate memory for requested buffer of size 1073741824",
  'BFC Arena ran out of memory trying to allocate 4294967296.',
  'CUDA failure 2: out of memory ; GPU=0 ; hostname=box ; file=cuda_allocator.cc ; line=38',
  'CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED',
  'CUDNN_STATUS_ALLOC_FAILED',
  'cudaErrorMemoryAllocation',
  'Exception(1) tid(1) 8007000E Not enough memory resources are available to complete this operation.',
  'E_OUTOFMEMORY',
  'vkAllocateMemory failed with VK_ERROR_OUT_OF_DEVICE_MEMORY',
  "terminate called after throwing an instance of 'std::bad_alloc'",
])('hears that a device lacks memory: %s', (line) => {
  expect(lackOfDeviceMemory(`some line\n${line}\nanother`)).toBe(line);
});

it.each([
  'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
  'CUDA failure 700: an illegal memory access was encountered',
  'Error: the driver is broken',
  '',
])('and hears nothing of that in: %s', (text) => {
  expect(lackOfDeviceMemory(text)).toBeUndefined();
});
