import { ClipSamError } from '../../../src-shared/errors.ts';
import { METHODS, type Method, type MethodName } from '../../../src-shared/method.ts';
import type { Opinion } from '../../../src-shared/opinion.ts';

/** One system that is measured beside others, as the command line names it. */
export interface MethodSpec {
  /** As it is written in tables: `april-gan+mmr+references-4`. */
  readonly text: string;
  /** What makes language's map; undefined: an opinion is measured alone, whatever language says. */
  readonly method: Method | undefined;
  readonly consensus: boolean;
  /** Good images to compare with. */
  readonly references: number | undefined;
}

/** The paper's pipeline, and the same without MMR; what all other names mean follows from the name. */
const WITHOUT_MMR = 'clipsam-coarse';
const NAMES: readonly string[] = [...METHODS, WITHOUT_MMR];
const PARTS = ['mmr', 'consensus', 'references-<k>'];
const MOST_REFERENCES = 64;
/** What `all` stands for. */
const ALL = [
  'clipsam',
  WITHOUT_MMR,
  ...METHODS.filter((name) => name !== 'clipsam'),
  'consensus',
  'references-4',
];

/**
 * Parses a list of methods: `clipsam,winclip+mmr,references-4`. Each is
 * `<method>[+mmr][+consensus][+references-<k>]`, or `consensus` or `references-<k>` alone; `all` is every method. `clipsam` is
 * refined by MMR and `clipsam-coarse` is not; the others are where `+mmr` says so. One that is named twice counts once.
 * @throws ClipSamError `input-invalid`, naming the part that is not known and those that are
 */
export function parseMethodSpecs(text: string): MethodSpec[] {
  const specs = new Map<string, MethodSpec>();
  for (const item of text.split(',').map((part) => part.trim())) {
    for (const name of item === 'all' ? ALL : [item]) {
      const spec = parseMethodSpec(name);
      if (!specs.has(spec.text)) specs.set(spec.text, spec);
    }
  }
  return [...specs.values()];
}

/** What a result of the system is made of, language first. */
export function opinionsOf({
  consensus,
  references,
}: Pick<MethodSpec, 'consensus' | 'references'>): ReadonlySet<Opinion> {
  return new Set<Opinion>([
    'language',
    ...(consensus ? (['consensus'] as const) : []),
    ...(references === undefined ? [] : (['references'] as const)),
  ]);
}

function parseMethodSpec(text: string): MethodSpec {
  const [first = '', ...rest] = text.split('+');
  const found = { mmr: false, consensus: false, references: undefined as number | undefined };
  const isName = NAMES.includes(first);
  for (const part of isName ? rest : [first, ...rest]) {
    const digits = /^references-(\d+)$/.exec(part)?.[1];
    const isAgain =
      part === 'mmr' || part === 'consensus' ? found[part] : digits !== undefined && found.references;
    if (isAgain) throw refused(text, `"${part}" stands there twice`);
    if (part === 'mmr' || part === 'consensus') found[part] = true;
    else if (digits !== undefined) found.references = countOf(text, Number(digits));
    else throw refused(text, `"${part}" is not known`);
  }
  const { mmr, consensus, references } = found;
  if (!isName) {
    if (mmr || (consensus && references !== undefined)) {
      throw refused(text, 'an opinion is measured alone, or beside a method that stands first');
    }
    return { text: nameOf('', found), method: undefined, consensus, references };
  }
  if (first === 'clipsam' && mmr) throw refused(text, 'clipsam is refined by MMR anyway');
  const name: MethodName = first === WITHOUT_MMR ? 'clipsam' : (first as MethodName);
  // With MMR, clipsam-coarse is clipsam.
  const isWhole = name === 'clipsam' && (first === name || mmr);
  return {
    text: nameOf(isWhole ? name : first, { ...found, mmr: mmr && !isWhole }),
    method: { name, refine: mmr || isWhole },
    consensus,
    references,
  };
}

function countOf(text: string, count: number): number {
  if (count >= 1 && count <= MOST_REFERENCES) return count;
  throw refused(text, `there can be 1 to ${MOST_REFERENCES} references`);
}

function nameOf(
  first: string,
  found: { readonly mmr: boolean; readonly consensus: boolean; readonly references: number | undefined },
): string {
  const parts = [first, found.mmr && 'mmr', found.consensus && 'consensus'];
  const references = found.references !== undefined && `references-${found.references}`;
  return [...parts, references].filter(Boolean).join('+');
}

function refused(text: string, problem: string): ClipSamError {
  return new ClipSamError(
    'input-invalid',
    `"${text}" names no method: ${problem}. Methods: ${NAMES.join(', ')}, consensus, references-<k>, all; what can be added with +: ${PARTS.join(', ')}.`,
  );
}
