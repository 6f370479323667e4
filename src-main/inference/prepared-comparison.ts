import { throwIfCancelled } from '../../src-shared/errors.ts';
import type { Notice } from '../../src-shared/notice.ts';
import type { ComparisonRecord, Opinion } from '../../src-shared/opinion.ts';
import { priorLimits } from '../pipeline/calibration.ts';
import type { TokenScale } from '../pipeline/image-tokens.ts';
import { likenessRadius } from '../pipeline/judged-views.ts';
import { isOneKind } from '../pipeline/one-kind.ts';
import { type Centre, type PerOpinion, trustWeights } from '../pipeline/opinion-fusion.ts';
import { languageLimit, languagePeak } from '../pipeline/opinion-view.ts';
import { unitTokens } from '../pipeline/unit-tokens.ts';
import { centreOf } from './centre.ts';
import type { Comparison, TokenSource } from './comparison.ts';
import type { ComparisonProgress } from './inference-protocol.ts';
import { judgedMarks } from './judged-marks.ts';
import { compareVariants, distancesTo, looseness, type Memory, memoryOf } from './memory.ts';
import type { ComparedPicture, KnownPictures } from './picture-panel.ts';
import { readTokenFile, type TokenFile } from './token-file.ts';
import type { TokenBank, TokenSearch, TokenWindow } from './token-search.ts';
import type { TokenVariant } from './token-variant.ts';

/** A comparison, ready for images. */
export interface PreparedComparison {
  readonly variant: TokenVariant;
  readonly consensus: Memory | undefined;
  readonly references: Memory | undefined;
  /** Up to where language fires on good parts, as logit; undefined: nothing tells. */
  readonly languageLimit: number | undefined;
  /** Shares of the opinions, were all there. */
  readonly weights: PerOpinion<number>;
  readonly centre: Centre;
  /** Tokens that inspectors judged, and within which distance others are like them. */
  readonly harmless: TokenBank | undefined;
  readonly counterExamples: TokenBank | undefined;
  readonly radius: number;
  /** How many of each could be used. */
  readonly used: Omit<ComparisonRecord, 'hash'>;
  readonly notices: readonly Notice[];
}

/** What it takes to prepare a comparison. */
export interface Preparing {
  readonly search: TokenSearch;
  readonly packHash: string;
  /** Side of the encoder's square in pixels. */
  readonly inputSize: number;
  /** θ of the pack's recipe. */
  readonly theta: number;
  readonly known: KnownPictures;
}

/** Fewer other images say nothing about what is common among them. */
export const LEAST_CROWD = 5;

/** Good images by which it is decided how tokens are compared: all with one another, in two ways. */
const DECIDING = 16;

/** How far apart, in tokens of the full grid, aligned parts may show the same: poses are found less well along the part. */
const NEARBY: TokenWindow = { rows: 4, columns: 6 };

/** Reads the token files and finds out how far good tokens may be. @throws ClipSamError `cancelled` */
export async function prepareComparison(
  comparison: Comparison,
  preparing: Preparing,
  {
    signal,
    onPrepared = () => {},
  }: {
    readonly signal?: AbortSignal | undefined;
    readonly onPrepared?: ((progress: ComparisonProgress) => void) | undefined;
  } = {},
): Promise<PreparedComparison> {
  const { packHash, inputSize, theta } = preparing;
  const { settings } = comparison;
  const { notices, accepted, crowd } = await readImages(comparison, packHash, signal);
  const onPicture = stepsOf(accepted.length, crowd.length, searchOf(comparison).scale, onPrepared);
  const { references, consensus, posesDiffer, looseReferences, looseCrowd } = await memories(
    accepted,
    crowd,
    { comparison, preparing, onPicture, signal },
  );
  if (accepted.length === 1) notices.push({ code: 'single-reference' });
  const variant = (references ?? consensus)?.variant ?? { scale: 'half', smoothed: false };
  const limit = limitOfLanguage(accepted, consensus ? crowd : []);
  const weights =
    settings.weights ??
    trustWeights({
      references: references && { count: accepted.length, looseness: looseReferences },
      consensus: looseCrowd === undefined ? undefined : { looseness: looseCrowd },
      posesDiffer,
      languageLimit: limit ?? 0,
      theta,
    });
  const limits = (references ?? consensus)?.limits ?? priorLimits(variant);
  const radius = likenessRadius(limits.map);
  const reading = { packHash, inputSize, variant, isAligned: comparison.template !== undefined, signal };
  const harmless = await judgedMarks(comparison.harmless, reading);
  const memory = references ?? consensus;
  const counterExamples = await judgedMarks(comparison.counterExamples, reading, (picture, places) =>
    unlikeGood(picture, places, { memory, radius, signal }),
  );
  const marks = comparison.harmless.length + comparison.counterExamples.length;
  const lost = marks - harmless.used - counterExamples.used;
  if (lost > 0) notices.push({ code: 'marks-unusable', marks: lost });
  return {
    variant,
    consensus,
    references,
    languageLimit: limit,
    weights,
    centre: await centreOf(
      { references, consensus, languageLimit: limit, weights },
      { inputSize, onPicture, signal },
    ),
    harmless: harmless.bank,
    counterExamples: counterExamples.bank,
    radius,
    used: {
      crowd: consensus ? crowd.length : 0,
      references: accepted.length,
      harmless: harmless.used,
      counterExamples: counterExamples.used,
    },
    notices,
  };
}

