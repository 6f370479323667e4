import type { Device, FilePrecision } from '../../src-shared/device.ts';
import { throwIfCancelled } from '../../src-shared/errors.ts';
import type { Pack } from '../../src-shared/pack.ts';
import { runtimeReason } from './devices.ts';
import type { SessionInput, Tensor, Tensors } from './ort.ts';
import type { VariantVerdict } from './variant-verdicts.ts';

/** A file that may serve for another, and in which precision it computes. */
export interface Candidate {
  readonly file: string;
  readonly precision: FilePrecision;
}

/**
 * The files that may serve for one on a device, those to be preferred first: on the CPU in 32 bits and a graph in
 * another precision where the pack names one for the CPU; the file itself always comes last.
 * @param step of lack of memory: after the first, the smallest variant alone is left, and where there is none the file
 */
export function candidatesFor(
  file: string,
  device: Device,
  variants: Pack['variants'],
  step = 0,
): readonly Candidate[] {
  const own: Candidate = { file, precision: 'fp32' };
  const others = variants
    .filter((variant) => variant.of === file && variant.devices.includes(device))
    .map((variant): Candidate => ({ file: variant.file, precision: variant.precision }));
  if (step === 0 || others.length === 0) return [...others, own];
  return [others.reduce((least, other) => (BITS[other.precision] < BITS[least.precision] ? other : least))];
}

const BITS: Readonly<Record<FilePrecision, number>> = { fp32: 32, fp16: 16, int8: 8 };

/**
 * Largest distance to the values of 32 bits that {@link distanceOf} may find. Half precision keeps eleven bits, and blocks
 * add their errors: 0.05 is a cosine of 0.9987 (the twins: towers 2e-4, SAM's decoder 0.04). Eight bits: 0.1 is a cosine
 * of 0.995 (the twins' towers: 0.035; the public CLIP in a batch of eight: a cosine down to 0.97, which is refused).
 */
const TOLERANCE: Readonly<Record<FilePrecision, number>> = { fp32: 0, fp16: 0.05, int8: 0.1 };

/** What came of the choice for one file. */
export interface ChosenFile<S> {
  readonly candidate: Candidate;
  readonly session: S;
  /** Why others were passed over, in order. */
  readonly passedOver: readonly { readonly candidate: Candidate; readonly reason: string }[];
}

/** What the choice asks of the machine. */
export interface VariantTrials<S> {
  /** Opens a candidate on the device that is chosen for. @throws why it doesn't load */
  open(candidate: Candidate): Promise<S>;
  /** Its answer to the fixed input. @throws what is wrong with a run */
  answer(session: S): Promise<Tensors>;
  /** The answer of the file in 32 bits, on the CPU. */
  reference(): Promise<Tensors>;
  /** The verdict of an earlier trial. */
  known?(candidate: Candidate): Promise<VariantVerdict | undefined> | undefined;
  keep?(candidate: Candidate, verdict: VariantVerdict): Promise<void> | undefined;
  release(session: S): Promise<void>;
}

/**
 * Opens the first of the candidates that loads and, in other precisions than 32 bits, agrees with it.
 * @throws what the last of them says when none can be used; `cancelled`
 */
export async function chooseFile<S>(
  candidates: readonly Candidate[],
  trials: VariantTrials<S>,
  signal?: AbortSignal,
): Promise<ChosenFile<S>> {
  const passedOver: { candidate: Candidate; reason: string }[] = [];
  let lastError: unknown;
  for (const candidate of candidates) {
    throwIfCancelled(signal);
    let session: S | undefined;
    try {
      const known = candidate.precision === 'fp32' ? AGREES : await trials.known?.(candidate);
      if (known?.agrees === false) throw new Error(known.reason);
      session = await trials.open(candidate);
      const verdict = known ?? (await tryOut(candidate, session, trials));
      if (verdict.agrees) return { candidate, session, passedOver };
      throw new Error(verdict.reason);
    } catch (error) {
      if (session !== undefined) await trials.release(session);
      passedOver.push({ candidate, reason: runtimeReason(error) });
      lastError = error;
    }
  }
  throw lastError;
}

const AGREES: VariantVerdict = { agrees: true, reason: '' };

async function tryOut<S>(
  candidate: Candidate,
  session: S,
  trials: VariantTrials<S>,
): Promise<VariantVerdict> {
  const distance = distanceOf(await trials.answer(session), await trials.reference());
  const allowed = TOLERANCE[candidate.precision];
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const verdict = {
    agrees: distance <= allowed,
    reason: Number.isNaN(distance)
      ? 'gives values that are no numbers'
      : `differs from 32 bits by ${percent(distance)}; ${percent(allowed)} are allowed`,
  };
  await trials.keep?.(candidate, verdict);
  return verdict;
}

/**
 * How far the outputs of two graphs lie apart: the largest over the outputs of |a − b| / |b|. NaN when a value is none,
 * infinite when an output is missing or has another size.
 */
export function distanceOf(own: Tensors, reference: Tensors): number {
  let largest = 0;
  for (const [name, expected] of Object.entries(reference)) {
    if (expected.type === 'int64') continue;
    const found = own[name];
    if (!found || found.type === 'int64' || found.data.length !== expected.data.length) {
      return Number.POSITIVE_INFINITY;
    }
    let difference = 0;
    let length = 0;
    for (let i = 0; i < expected.data.length; i++) {
      difference += (found.data[i]! - expected.data[i]!) ** 2;
      length += expected.data[i]! ** 2;
    }
    const distance = Math.sqrt(difference / length);
    if (!Number.isFinite(distance)) return Number.NaN;
    largest = Math.max(largest, distance);
  }
  return largest;
}

/** What decides the fixed input of a graph, besides its own description. */
export interface FixedInput {
  /** Side of its images in pixels. */
  readonly size?: number;
  /** Sizes by the name of an open dimension; others are 1. */
  readonly dims?: Readonly<Record<string, number>>;
  /** Tensors by the names of inputs: what another graph gave. */
  readonly known?: Tensors;
}

/**
 * A fixed input for a graph: waves for images and embeddings, places within 1024 pixels for points and boxes, and ones for
 * ids and labels, which every text encoder and decoder knows.
 */
export function fixedFeeds(inputs: readonly SessionInput[], given: FixedInput = {}): Tensors {
  return Object.fromEntries(
    inputs.map((input) => [input.name, given.known?.[input.name] ?? fixedTensor(input, given)]),
  );
}

function fixedTensor({ type, dims: described }: SessionInput, { size, dims: open }: FixedInput): Tensor {
  const isImage = size !== undefined && described.length === 4;
  const dims = described.map((dim, axis) => {
    if (typeof dim === 'number') return dim;
    return open?.[dim] ?? (isImage && axis > 0 ? (axis === 1 ? 3 : size) : 1);
  });
  const count = dims.reduce((product, dim) => product * dim, 1);
  if (type === 'int64') return { type, dims, data: BigInt64Array.from({ length: count }, () => 1n) };
  const isPlace = dims.at(-1) === 2 || (dims.at(-1) === 4 && dims.length === 3);
  return { type: 'float32', dims, data: waves(count).map((value) => (isPlace ? 512 + 400 * value : value)) };
}

function waves(count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => Math.sin(i * 0.37 + (i % 1013)));
}
