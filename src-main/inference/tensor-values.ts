import { ClipSamError, failure } from '../../src-shared/errors.ts';
import type { Tensors } from './ort.ts';

/**
 * As {@link floats}. Without this, an overflow would pass for a score of 0: a perfect part.
 * @throws ClipSamError `inference-failed`, `pack-invalid`
 */
export function finite(tensors: Tensors, name: string): Float32Array {
  const values = floats(tensors, name);
  if (values.every(Number.isFinite)) return values;
  throw failure(
    'no-numbers',
    { output: name },
    `The model's "${name}" holds values that are no numbers. Use the device "cpu"; if that is what ran, check the pack with \`clipsam models verify\`.`,
  );
}

/**
 * The values of a session's output; half precision is widened.
 * @throws ClipSamError `pack-invalid` when it is not there, or of another type
 */
export function floats(tensors: Tensors, name: string): Float32Array {
  const tensor = tensors[name];
  if (tensor?.type === 'float32') return tensor.data;
  if (tensor?.type === 'float16') return new Float32Array(tensor.data);
  const found = Object.entries(tensors).map(([key, { type }]) => `${key} (${type})`);
  throw new ClipSamError(
    'pack-invalid',
    `The model pack should give float32 "${name}"; it gives ${found.join(', ') || 'nothing'}.`,
  );
}
