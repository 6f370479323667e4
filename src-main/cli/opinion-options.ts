import { type Command, InvalidArgumentError } from 'commander';
import { ClipSamError } from '../../src-shared/errors.ts';
import { DEFAULT_OPINION_SETTINGS, type Opinion, type OpinionSettings } from '../../src-shared/opinion.ts';
import type { Recipe } from '../../src-shared/recipe.ts';

/** Which opinions are asked, besides language; for references, how many are drawn where somebody says so. */
export interface AskedOpinions {
  readonly asked: ReadonlySet<Opinion>;
  readonly references?: number;
}

/** Options of commands that ask for second opinions. */
export interface OpinionOptions {
  readonly opinions?: AskedOpinions;
  readonly fine?: true;
  readonly align?: boolean;
}

/** @param list what the value of `--opinions` is called, and a sentence on what it means here */
export function withOpinionOptions(
  command: Command,
  list: { readonly name: string; readonly text: string; readonly parse: (text: string) => AskedOpinions },
): Command {
  return command
    .option(`--opinions <${list.name}>`, list.text, list.parse)
    .option('--fine', 'compare all tokens, not averages of 2 × 2: for defects of few pixels')
    .option(
      '--align',
      'turn and cut every part to one pose before it is compared (default: where parts lie in different poses)',
    )
    .option('--no-align', 'compare parts as they lie');
}

const NAMES = new Set<string>(['language', 'consensus', 'references'] satisfies Opinion[]);

/** Parses a list of opinions: `language,consensus,references`. Language is always one of them. */
export function opinionList(text: string): AskedOpinions {
  const asked = new Set<Opinion>(['language']);
  for (const name of text.split(',').map((part) => part.trim())) {
    if (!NAMES.has(name)) {
      throw new InvalidArgumentError('It must be some of language,consensus,references.');
    }
    asked.add(name as Opinion);
  }
  return { asked };
}

/** The same where references are drawn: `references:4` says how many. */
export function drawnOpinionList(text: string): AskedOpinions {
  const counts = [...text.matchAll(/(^|,)\s*references:(\d+)\s*(?=,|$)/g)].map(([, , digits]) =>
    Number(digits),
  );
  const asked = opinionList(text.replaceAll(/references:\d+/g, 'references'));
  const [count] = counts;
  if (asked.asked.has('references') !== (counts.length === 1)) {
    throw new InvalidArgumentError('How many references are drawn has to be said, once: references:4.');
  }
  if (count === undefined) return asked;
  if (count < 1 || count > 64) throw new InvalidArgumentError('There can be 1 to 64 references.');
  return { ...asked, references: count };
}

/**
 * The recipe with what the options say about opinions; as it is where they say nothing but what it means anyway.
 * @param hasReferences true: a folder of references was named
 * @throws ClipSamError `input-invalid` when the options contradict each other
 */
export function withOpinions(
  recipe: Recipe,
  { opinions, fine, align }: OpinionOptions,
  hasReferences = false,
): Recipe {
  const asked = opinions?.asked;
  if (hasReferences && asked && !asked.has('references')) {
    throw new ClipSamError(
      'input-invalid',
      'A folder of references was named, and --opinions leaves them out. Add references to the list, or leave it out.',
    );
  }
  const before = recipe.opinions ?? DEFAULT_OPINION_SETTINGS;
  const use = (opinion: Opinion) => (asked?.has(opinion) ? ('automatic' as const) : ('off' as const));
  const settings: OpinionSettings = {
    ...before,
    ...(asked && { consensus: use('consensus'), references: use('references') }),
    ...(hasReferences && { references: 'automatic' as const }),
    ...(fine && { tokens: 'fine' as const }),
    ...(align !== undefined && { alignment: align ? ('on' as const) : ('off' as const) }),
  };
  const isSame = JSON.stringify(settings) === JSON.stringify(before);
  return isSame ? recipe : { ...recipe, opinions: settings };
}
