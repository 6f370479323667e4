import { fromErrorRecord, throwIfCancelled } from '../../../src-shared/errors.ts';
import type { Polygon } from '../../../src-shared/geometry.ts';
import type { InspectionArea } from '../../../src-shared/inspection-area.ts';
import { DEFAULT_OPINION_SETTINGS, type OpinionSettings } from '../../../src-shared/opinion.ts';
import type { Recipe } from '../../../src-shared/recipe.ts';
import { hashOfPart } from '../../files/area-hash.ts';
import { hashOfJson } from '../../files/canonical-json.ts';
import type { Comparison, TemplatePicture } from '../../inference/comparison.ts';
import type { InferenceClient } from '../../inference/inference-client.ts';
import type { Embedded, Rescored } from '../../inference/inference-protocol.ts';
import type { Workspace } from '../../store/workspace.ts';
import { type DecidedAlignment, decideAlignment } from '../opinions/decide-alignment.ts';
import { embedPictures } from '../opinions/embed-pictures.ts';
import type { SurveyOptions } from '../opinions/pose-survey.ts';
import { tokenFilesOf } from '../opinions/token-files.ts';
import type { InferencePool } from '../runs/inference-pool.ts';
import type { KeptItem, ReferenceSet } from './reference-set.ts';
import type { RunCrowd } from './run-crowd.ts';

/** Images that are scored with one question to the inference process: a run's images come between. */
const AT_A_TIME = 8;

/** A picture that is scored, or compared with. */
type Picture = Pick<KeptItem, 'path' | 'contentHash' | 'page' | 'range' | 'version'>;

export interface ScoredPicture extends Picture {
  /** Parts whose peaks are asked for, in image pixels. */
  readonly areas: readonly (readonly Polygon[])[];
  /** Where it is looked at. Default: everywhere. */
  readonly area?: InspectionArea | undefined;
  /** Images of its batch that it was compared with. Default: none. */
  readonly crowd?: RunCrowd | undefined;
}

export interface ScoringOptions {
  readonly workspace: Workspace;
  readonly pool: Pick<InferencePool, 'acquire'>;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: { readonly done: number; readonly total: number }) => void) | undefined;
}

/** What is scored, and with what. */
export interface Scoring {
  readonly recipe: Recipe;
  readonly pictures: readonly ScoredPicture[];
  /** One score of every picture with each. */
  readonly sets: readonly ReferenceSet[];
  /** Where the product is looked at: by its part parts are found that are turned. */
  readonly area?: InspectionArea | undefined;
  /** Hears of each picture that is not compared with its crowd after all. */
  readonly onWithoutCrowd?: (picture: ScoredPicture) => void;
  /** Of which set it is asked whether parts are to be aligned, for all of them; default: of each. */
  readonly alignedBy?: ReferenceSet;
}

/** A set, and how it is compared with. */
interface DecidedSet extends Pick<DecidedAlignment<KeptItem>, 'settings' | 'template'> {
  readonly set: ReferenceSet;
}

/**
 * Scores pictures with sets of what is remembered, by their tokens; those that are missing are made first. Language, the
 * sets and each picture's crowd decide, as the recipe weighs them; a crowd whose parts were turned like another picture than the
 * set's does not, see {@link isTurnedLike}.
 * @returns of every picture: with each set; null when it cannot be read
 * @throws ClipSamError `cancelled`; why something in a set cannot be read; what every picture would meet too
 */
export async function scorePictures(
  options: ScoringOptions,
  scoring: Scoring,
): Promise<readonly (readonly Rescored[] | null)[]> {
  const { recipe, pictures } = scoring;
  if (pictures.length === 0) return [];
  const { inference, release } = await options.pool.acquire(recipe.pack);
  try {
    const sets = await decideSets(scoring, { ...options, inference, recipe });
    for (const picture of pictures) {
      const { crowd } = picture;
      if (crowd && sets.some(({ template }) => !isTurnedLike(crowd, template)))
        scoring.onWithoutCrowd?.(picture);
    }
    const groups = [...Map.groupBy(sets, ({ template }) => template?.version ?? '').values()];
    const total = groups.length;
    const scored: (readonly Rescored[] | null)[][] = [];
    for (const [i, group] of groups.entries()) {
      const onProgress = ({ done, total: each }: { readonly done: number; readonly total: number }) =>
        options.onProgress?.({ done: i * each + done, total: total * each });
      scored.push(await scoreAlike({ ...options, onProgress }, inference, scoring, group));
    }
    return pictures.map((_, picture) => {
      const found = groups.flatMap((group, i) => {
        const ofGroup = scored[i]![picture];
        return group.map((decided, k) => ({ decided, rescored: ofGroup?.[k] }));
      });
      const inOrder = sets.map((decided) => found.find((one) => one.decided === decided)?.rescored);
      return inOrder.every((one) => one !== undefined) ? inOrder : null;
    });
  } finally {
    release();
  }
}

/** What is remembered is asked in any case: it would count as soon as the recipe uses it. */
function settingsOf(recipe: Recipe): OpinionSettings {
  return { ...(recipe.opinions ?? DEFAULT_OPINION_SETTINGS), consensus: 'off', references: 'automatic' };
}

