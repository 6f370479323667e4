import type { DeviceReport } from '../../src-shared/device.ts';
import { ClipSamError } from '../../src-shared/errors.ts';
import type { Pack } from '../../src-shared/pack.ts';
import { Random } from '../../src-shared/random.ts';
import type { PlacedPrompts } from '../pipeline/decoder-prompts.ts';
import { DECODER_TENSORS, decoderRuns } from './decoder-dialects.ts';
import { createSession, type Session, type Tensor, type Tensors } from './ort.ts';
import { decoderModel, type PathOf, runnableFile } from './pack-models.ts';
import { floats } from './tensor-values.ts';
import { fileHashes, type VariantVerdicts } from './variant-verdicts.ts';

/** A point and a box around it that fit any encoder's square, in its pixels. */
const POINT: PlacedPrompts = { coords: [40, 40], labels: [1], box: null };
const BOX: PlacedPrompts = { ...POINT, box: [8, 16, 88, 72] };
const SIZE = { imageWidth: 96, imageHeight: 96 };

/**
 * Asks the decoder of a pack that claims boxes whether one moves its masks, over an embedding of noise. A decoder without
 * them would answer with plausible, wrong masks, and no error.
 * @throws ClipSamError `pack-invalid`
 */
export async function refuseWithoutBoxes({ id, segmenter }: Pack, decoder: Session): Promise<void> {
  const { dialect, boxes, masks, decoder: file } = segmenter;
  if (!boxes) return;
  const refuse = (why: string) =>
    new ClipSamError(
      'pack-invalid',
      `Pack ${id}: "segmenter" claims boxes, but its decoder "${file}" ${why}. Set "boxes" to false: the pack is used with points only; or use a decoder that takes boxes.`,
    );
  const embedding: Record<string, Tensor> = {};
  for (const name of DECODER_TENSORS[dialect].embeddings) {
    const sizes = decoder.inputDims[name] ?? [];
    // The batch may be open.
    const dims = sizes.map((size, axis) => (axis === 0 && typeof size !== 'number' ? 1 : size));
    if (dims.length === 0 || !dims.every((size) => typeof size === 'number')) {
      throw refuse(`does not say how large "${name}" is, so that it cannot be asked`);
    }
    embedding[name] = noise(dims);
  }
  const answer = async (feeds: Tensors) => {
    const all = { ...embedding, ...feeds };
    const used = Object.fromEntries(decoder.inputNames.map((name) => [name, all[name]!]));
    return floats(await decoder.run(used), masks);
  };
  const feedsOf = (prompts: PlacedPrompts) => decoderRuns(dialect, [prompts], SIZE)[0]!.feeds;
  const withBox = feedsOf(BOX);
  const labels = withBox.point_labels;
  // Corners that points are told from by their labels: labels that nobody knows must not do as well.
  const without =
    labels?.type === 'float32'
      ? {
          ...withBox,
          point_labels: { ...labels, data: labels.data.map((label) => (label > 1 ? label + 10 : label)) },
        }
      : feedsOf(POINT);
  if (isSame(await answer(withBox), await answer(without))) {
    throw refuse('takes none: one leaves its masks as they are');
  }
}

/**
 * {@link refuseWithoutBoxes}, unless the file that serves as decoder was found to take boxes on this machine before.
 * @throws ClipSamError `pack-invalid`
 */
export async function refuseWithoutBoxesOnce(
  pack: Pack,
  decoder: Session,
  { running, files = [] }: DeviceReport,
  verdicts: VariantVerdicts | undefined,
): Promise<void> {
  const { decoder: own, dialect, boxes, masks } = pack.segmenter;
  if (!boxes) return;
  const file = files.find(({ of }) => of === own)?.file ?? own;
  const question = `boxes ${dialect} ${masks}`;
  const trial = { device: running, hashes: fileHashes(pack, file), question };
  if ((await verdicts?.get(trial))?.agrees) return;
  await refuseWithoutBoxes(pack, decoder);
  await verdicts?.put(trial, { agrees: true, reason: 'a box moves the masks' });
}

/**
 * {@link refuseWithoutBoxes} of a pack whose decoder is not open.
 * @throws ClipSamError `pack-invalid`, `model-file-invalid`
 */
export async function openAndRefuseWithoutBoxes(pack: Pack, pathOf: PathOf): Promise<void> {
  const { boxes, decoder: file } = pack.segmenter;
  if (!boxes) return;
  const { bytes, externalFolder } = runnableFile(await decoderModel(pack, pathOf));
  const options = { device: 'cpu', threads: 1, ...(externalFolder && { externalFolder }) } as const;
  const decoder = await createSession(bytes, options).catch((cause: unknown) => {
    throw new ClipSamError(
      'model-file-invalid',
      `Pack ${pack.id}: the decoder "${file}" can't be opened (${cause instanceof Error ? cause.message : String(cause)}). Use the file that the pack was made with.`,
      { cause },
    );
  });
  try {
    await refuseWithoutBoxes(pack, decoder);
  } finally {
    await decoder.release();
  }
}

function isSame(one: Float32Array, other: Float32Array): boolean {
  let largest = 0;
  let difference = 0;
  one.forEach((value, i) => {
    largest = Math.max(largest, Math.abs(value));
    difference = Math.max(difference, Math.abs(value - other[i]!));
  });
  return difference <= 1e-5 * largest;
}

/** The same values in −1..1 each time. */
function noise(dims: readonly number[]): Tensor {
  const data = new Float32Array(dims.reduce((product, size) => product * size, 1));
  const random = new Random('box-check');
  for (let i = 0; i < data.length; i++) data[i] = random.range(-1, 1);
  return { type: 'float32', dims, data };
}
