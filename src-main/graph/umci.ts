import type { UmciConfig } from '../../src-shared/pack.ts';
import { GraphBuilder, type Value } from './builder.ts';
import type { Model } from './model.ts';
import { declareNoveltyInputs, NOVELTY_VALUES, type NoveltyInputs, noveltyMap } from './novelty.ts';
import type { WeightSpec } from './weight-spec.ts';

/** Map cells per token along an axis: the coarse map lies on SAM's 256 lattice when the token grid is 64. */
export const CELLS_PER_TOKEN = 4;

/** A way from tokens to the map beside the tokens themselves. */
export type UmciPath = keyof UmciConfig['paths'];

/** What UMCI has to know of the towers besides its own shape. */
export interface UmciShape extends UmciConfig {
  /** Channels of each stage's patch tokens. */
  readonly stageWidths: readonly number[];
  /** C_t. */
  readonly textWidth: number;
  /**
   * `own`: the last convolution's two kernels are weights, as the paper has it. Default: they are made of the language
   * tokens. Packs have the default; the other is there to be compared with it.
   */
  readonly kernels?: 'own';
}

/** The head's weights, in a fixed order. */
export function umciParameters(shape: UmciShape): WeightSpec[] {
  const d = shape.hiddenDim;
  const list: WeightSpec[] = [];
  const linear = (name: string, inputs: number, outputs: number) => {
    list.push({ name: `${name}.weight`, shape: [inputs, outputs], fan: inputs });
    list.push({ name: `${name}.bias`, shape: [outputs], fan: 0 });
  };
  const conv3 = (name: string, inputs: number, outputs: number) => {
    if (shape.separable) {
      list.push({ name: `${name}.depthwise`, shape: [inputs, 1, 3, 3], fan: 9 });
      list.push({ name: `${name}.weight`, shape: [outputs, inputs, 1, 1], fan: inputs });
    } else {
      list.push({ name: `${name}.weight`, shape: [outputs, inputs, 3, 3], fan: inputs * 9 });
    }
    list.push({ name: `${name}.bias`, shape: [outputs], fan: 0 });
  };
  shape.stageWidths.forEach((width, index) => {
    const at = `stage${index}`;
    list.push({ name: `${at}.norm.gain`, shape: [width], fan: -1 });
    list.push({ name: `${at}.norm.bias`, shape: [width], fan: 0 });
    linear(`${at}.tokens`, width, d);
    linear(`${at}.text`, shape.textWidth, d);
    if (shape.paths.strip) {
      for (const axis of ['rows', 'columns']) {
        const name = `${at}.strip.${axis}`;
        list.push({ name: `${name}.weight`, shape: [d, d, shape.stripKernel], fan: d * shape.stripKernel });
        list.push({ name: `${name}.bias`, shape: [d], fan: 0 });
      }
      conv3(`${at}.strip.mix`, d, d);
    }
    if (shape.paths.scale) {
      for (const kernel of shape.scaleKernels) conv3(`${at}.scale.pool${kernel}`, d, d);
      conv3(`${at}.scale.mix`, d, d);
    }
    const paths = 1 + Number(shape.paths.strip) + Number(shape.paths.scale);
    conv3(`${at}.fuse`, paths * d + shape.novelty.length * NOVELTY_VALUES, d);
    // L has unit rows, so either makes kernels of unit size.
    const rows = shape.kernels === 'own' ? 2 : shape.textWidth;
    list.push({ name: `${at}.out.weight`, shape: [rows, d], fan: 1 });
  });
  return list;
}

/** Graph inputs of the head; see {@link declareUmciInputs}. */
export interface UmciInputs {
  /** Patch tokens per stage, [h, w, C_i], cropped to the content of the frame. */
  readonly stages: readonly Value[];
  /** L: [2, C_t], row 0 normal, row 1 abnormal. */
  readonly text: Value;
  /** Per scale kernel: pooling and its bilinear way back, along rows and columns. */
  readonly scales: readonly {
    readonly poolRows: Value;
    readonly poolColumns: Value;
    readonly upRows: Value;
    readonly upColumns: Value;
  }[];
  /** There when the head has novelty channels. */
  readonly novelty?: NoveltyInputs;
  /** Token grid to map grid. */
  readonly mapRows: Value;
  readonly mapColumns: Value;
}