/** As a run would decide. */
async function decideSets(
  { sets, alignedBy, recipe, area }: Scoring,
  options: SurveyOptions,
): Promise<readonly DecidedSet[]> {
  const decide = ({ references }: ReferenceSet, settings: OpinionSettings) =>
    decideAlignment(
      { settings, references, crowd: [] },
      {
        ...options,
        part: area?.part ?? undefined,
        shownBy: shownByItem,
      },
    );
  const asked = settingsOf(recipe);
  const settings = alignedBy ? (await decide(alignedBy, asked)).settings : asked;
  const decided: DecidedSet[] = [];
  for (const set of sets) decided.push({ set, ...(await decide(set, settings)) });
  return decided;
}

function shownByItem({ path, page, range }: KeptItem): TemplatePicture {
  return { path, ...(page && { page: page.index }), ...(range && { range }) };
}

/** What parts are turned like, and how they are found. */
function likeItem(item: KeptItem, area: InspectionArea | undefined): TemplatePicture {
  return { ...shownByItem(item), ...(area?.part && { part: area.part }) };
}

/** Scores with sets whose tokens are turned alike. */
async function scoreAlike(
  options: ScoringOptions,
  inference: Pick<InferenceClient, 'embed' | 'rescore'>,
  { recipe, pictures, area }: Scoring,
  sets: readonly DecidedSet[],
): Promise<(readonly Rescored[] | null)[]> {
  const { workspace, signal, onProgress } = options;
  const { settings, template } = sets[0]!;
  const tokenFiles = await tokenFilesOf(workspace);
  const compared = sets.flatMap(({ set: { references, harmless, counterExamples } }) => [
    ...references.map((item) => wanted(item, settings.rotations)),
    ...[...harmless, ...counterExamples].map((item) => wanted(item, false)),
  ]);
  const asked = pictures.map((picture) => wanted(picture, false));
  const all = [...new Map([...compared, ...asked].map((one) => [one.name, one])).values()];
  const total = all.length + pictures.length;
  const { embedded, failed } = await embedPictures({
    inference,
    recipe,
    folder: tokenFiles.folder,
    template: template && likeItem(template, area),
    pictures: all,
    signal,
    onProgress: ({ done }) => onProgress?.({ done, total }),
  });
  const tokens = new Map([...embedded].map(([{ name }, made]) => [name, made]));
  for (const { name } of compared) {
    const error = [...failed].find(([one]) => one.name === name)?.[1];
    if (error) throw fromErrorRecord(error);
  }
  const crowds = pictures.flatMap(({ crowd }) => crowd?.sources.map(({ path }) => path) ?? []);
  const made = [...tokens.values()].map((one) => one.tokens);
  const free = await tokenFiles.hold([...new Set([...made, ...crowds])]);
  try {
    const scored: (readonly Rescored[] | null)[] = pictures.map(() => null);
    const there = pictures.flatMap((picture, index) => {
      const made = tokens.get(asked[index]!.name);
      const { areas, crowd } = picture;
      return made ? [{ index, crowd, image: { ...sourceOf(made), areas, area: picture.area } }] : [];
    });
    let done = all.length;
    for (const alike of Map.groupBy(there, ({ crowd }) => crowd?.hash).values()) {
      const comparisons = sets.map((set) => comparisonOf(set, alike[0]!.crowd, tokens, area));
      for (let start = 0; start < alike.length; start += AT_A_TIME) {
        throwIfCancelled(signal);
        const some = alike.slice(start, start + AT_A_TIME);
        const images = some.map(({ image }) => image);
        const answers = await inference.rescore({ images, comparisons, recipe }, signal);
        for (const [i, { index }] of some.entries()) scored[index] = answers[i]!;
        done += some.length;
        onProgress?.({ done, total });
      }
    }
    return scored;
  } finally {
    free();
    await tokenFiles.trim();
  }
}

/** Whether the parts of a crowd were turned as those of a set are: others do not compare. */
function isTurnedLike(crowd: RunCrowd, template: DecidedSet['template']): boolean {
  return crowd.template === (template?.version ?? null);
}

function wanted({ path, contentHash, page, range, version }: Picture, rotations: boolean) {
  const name = `${version} ${rotations}`;
  return { name, path, contentHash, page: page?.index ?? null, range, rotations };
}

function comparisonOf(
  { set, settings, template }: DecidedSet,
  crowd: RunCrowd | undefined,
  tokens: ReadonlyMap<string, Embedded>,
  area: InspectionArea | undefined,
): Comparison {
  const of = (item: KeptItem, rotations: boolean) => tokens.get(wanted(item, rotations).name)!;
  const marks = (items: readonly KeptItem[]) =>
    items.map((item) => ({
      ...sourceOf(of(item, false)),
      polygons: item.polygons!,
      width: item.width!,
      height: item.height!,
    }));
  const isCompared = crowd !== undefined && isTurnedLike(crowd, template);
  const asked = isCompared ? { ...settings, consensus: 'automatic' as const } : settings;
  return {
    hash: hashOfJson({
      ...{ set: set.hash, settings: asked, template: template?.version ?? null },
      ...(template && area?.part && { part: hashOfPart(area.part) }),
      ...(isCompared && { crowd: crowd.hash }),
    }),
    settings: asked,
    references: set.references.map((item) => sourceOf(of(item, settings.rotations))),
    crowd: isCompared ? crowd.sources : [],
    harmless: marks(set.harmless),
    counterExamples: marks(set.counterExamples),
    ...(template && { template: likeItem(template, area) }),
  };
}

function sourceOf({ key, tokens }: Embedded) {
  return { key, path: tokens };
}
