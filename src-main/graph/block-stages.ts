import { ClipSamError } from '../../src-shared/errors.ts';
import { findTensors, graphOf, type Model } from './model.ts';

/**
 * Name of the tensor at the end of a block. The name is compared as a whole: block 2 is never block 12, nor a norm
 * within block 2.
 * @param pattern name with `{}` where the block's number stands, counted from 0
 * @param block counted from 1
 * @throws ClipSamError `model-tensor-unknown`, naming what was looked for and the blocks, or the nearest names, there are
 */
export function blockTensor(model: Model, pattern: string, block: number): string {
  const name = pattern.replaceAll('{}', String(block - 1));
  const blocks = blocksOf(model, pattern);
  if (blocks.includes(block)) return name;
  if (blocks.length > 0) {
    throw new ClipSamError(
      'model-tensor-unknown',
      `"${model.name}" has no block ${block}: "${name}" was looked for. It has the blocks ${blocks[0]} to ${blocks.at(-1)}.`,
    );
  }
  return findTensors(model, name)[0]!;
}

/** Numbers of the blocks that a pattern finds, counted from 1. */
function blocksOf(model: Model, pattern: string): number[] {
  if (!pattern.includes('{}')) return [];
  const names = new Set(graphOf(model).node.flatMap(({ output }) => output));
  const [head = '', ...rest] = pattern.split('{}');
  const numbers = [...names].flatMap((name) => {
    const digits = name.startsWith(head) ? /^(?:0|[1-9]\d*)/.exec(name.slice(head.length))?.[0] : undefined;
    return digits !== undefined && name === [head, ...rest].join(digits) ? [Number(digits) + 1] : [];
  });
  return numbers.sort((a, b) => a - b);
}
