import { throwIfCancelled } from '../../src-shared/errors.ts';
import type { Notice } from '../../src-shared/notice.ts';
import type { Opinion, OpinionSettings } from '../../src-shared/opinion.ts';
import { crowdLimits, type Limits, referenceLimits, SINGLE_LIMITS } from '../pipeline/calibration.ts';
import type { TokenScale } from '../pipeline/image-tokens.ts';
import { languageLimit, languagePeak } from '../pipeline/language-opinion.ts';
import { distanceToAny, distanceToCrowd } from '../pipeline/token-distances.ts';
import { unitTokens } from '../pipeline/unit-tokens.ts';
import type { Comparison, TokenSource } from './comparison.ts';
import { type ComparedPicture, type KnownPairs, PicturePanel } from './picture-panel.ts';
import { readTokenFile, type TokenFile } from './token-file.ts';
import type { TokenSearch } from './token-search.ts';

/** Which tokens are compared. */
export interface TokenVariant {
  readonly scale: TokenScale;
  readonly smoothed: boolean;
}

/** A second opinion, ready to be asked. */
export interface PreparedOpinion {
  readonly panel: PicturePanel;
  readonly limits: Limits;
}

/** A comparison, ready for images. */
export interface PreparedComparison {
  readonly variant: TokenVariant;
  readonly consensus?: PreparedOpinion | undefined;
  readonly references?: PreparedOpinion | undefined;
  /** Undefined: there is nothing to tell where language fires on good parts; it is taken as it is, alone. */
  readonly languageLimit: number | undefined;
  readonly settings: OpinionSettings;
  /** Images of the crowd, and references, that could be used. */
  readonly used: Readonly<Record<'crowd' | 'references', number>>;
  readonly notices: readonly Notice[];
}

/** What it takes to prepare a comparison. */
export interface Preparing {
  readonly search: TokenSearch;
  readonly packHash: string;
  readonly known: KnownPairs;
}

/** Fewer other images say nothing about what is common among them. */
export const LEAST_CROWD = 5;

/** Reads the token files and finds out how far good tokens may be. @throws ClipSamError `cancelled` */
export async function prepareComparison(
  comparison: Comparison,
  { search, packHash, known }: Preparing,
  signal?: AbortSignal,
): Promise<PreparedComparison> {
  const { settings } = comparison;
  const variant = variantFor(comparison);
  const how = `${variant.scale} ${variant.smoothed} ${settings.window}`;
  const notices: Notice[] = [];
  const load = async (sources: readonly TokenSource[], opinion: Opinion) => {
    const read = await readAll(sources, packHash, signal);
    const files = comparison.template ? read.filter(({ alignment }) => alignment !== null) : read;
    if (files.length < sources.length) {
      notices.push({ code: 'comparison-incomplete', opinion, used: files.length, of: sources.length });
    }
    return files;
  };
  const accepted = await load(settings.references === 'off' ? [] : comparison.references, 'references');
  const crowd = await load(settings.consensus === 'off' ? [] : comparison.crowd, 'consensus');
  const panelOf = (files: readonly TokenFile[]) =>
    new PicturePanel(
      files.map((file) => comparedPicture(file, variant)),
      search,
      settings.window,
    );

  let references: PreparedOpinion | undefined;
  if (accepted.length > 0) {
    const panel = panelOf(accepted);
    const own = await panel.ownCosines(known, how, signal);
    const maps = own.map((cosines) => distanceToAny(cosines)).filter((map) => map !== undefined);
    references = { panel, limits: maps.length > 0 ? referenceLimits(maps) : SINGLE_LIMITS };
  }
  let consensus: PreparedOpinion | undefined;
  if (crowd.length >= LEAST_CROWD) {
    const panel = panelOf(crowd);
    const own = await panel.ownCosines(known, how, signal);
    consensus = { panel, limits: crowdLimits(own.map((cosines) => distanceToCrowd(cosines)!)) };
  } else if (comparison.crowd.length > 0 && settings.consensus !== 'off') {
    notices.push({ code: 'consensus-unavailable', images: crowd.length });
  }
  const peaks = (files: readonly TokenFile[]) => files.map(({ language }) => languagePeak(language));
  return {
    variant,
    consensus,
    references,
    languageLimit: references || consensus ? languageLimit(peaks(accepted), peaks(crowd)) : undefined,
    settings,
    used: { crowd: consensus ? crowd.length : 0, references: accepted.length },
    notices,
  };
}

function variantFor({ settings }: Comparison): TokenVariant {
  return { scale: settings.tokens === 'fine' ? 'fine' : 'half', smoothed: false };
}

/** The tokens of an image, as the comparison wants them. */
export function comparedPicture(
  { key, views }: Pick<TokenFile, 'key' | 'views'>,
  variant: TokenVariant,
): ComparedPicture {
  return { key, views: views.map((view) => unitTokens(view[variant.scale], variant)) };
}

/** Those that can be read; one at a time, since a file has megabytes. */
async function readAll(
  sources: readonly TokenSource[],
  packHash: string,
  signal: AbortSignal | undefined,
): Promise<TokenFile[]> {
  const files: TokenFile[] = [];
  for (const { key, path } of sources) {
    throwIfCancelled(signal);
    const file = await readTokenFile(path, packHash);
    if (file?.key === key) files.push(file);
  }
  return files;
}