/**
 * Declares the head's inputs on a builder. Heights and widths are symbolic: one graph serves every aspect
 * ratio.
 */
export function declareUmciInputs(builder: GraphBuilder, shape: UmciShape): UmciInputs {
  return {
    stages: shape.stageWidths.map((width, index) =>
      builder.input(`stage_${index}`, 'float32', ['h', 'w', width]),
    ),
    ...(shape.novelty.length > 0 ? { novelty: declareNoveltyInputs(builder) } : {}),
    text: builder.input('text', 'float32', [2, shape.textWidth]),
    scales: (shape.paths.scale ? shape.scaleKernels : []).map((k) => ({
      poolRows: builder.input(`pool_rows_${k}`, 'float32', [`h${k}`, 'h']),
      poolColumns: builder.input(`pool_columns_${k}`, 'float32', ['w', `w${k}`]),
      upRows: builder.input(`up_rows_${k}`, 'float32', ['h', `h${k}`]),
      upColumns: builder.input(`up_columns_${k}`, 'float32', [`w${k}`, 'w']),
    })),
    mapRows: builder.input('map_rows', 'float32', ['map_h', 'h']),
    mapColumns: builder.input('map_columns', 'float32', ['w', 'map_w']),
  };
}

/**
 * UMCI, the Unified Multi-scale Cross-modal Interaction of arXiv 2401.12665: per stage the strip path, the scale path
 * and their fusion with the original feature.
 *
 * Two things are ours. The novelty of each token within its picture joins the fusion. And the last 1×1 convolution
 * takes its two kernels from the language tokens, one each: both attentions see T as a set, so this is what tells
 * "abnormal" from "normal". Exchanging the two turns the map into its complement.
 * @param weight gives the value that stands for a weight of {@link umciParameters}
 * @param without a path that says nothing: its channels are zero in the fusion, its inputs are not needed
 * @returns per stage the logit of "abnormal" against "normal" on the map grid, [map_h, map_w]: the softmax
 *   over the two channels is its sigmoid
 */
