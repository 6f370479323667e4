/**
 * Inferno (N. J. Smith, S. van der Walt, matplotlib 2.0, CC0): perceptually uniform, lightness rises with the
 * score, readable by colour-blind people and in grey print. Polynomial of degree 6 in the score per channel,
 * least-squares fit by M. Zucker (shadertoy.com/view/WlfXRN, CC0), lowest order first.
 */
const INFERNO = [
  [0.0002189403691192265, 0.001651004631001012, -0.01948089843709184],
  [0.1065134194856116, 0.5639564367884091, 3.932712388889277],
  [11.60249308247187, -3.972853965665698, -15.9423941062914],
  [-41.70399613139459, 17.43639888205313, 44.35414519872813],
  [77.162935699427, -33.40235894210092, -81.80730925738993],
  [-71.31942824499214, 32.62606426397723, 73.20951985803202],
  [25.13112622477341, -12.24266895238567, -23.07032500287172],
] as const;

/** sRGB colour, 0..255 per channel, of a score 0..1. The scale is absolute: the same for every image. */
export function scoreColour(score: number): readonly [number, number, number] {
  const x = Math.min(Math.max(score, 0), 1);
  const channel = (index: 0 | 1 | 2) => {
    const value = INFERNO.reduceRight((sum, coefficients) => sum * x + coefficients[index], 0);
    return Math.round(Math.min(Math.max(value, 0), 1) * 255);
  };
  return [channel(0), channel(1), channel(2)];
}

/**
 * A heat map to lay over the image.
 * @param options.opacity of score 1, 0..1; opacity falls linearly with the score, so that normal areas stay clear
 * @returns width × height × RGBA, not premultiplied
 */
export function colourise(
  map: { readonly data: ArrayLike<number> },
  options: { readonly opacity: number },
): Uint8ClampedArray {
  const colours = Uint8Array.from(
    Array.from({ length: 256 }, (_, level) => [
      ...scoreColour(level / 255),
      Math.round(options.opacity * level),
    ]).flat(),
  );
  const table = new Uint32Array(colours.buffer);
  const out = new Uint32Array(map.data.length);
  for (let i = 0; i < out.length; i++) {
    out[i] = table[Math.round(Math.min(Math.max(map.data[i]!, 0), 1) * 255)]!;
  }
  return new Uint8ClampedArray(out.buffer);
}
