import type { GraphBuilder, Value } from '../graph/builder.ts';

export interface HeadLossOptions {
  /** Focal γ. */
  readonly gamma: number;
  /** Weights of the Dice and the image-level term; the focal term has weight 1. */
  readonly dice: number;
  readonly image: number;
}

/** Cells from which on a picture's defect counts fully: a smaller one's gradient would be as large, but mostly noise. */
const SMALL_DEFECT = 48;

/** Of the softmax that stands for the maximum: at 1 many low cells together would outweigh a few high ones. */
const SHARPNESS = 4;
/** Taken off the logits of cells that don't count. */
const MASKED = 30;

/**
 * The head's loss: focal + Dice per stage, summed over stages (as in arXiv 2401.12665), plus a term
 * for what decides a verdict: the strongest place of a defect should be above zero, that of a good picture below.
 * The other terms are means, which a few high cells hardly change.
 *
 * Focal is averaged over the defect's cells and over the others apart, so that a defect of a few cells weighs as
 * much as one of thousands. Dice counts defective pictures only: on good ones it would only ask for lower logits everywhere.
 * @param logits per stage, [map_h, map_w]
 * @param target share of defect per cell, [map_h, map_w], 0..1
 * @param defective 1 when the picture has a defect, else 0; one number
 */
export function headLoss(
  b: GraphBuilder,
  logits: readonly Value[],
  target: Value,
  defective: Value,
  options: HeadLossOptions,
): Value {
  const one = b.constant(1);
  const sum = (x: Value) => b.reduceSum(x, [0, 1], false);
  const rest = b.sub(one, target);
  const positives = sum(target);
  const known = b.add(positives, b.constant(SMALL_DEFECT));
  const share = b.div(positives, known);

  const stageLoss = (z: Value) => {
    const p = b.sigmoid(z);
    const missed = b.mul(b.mul(target, b.pow(b.sub(one, p), options.gamma)), b.softplus(b.neg(z)));
    const invented = b.mul(b.mul(rest, b.pow(p, options.gamma)), b.softplus(z));
    const focal = b.add(b.div(sum(missed), known), b.div(sum(invented), b.add(sum(rest), one)));
    const overlap = b.add(b.mul(sum(b.mul(p, target)), b.constant(2)), one);
    const dice = b.sub(one, b.div(overlap, b.add(b.add(sum(p), positives), one)));
    return b.add(focal, b.mul(b.mul(dice, share), b.constant(options.dice)));
  };
  const stages = logits.map(stageLoss).reduce((total, x) => b.add(total, x));
  if (options.image === 0) return stages;

  const mean = b.div(
    logits.reduce((total, x) => b.add(total, x)),
    b.constant(logits.length),
  );
  /** About the highest logit of the cells where `outside` is 0. */
  const strongest = (outside: Value) => {
    const sharp = b.mul(b.sub(mean, b.mul(outside, b.constant(MASKED))), b.constant(SHARPNESS));
    const attention = b.reshape(b.softmax(b.reshape(sharp, [1, -1]), 1), mean.shape);
    return sum(b.mul(attention, mean));
  };
  const wrong = b.add(
    b.mul(b.mul(defective, share), b.softplus(b.neg(strongest(rest)))),
    b.mul(b.sub(one, defective), b.softplus(strongest(target))),
  );
  return b.add(stages, b.mul(wrong, b.constant(options.image)));
}

/**
 * The loss of arXiv 2401.12665 as APRIL-GAN computes it: per stage focal, the plain mean over the cells, plus Dice with a
 * smoothing of 1, good pictures included; summed over stages. A cell's share of defect stands for the mask's pixels.
 * Arguments as of {@link headLoss}.
 */
export function paperLoss(
  b: GraphBuilder,
  logits: readonly Value[],
  target: Value,
  options: Pick<HeadLossOptions, 'gamma' | 'dice'>,
): Value {
  const one = b.constant(1);
  const two = b.constant(2);
  const sum = (x: Value) => b.reduceSum(x, [0, 1], false);
  const stageLoss = (z: Value) => {
    const p = b.sigmoid(z);
    const missed = b.mul(b.mul(target, b.pow(b.sub(one, p), options.gamma)), b.softplus(b.neg(z)));
    const invented = b.mul(b.mul(b.sub(one, target), b.pow(p, options.gamma)), b.softplus(z));
    const focal = b.reduceMean(b.add(missed, invented), [0, 1], false);
    const overlap = b.add(b.mul(sum(b.mul(p, target)), two), one);
    const dice = b.sub(one, b.div(overlap, b.add(b.add(sum(p), sum(target)), one)));
    return b.add(focal, b.mul(dice, b.constant(options.dice)));
  };
  return logits.map(stageLoss).reduce((total, x) => b.add(total, x));
}