export function umciStageLogits(
  b: GraphBuilder,
  shape: UmciShape,
  inputs: UmciInputs,
  weight: (name: string) => Value,
  without?: UmciPath,
): Value[] {
  const root = Math.sqrt(shape.hiddenDim);
  const conv3 = (x: Value, name: string) => {
    const w = weight(`${name}.weight`);
    const bias = weight(`${name}.bias`);
    if (!shape.separable) return b.conv(x, w, bias);
    const depthwise = weight(`${name}.depthwise`);
    const channels = Number(depthwise.shape[0]);
    return b.conv(b.conv(x, depthwise, undefined, { group: channels }), w, bias);
  };
  const linear = (x: Value, name: string) =>
    b.add(b.matmul(x, weight(`${name}.weight`)), weight(`${name}.bias`));

  /** Both attentions of the strip path for one strip, tokens [n, d] → [n, d]. */
  const stripAttention = (strip: Value, text: Value) => {
    const asks = b.softmax(b.div(b.matmul(text, b.transpose(strip, [1, 0])), b.constant(root)), 1);
    const aware = b.add(text, b.matmul(asks, strip));
    const answers = b.softmax(b.div(b.matmul(strip, b.transpose(aware, [1, 0])), b.constant(root)), 1);
    return b.matmul(answers, aware);
  };

  const novelty =
    inputs.novelty &&
    b.unsqueeze(b.transpose(noveltyMap(b, shape.novelty, inputs.stages, inputs.novelty), [2, 0, 1]), [0]);

  return inputs.stages.map((tokens, index) => {
    const at = `stage${index}`;
    const normed = b.layerNorm(tokens, weight(`${at}.norm.gain`), weight(`${at}.norm.bias`), 1e-5);
    const v = linear(normed, `${at}.tokens`);
    const text = linear(inputs.text, `${at}.text`);
    const image = b.unsqueeze(b.transpose(v, [2, 0, 1]), [0]);
    const paths = [image];
    const nothing = () => b.mul(image, b.constant(0));

    if (shape.paths.strip && without === 'strip') paths.push(nothing());
    else if (shape.paths.strip) {
      const strip = (axis: 'rows' | 'columns') => {
        const name = `${at}.strip.${axis}`;
        const mean = b.reduceMean(v, [axis === 'rows' ? 1 : 0], false);
        const line = b.unsqueeze(b.transpose(mean, [1, 0]), [0]);
        const conv = b.conv(line, weight(`${name}.weight`), weight(`${name}.bias`));
        const answered = stripAttention(b.transpose(b.squeeze(conv, [0]), [1, 0]), text);
        return b.unsqueeze(b.transpose(answered, [1, 0]), axis === 'rows' ? [0, 3] : [0, 2]);
      };
      paths.push(conv3(b.add(strip('rows'), strip('columns')), `${at}.strip.mix`));
    }

    if (shape.paths.scale && without === 'scale') paths.push(nothing());
    else if (shape.paths.scale) {
      const asKernel = b.unsqueeze(text, [2, 3]);
      const asAnswer = b.unsqueeze(b.transpose(text, [1, 0]), [2, 3]);
      const scales = inputs.scales.map((scale, j) => {
        const pooled = b.matmul(b.matmul(scale.poolRows, image), scale.poolColumns);
        const g = conv3(pooled, `${at}.scale.pool${shape.scaleKernels[j]}`);
        const asks = b.div(b.conv(g, asKernel, undefined), b.constant(root));
        const answered = b.conv(b.softmax(asks, 1), asAnswer, undefined);
        return b.matmul(b.matmul(scale.upRows, answered), scale.upColumns);
      });
      paths.push(
        conv3(
          scales.reduce((sum, x) => b.add(sum, x)),
          `${at}.scale.mix`,
        ),
      );
    }

    if (novelty) paths.push(novelty);
    const fused = b.gelu(conv3(paths.length > 1 ? b.concat(paths, 1) : image, `${at}.fuse`));
    const out = weight(`${at}.out.weight`);
    const kernels = b.unsqueeze(shape.kernels === 'own' ? out : b.matmul(inputs.text, out), [2, 3]);
    const channels = b.div(b.conv(fused, kernels), b.constant(root));
    const logit = b.sub(b.slice(channels, 1, 1, 2), b.slice(channels, 1, 0, 1));
    return b.squeeze(b.matmul(b.matmul(inputs.mapRows, logit), inputs.mapColumns), [0, 1]);
  });
}

/** The coarse map O: mean over stages of the abnormal channel, [map_h, map_w], 0..1. */
function coarseMap(b: GraphBuilder, stageLogits: readonly Value[]): Value {
  const sum = stageLogits.map((logit) => b.sigmoid(logit)).reduce((total, x) => b.add(total, x));
  return b.div(sum, b.constant(stageLogits.length));
}

/**
 * The head as an ONNX model: feeds as {@link umciFeeds} makes them, output `coarse` [map_h, map_w].
 * @param options.without as in {@link umciStageLogits}; the feeds are then those of a head without this path
 * @throws TypeError when a weight is missing or has another shape
 */
export function buildUmciGraph(
  shape: UmciShape,
  weights: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>,
  { without }: { readonly without?: UmciPath } = {},
): Model {
  const builder = new GraphBuilder();
  const values = new Map<string, Value>();
  for (const { name, shape: dims } of umciParameters(shape)) {
    const tensor = weights.get(name);
    if (!tensor || tensor.shape.join() !== dims.join()) {
      throw new TypeError(
        `UMCI weight "${name}" should be [${dims}], found ${tensor ? `[${tensor.shape}]` : 'none'}`,
      );
    }
    values.set(name, builder.initializer(name, tensor.data, dims));
  }
  const paths = { ...shape.paths, ...(without && { [without]: false }) };
  const inputs = declareUmciInputs(builder, { ...shape, paths });
  const logits = umciStageLogits(builder, shape, inputs, (name) => values.get(name)!, without);
  builder.output('coarse', coarseMap(builder, logits));
  return builder.build();
}
