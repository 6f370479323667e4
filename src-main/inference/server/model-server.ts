import type { ServerAddress } from '../../../src-shared/model-servers.ts';

/** A tensor as it goes over the line. */
export interface WireTensor {
  readonly name: string;
  /** `UINT8`, `FP32`, `FP16`, `INT64`, … */
  readonly datatype: string;
  readonly shape: readonly number[];
  /** Row-major, little-endian. */
  readonly bytes: Uint8Array;
}

/** A tensor of a model as its server describes it. */
export interface TensorDescription {
  readonly name: string;
  readonly datatype: string;
  /** −1: open. */
  readonly shape: readonly number[];
}

/** A model as its server describes it. */
export interface ServedModelDescription {
  readonly versions: readonly string[];
  readonly platform: string;
  readonly inputs: readonly TensorDescription[];
  readonly outputs: readonly TensorDescription[];
  /** What its configuration says besides, as text; empty where the server tells nothing of it. */
  readonly parameters: Readonly<Record<string, string>>;
}

export interface InferRequest {
  readonly model: string;
  readonly inputs: readonly WireTensor[];
  readonly outputs: readonly string[];
}

export interface CallOptions {
  /** Milliseconds that the answer may take. */
  readonly deadline: number;
  readonly signal?: AbortSignal | undefined;
}

/** A server that speaks the Open Inference Protocol, version 2. Every call throws {@link ServerFailure}. */
export interface ModelServer {
  readonly address: ServerAddress;
  describe(options: CallOptions): Promise<{ readonly name: string; readonly version: string }>;
  isReady(options: CallOptions): Promise<boolean>;
  describeModel(model: string, options: CallOptions): Promise<ServedModelDescription>;
  /** The tensors as they came: nothing of them is checked. */
  infer(request: InferRequest, options: CallOptions): Promise<readonly WireTensor[]>;
  /** Ends what is under way. */
  close(): void;
}

/**
 * In which way a call failed. `away`: the server says that it is unavailable, or the line broke; only this is worth asking
 * the same server again. `late`: no answer in time. `refused`: the server doesn't do it for us. `failed`: it couldn't.
 * `wrong`: the answer is not what was asked for. `cancelled`: by the caller.
 */
type FailureKind = 'away' | 'late' | 'refused' | 'failed' | 'wrong' | 'cancelled';

/** A call to a server that failed; the message holds no secrets. */
export class ServerFailure extends Error {
  readonly kind: FailureKind;

  constructor(kind: FailureKind, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'ServerFailure';
    this.kind = kind;
  }
}

/** Bytes of an answer at most: the tokens of four stages of the largest towers take a third of it. */
export const MOST_ANSWER_BYTES = 512 << 20;

/** How servers are made; for tests. */
export type OpenServer = (address: ServerAddress) => Promise<ModelServer>;
