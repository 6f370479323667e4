import type { Prompts } from '../../src-shared/recipe.ts';

/** Every sentence of a prompt ensemble, state by state. */
export interface StateSentences {
  readonly normal: readonly string[];
  readonly abnormal: readonly string[];
}

/**
 * State phrases × templates (APRIL-GAN's scheme): the object's name goes into the phrase's `{}`, the phrase into
 * the template's.
 */
export function stateSentences(object: string, prompts: Prompts): StateSentences {
  const sentences = (phrases: readonly string[]) =>
    phrases.flatMap((phrase) => {
      const state = phrase.replaceAll('{}', () => object);
      return prompts.templates.map((template) => template.replaceAll('{}', () => state));
    });
  return { normal: sentences(prompts.normal), abnormal: sentences(prompts.abnormal) };
}

/**
 * Language tokens L (APRIL-GAN's ensemble): sentence embeddings are L2-normalised, averaged per state, L2-normalised again.
 * @param embeddings [sentences, width]: all normal ones, then all abnormal ones
 * @returns [2, width], row 0 normal, row 1 abnormal
 */
export function languageTokens(
  embeddings: Float32Array,
  counts: { readonly normal: number; readonly abnormal: number },
  width: number,
): Float32Array {
  const tokens = new Float32Array(2 * width);
  for (let sentence = 0; sentence < counts.normal + counts.abnormal; sentence++) {
    const embedding = embeddings.subarray(sentence * width, (sentence + 1) * width);
    const gain = 1 / length(embedding);
    const row = sentence < counts.normal ? 0 : width;
    for (let i = 0; i < width; i++) tokens[row + i]! += embedding[i]! * gain;
  }
  for (const row of [tokens.subarray(0, width), tokens.subarray(width)]) {
    const gain = 1 / length(row);
    for (let i = 0; i < width; i++) row[i]! *= gain;
  }
  return tokens;
}

function length(vector: Float32Array): number {
  let squares = 0;
  for (const value of vector) squares += value * value;
  return Math.max(Math.sqrt(squares), 1e-12);
}
