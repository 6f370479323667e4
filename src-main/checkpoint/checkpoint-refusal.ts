import { type ClipSamError, failure } from '../../src-shared/errors.ts';

/** Why a checkpoint is not read, before it is known what the file is called. */
export class CheckpointRefusal extends Error {
  /** The class or function that the file asks for, or the path it wants written, where that is the reason. */
  readonly asked: string | undefined;

  constructor(reason: string, options: { readonly asked?: string; readonly cause?: unknown } = {}) {
    super(reason, { cause: options.cause });
    this.asked = options.asked;
  }
}

/** The refusal of a checkpoint as users are told it. @param path the checkpoint's file */
export function checkpointError(path: string, { message, asked, cause }: CheckpointRefusal): ClipSamError {
  if (asked === undefined) {
    return failure(
      'checkpoint-damaged',
      { file: path },
      `${path} is no PyTorch checkpoint that can be read: ${message}. Download it again, or ask who made it for the weights alone.`,
      cause,
    );
  }
  return failure(
    'checkpoint-unsafe',
    { file: path, name: asked },
    `${path} is refused, and nothing in it was run: ${message}. Only tensors in plain dictionaries and lists are taken; don't use the file if you don't trust who made it.`,
    cause,
  );
}
