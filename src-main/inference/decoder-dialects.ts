import { MAP_SIDE } from '../../src-shared/frame.ts';
import type { Pack } from '../../src-shared/pack.ts';
import type { Dim } from '../graph/shape.ts';
import type { PlacedPrompts } from '../pipeline/decoder-prompts.ts';
import type { Tensor, Tensors } from './ort.ts';

export type Dialect = Pack['segmenter']['dialect'];

/** The tensors of a decoder of SAM's. */
interface DialectTensors {
  /** Inputs that the encoder's outputs go to, in this order. */
  readonly embeddings: readonly string[];
  readonly prompts: readonly string[];
  /** Input of boxes alone, where points and boxes go apart. */
  readonly boxes?: string;
  /** Inputs that an export may have or not. */
  readonly others: readonly string[];
  readonly masks: readonly Dim[];
  readonly qualities: readonly Dim[];
}

const HUGGING_FACE = {
  prompts: ['input_points', 'input_labels'],
  others: [],
  masks: ['?', '?', 3, '?', '?'],
  qualities: ['?', '?', 3],
} as const;

/** What a decoder is fed and gives, by dialect. */
export const DECODER_TENSORS: Readonly<Record<Dialect, DialectTensors>> = {
  meta: {
    embeddings: ['image_embeddings'],
    prompts: ['point_coords', 'point_labels', 'mask_input', 'has_mask_input'],
    others: ['orig_im_size'],
    masks: ['?', 4, '?', '?'],
    qualities: ['?', 4],
  },
  'hugging-face': { embeddings: ['image_embeddings', 'image_positional_embeddings'], ...HUGGING_FACE },
  sam2: {
    embeddings: ['image_embeddings.0', 'image_embeddings.1', 'image_embeddings.2'],
    boxes: 'input_boxes',
    ...HUGGING_FACE,
  },
};

/** What one run of the decoder is fed besides the embedding. */
export interface DecoderRun {
  readonly feeds: Tensors;
  /** Which prompts it answers, in this order. */
  readonly prompts: readonly number[];
}

/** Prompts in one run at most: an answer takes a megabyte each, and the decoder's inner tensors tens of them. */
const PROMPTS_PER_RUN = 8;

/**
 * The runs that answer prompts. Meta's decoder takes one at a time; the others several with as many points: an unused slot
 * (label −10) would still be attended to, and change the masks a little.
 * @param size of the image in pixels
 */
export function decoderRuns(
  dialect: Dialect,
  prompts: readonly PlacedPrompts[],
  size: { readonly imageWidth: number; readonly imageHeight: number },
): DecoderRun[] {
  if (dialect === 'meta') {
    return prompts.map((asked, index) => ({ feeds: metaFeeds(asked, size), prompts: [index] }));
  }
  const isAlike = (one: PlacedPrompts, other: PlacedPrompts) =>
    one.labels.length === other.labels.length && (one.box === null) === (other.box === null);
  const groups: number[][] = [];
  prompts.forEach((asked, index) => {
    const group = groups.find(
      (others) => others.length < PROMPTS_PER_RUN && isAlike(prompts[others[0]!]!, asked),
    );
    if (group) group.push(index);
    else groups.push([index]);
  });
  return groups.map((group) => ({
    feeds: huggingFaceFeeds(
      dialect,
      group.map((index) => prompts[index]!),
    ),
    prompts: group,
  }));
}

/** Points, then the box as corners labelled 2 and 3; without a box one (0, 0) labelled −1. */
function metaFeeds(
  { coords, labels, box }: PlacedPrompts,
  { imageWidth, imageHeight }: { readonly imageWidth: number; readonly imageHeight: number },
): Tensors {
  const rows = { coords: [...coords, ...(box ?? [0, 0])], labels: [...labels, ...(box ? [2, 3] : [-1])] };
  return {
    point_coords: float32([1, rows.labels.length, 2], rows.coords),
    point_labels: float32([1, rows.labels.length], rows.labels),
    mask_input: float32([1, 1, MAP_SIDE, MAP_SIDE], new Float32Array(MAP_SIDE * MAP_SIDE)),
    has_mask_input: float32([1], [0]),
    orig_im_size: float32([2], [imageHeight, imageWidth]),
  };
}

/**
 * SAM v1's export adds the padding point itself and knows no boxes; SAM 2.1's wants one (0, 0) labelled −1 where there is
 * no box.
 */
function huggingFaceFeeds(dialect: Dialect, prompts: readonly PlacedPrompts[]): Tensors {
  const hasBoxes = prompts[0]!.box !== null;
  if (dialect === 'hugging-face' && hasBoxes) throw new TypeError('this decoder takes no boxes');
  const isPadded = dialect === 'sam2' && !hasBoxes;
  const coords = prompts.flatMap((asked) => [...asked.coords, ...(isPadded ? [0, 0] : [])]);
  const labels = prompts.flatMap((asked) => [...asked.labels, ...(isPadded ? [-1] : [])]);
  const points = labels.length / prompts.length;
  return {
    input_points: float32([1, prompts.length, points, 2], coords),
    input_labels: {
      type: 'int64',
      dims: [1, prompts.length, points],
      data: BigInt64Array.from(labels, BigInt),
    },
    input_boxes: float32(
      [1, hasBoxes ? prompts.length : 0, 4],
      prompts.flatMap(({ box }) => box ?? []),
    ),
  };
}

function float32(dims: readonly number[], values: Float32Array | readonly number[]): Tensor {
  return { type: 'float32', dims, data: values instanceof Float32Array ? values : Float32Array.from(values) };
}
