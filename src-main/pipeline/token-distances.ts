/** Share of the crowd, the nearest ones, whose distances are averaged (MuSc's mutual scoring). */
export const NEAREST_SHARE = 0.3;

/**
 * How far every token is from the nearest in any of the pictures.
 * @param cosines per picture, the largest cosine of each token
 * @returns 1 − cosine, 0..2; undefined without pictures
 */
export function distanceToAny(cosines: readonly Float32Array[]): Float32Array | undefined {
  const [first, ...others] = cosines;
  if (!first) return undefined;
  const distances = first.map((cosine) => Math.max(0, 1 - cosine));
  for (const picture of others) {
    for (let i = 0; i < picture.length; i++)
      distances[i] = Math.min(distances[i]!, Math.max(0, 1 - picture[i]!));
  }
  return distances;
}

/**
 * How far every token is from those pictures of a crowd that have its like: the mean distance to the nearest 30 % of
 * them, at least one. What most pictures lack is far although a few may have it.
 * @param cosines per picture, the largest cosine of each token
 * @returns 1 − cosine, 0..2; undefined without pictures
 */
export function distanceToCrowd(cosines: readonly Float32Array[]): Float32Array | undefined {
  const [first] = cosines;
  if (!first) return undefined;
  const count = Math.max(1, Math.ceil(NEAREST_SHARE * cosines.length));
  const ofToken = new Float32Array(cosines.length);
  return first.map((_, token) => {
    for (let picture = 0; picture < cosines.length; picture++)
      ofToken[picture] = 1 - cosines[picture]![token]!;
    ofToken.sort();
    let sum = 0;
    for (let i = 0; i < count; i++) sum += ofToken[i]!;
    return sum / count;
  });
}