/** Images that can be compared with, and what has to be said of the others. */
async function readImages(
  comparison: Comparison,
  packHash: string,
  signal: AbortSignal | undefined,
): Promise<{ notices: Notice[]; accepted: readonly TokenFile[]; crowd: readonly TokenFile[] }> {
  const { settings } = comparison;
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
  if (comparison.crowd.length === 0 || settings.consensus === 'off') return { notices, accepted, crowd: [] };
  if (crowd.length < LEAST_CROWD) {
    notices.push({ code: 'consensus-unavailable', images: crowd.length });
    return { notices, accepted, crowd: [] };
  }
  if (!isOneKind(crowd.map(({ views }) => unitTokens(views[0]!.half, { smoothed: false })))) {
    notices.push({ code: 'consensus-mixed' });
    return { notices, accepted, crowd: [] };
  }
  return { notices, accepted, crowd };
}

/**
 * Which tokens are compared, and how far away their like is looked for. Aligned parts show the same place at the same
 * token, or nearly: then small defects are told by the full grid, and what is usual elsewhere on the part is not here.
 */
function searchOf({ settings: { tokens, window, rotations }, template }: Comparison): {
  readonly scale: TokenScale;
  readonly window: TokenWindow | null;
} {
  const isFine = tokens === 'fine' || (tokens === 'automatic' && template !== undefined);
  const scale = isFine ? 'fine' : 'half';
  if (window !== null) return { scale, window: { rows: window, columns: window } };
  // Turned references have the same place elsewhere.
  if (!template || rotations) return { scale, window: null };
  const { rows, columns } = NEARBY;
  return { scale, window: isFine ? NEARBY : { rows: rows / 2, columns: columns / 2 } };
}

/**
 * Tells how far a comparison is, as pictures, however often each of them is looked at.
 * @returns to be called after each look at a picture
 */
function stepsOf(
  accepted: number,
  crowd: number,
  scale: TokenScale,
  onPrepared: (progress: ComparisonProgress) => void,
): () => void {
  const total = accepted + crowd;
  const decides = accepted > 1 ? accepted : crowd;
  const tried = [accepted, crowd, ...(scale === 'half' ? [decides] : [])].reduce(
    (sum, count) => sum + Math.min(DECIDING, count),
    0,
  );
  const looks = tried + total + decides;
  let look = 0;
  return () => onPrepared({ done: Math.min(total, Math.floor((++look * total) / looks)), total });
}

/** Compares good images with one another, plain and smoothed, and keeps what suits them. */
async function memories(
  accepted: readonly TokenFile[],
  crowd: readonly TokenFile[],
  {
    comparison,
    preparing,
    onPicture,
    signal,
  }: {
    readonly comparison: Comparison;
    readonly preparing: Preparing;
    readonly onPicture: () => void;
    readonly signal: AbortSignal | undefined;
  },
) {
  const { settings, template } = comparison;
  const { scale, window } = searchOf(comparison);
  const tokensAre = `${JSON.stringify(template ?? null)} ${settings.rotations}`;
  const options = {
    search: preparing.search,
    known: preparing.known,
    window,
    tokensAre,
    isPlaced: template !== undefined || settings.window !== null,
    onPicture,
    signal,
  };
  const remember = async (smoothed: boolean, who: Memory['who'], most?: number) => {
    const files = (who === 'crowd' ? crowd : accepted).slice(0, most);
    return files.length > 0 ? memoryOf(files, who, { scale, smoothed }, options) : undefined;
  };
  const plain = {
    references: await remember(false, 'references', DECIDING),
    crowd: await remember(false, 'crowd', DECIDING),
  };
  const decides = accepted.length > 1 ? 'references' : 'crowd';
  const deciding = plain[decides];
  const smoothed = scale === 'half' && deciding ? await remember(true, decides, DECIDING) : undefined;
  const { isSmoothedBetter, posesDiffer } =
    deciding && smoothed
      ? compareVariants(deciding, smoothed)
      : { isSmoothedBetter: false, posesDiffer: false };
  return {
    looseReferences: plain.references && looseness(plain.references),
    looseCrowd: plain.crowd && looseness(plain.crowd),
    posesDiffer: posesDiffer && !template,
    references: await remember(isSmoothedBetter, 'references'),
    consensus: await remember(isSmoothedBetter, 'crowd'),
  };
}

/** Up to where language fires on good images; undefined: there are none. */
function limitOfLanguage(accepted: readonly TokenFile[], crowd: readonly TokenFile[]): number | undefined {
  const peaks = (files: readonly TokenFile[]) => files.map(({ language }) => languagePeak(language));
  if (accepted.length > 1 || (accepted.length === 1 && crowd.length === 0)) {
    return languageLimit(peaks(accepted), 'references');
  }
  return crowd.length > 0 ? languageLimit(peaks(crowd), 'crowd') : undefined;
}

/** Of a drawn defect's tokens those that good images have not; at least the one farthest from what they have. */
async function unlikeGood(
  picture: ComparedPicture,
  places: readonly number[],
  {
    memory,
    radius,
    signal,
  }: {
    readonly memory: Memory | undefined;
    readonly radius: number;
    readonly signal: AbortSignal | undefined;
  },
): Promise<readonly number[]> {
  const far = memory && (await distancesTo(memory, picture, signal));
  if (!far) return places;
  const unlike = places.filter((place) => far[place]! > radius);
  return unlike.length > 0 ? unlike : places.toSorted((a, b) => far[b]! - far[a]!).slice(0, 1);
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
