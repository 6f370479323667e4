import { DEFAULT_PROMPTS } from '../../src-shared/default-prompts.ts';
import type { Random } from '../../src-shared/random.ts';
import type { Prompts } from '../../src-shared/recipe.ts';

/** More ways to say that nothing, or that something, is wrong. */
const NORMAL = [
  ...DEFAULT_PROMPTS.normal,
  'intact {}',
  'clean {}',
  'good {}',
  'new {}',
  'normal {}',
  'undamaged {}',
  'unbroken {}',
  'faultless {}',
  '{} in good condition',
  '{} without a fault',
  '{} without scratches',
  '{} without anomaly',
];

const ABNORMAL = [
  ...DEFAULT_PROMPTS.abnormal,
  'defective {}',
  'faulty {}',
  'flawed {}',
  'bad {}',
  'imperfect {}',
  'anomalous {}',
  'abnormal {}',
  '{} in bad condition',
  '{} with a fault',
  '{} with an anomaly',
  '{} with a damaged area',
];

const WITH_DEFECT = [
  '{} with a [d]',
  '{} with [d]',
  '[d] on the {}',
  '{} showing a [d]',
  '{} damaged by a [d]',
];

/** Names that fit any object. */
export const GENERIC_NAMES = [
  'object',
  'part',
  'product',
  'item',
  'surface',
  'component',
  'workpiece',
  'material',
];

/** A sentence about a region: its object's name, its state or its defect, in a template. */
export function caption(
  names: readonly string[],
  defects: readonly string[],
  abnormal: boolean,
  random: Random,
): string {
  const name = random.pick(random.chance(0.3) ? GENERIC_NAMES : names);
  const states =
    abnormal && defects.length > 0 && random.chance(0.5)
      ? [random.pick(WITH_DEFECT).replace('[d]', random.pick(defects))]
      : abnormal
        ? ABNORMAL
        : NORMAL;
  const state = random.pick(states).replace('{}', name);
  return random.pick(DEFAULT_PROMPTS.templates).replace('{}', state);
}

/** Every word a caption can have, for learning the tokeniser: all names and defects in all phrases. */
export function captionCorpus(names: Iterable<string>, defects: Iterable<string>): string[] {
  const things = [...new Set([...names, ...GENERIC_NAMES])].sort();
  const flaws = [...new Set(defects)].sort();
  return [
    ...things.flatMap((name) => [...NORMAL, ...ABNORMAL].map((state) => state.replace('{}', name))),
    ...flaws.flatMap((flaw) => WITH_DEFECT.map((state) => state.replace('[d]', flaw).replace('{}', ''))),
    ...DEFAULT_PROMPTS.templates.flatMap((template) => new Array<string>(10).fill(template)),
  ];
}

/**
 * A random smaller prompt ensemble, so that the head does not depend on one wording.
 * @param defect the abnormal phrases name this defect instead of any
 */
export function randomPrompts(random: Random, defect?: string): Prompts {
  const some = (list: readonly string[], count: number) =>
    Array.from({ length: count }, () => random.pick(list));
  return {
    normal: some(NORMAL, random.int(2, 7)),
    abnormal: defect
      ? WITH_DEFECT.map((phrase) => phrase.replace('[d]', defect))
      : some(ABNORMAL, random.int(2, 6)),
    templates: some(DEFAULT_PROMPTS.templates, random.int(3, 8)),
  };
}
