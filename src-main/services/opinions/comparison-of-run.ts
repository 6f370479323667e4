import type { PartMark } from '../../../src-shared/inspection-area.ts';
import type {
  AlignmentDecision,
  KeptComparison,
  KeptPart,
  KeptPicture,
  RunComparison,
} from '../../../src-shared/run-comparison.ts';
import { hashOfPart } from '../../files/area-hash.ts';
import { hashOfJson } from '../../files/canonical-json.ts';
import type { Comparison } from '../../inference/comparison.ts';
import { LEAST_CROWD } from '../../inference/prepared-comparison.ts';
import type { RunClaim } from '../../store/run-claims.ts';
import { keepComparison, keptComparison } from '../../store/run-comparison.ts';
import { countOutcomes } from '../../store/runs.ts';
import { fromStoredPath, type Workspace } from '../../store/workspace.ts';
import { decideAlignment } from './decide-alignment.ts';
import { type MakeTokensOptions, makeTokens, shownBy, templateOf } from './make-tokens.ts';
import { type KnownParts, NOTHING_KNOWN, planComparison } from './plan-comparison.ts';
import { surveyPoses } from './pose-survey.ts';

export interface ComparisonOfRunOptions extends MakeTokensOptions {
  readonly claim: RunClaim;
  /** Asked once per run, when it begins. */
  readonly known: () => Promise<KnownParts>;
  /** The part that the run looks at: how it is found also where it is turned. */
  readonly part?: PartMark | undefined;
}

export interface ReadyComparison {
  /** Undefined: nothing was asked for. */
  readonly comparison: Comparison | undefined;
  /** Undefined: nothing was asked for. */
  readonly summary: RunComparison | undefined;
  /** Images that were chosen and could not be read. */
  readonly skipped: KeptComparison['skipped'];
  /** Its token files may be removed from now on. */
  release(): void;
}

/**
 * Prepares what the images of a run are compared with: decides it and writes that down with the run, then makes the token
 * files that are missing. A run that goes on after a crash gets exactly what it had, also when the crash came in the midst
 * of this; only an image whose tokens are gone and that cannot be read any more is missing, which is said.
 *
 * A run of before there were second opinions goes on without.
 * @throws ClipSamError `cancelled`, the store's errors, and what every image would meet too
 */
export async function comparisonOfRun(options: ComparisonOfRunOptions): Promise<ReadyComparison> {
  const { workspace, claim, tokenFiles } = options;
  const kept = (await keptComparison(workspace, claim.runId)) ?? (await decide(options));
  const ready = await makeTokens(kept, options);
  const summary = summaryOf(ready);
  const { crowd, references, harmless, counterExamples, skipped } = ready;
  const pictures = [...crowd, ...references, ...harmless, ...counterExamples];
  const isSaid = pictures.length + skipped.length + summary.unavailable.length > 0;
  await keepComparison(workspace, claim, ready, isSaid ? summary : null);
  const release = await tokenFiles.hold(pictures.map(({ tokens }) => tokenFiles.pathOf(tokens!)));
  await tokenFiles.trim();
  return {
    comparison: isSaid ? toComparison(ready, summary.with.hash, options) : undefined,
    summary: isSaid ? summary : undefined,
    skipped,
    release,
  };
}

/** True unless a run that began before compares with other references than these. */
export async function comparesWith(workspace: Workspace, runId: number, known: KnownParts): Promise<boolean> {
  const kept = await keptComparison(workspace, runId);
  if (!kept) return true;
  const skipped = kept.skipped.filter((picture) => picture.as === 'references');
  const namesOf = (pictures: readonly { readonly path: string; readonly page?: number | null }[]) =>
    pictures.map(({ path, page }) => `${fromStoredPath(workspace, path)} ${page ?? 0}`);
  const before = [...namesOf(kept.references), ...namesOf(skipped)].sort();
  const now = [...namesOf(known.references), ...namesOf(known.unread)].sort();
  const contents = new Set(known.references.map(({ contentHash }) => contentHash));
  const isSame = kept.references.every(({ contentHash }) => contents.has(contentHash));
  return isSame && before.join('\n') === now.join('\n');
}

/** Written down before tokens are made, so that a crash changes nothing of it. */
async function decide(options: ComparisonOfRunOptions): Promise<KeptComparison> {
  const { workspace, claim, recipe, known } = options;
  const { done, failed } = await countOutcomes(workspace, claim.runId);
  const isNew = done + failed === 0;
  const plan = await planComparison(workspace, claim.runId, recipe, isNew ? await known() : NOTHING_KNOWN);
  const decided = await withAlignment(isNew ? plan : { ...plan, crowd: [] }, options);
  await keepComparison(workspace, claim, decided, null);
  return decided;
}

async function withAlignment(plan: KeptComparison, options: ComparisonOfRunOptions): Promise<KeptComparison> {
  const { workspace, part } = options;
  const { template, ...decided } = await decideAlignment(plan, {
    ...options,
    shownBy: (picture) => shownBy(picture, workspace),
  });
  const { alignment } = decided;
  return {
    ...plan,
    ...decided,
    ...(alignment === 'off' && (await posesOf(plan, options))),
    template: template ?? null,
    ...(template && part && { part }),
  };
}

/** Said where the recipe has parts compared as they lie, whatever their poses. */
async function posesOf(
  { references, crowd }: KeptComparison,
  options: ComparisonOfRunOptions,
): Promise<Pick<AlignmentDecision, 'poses'>> {
  const pictures = [...references, ...crowd].map((picture) => shownBy(picture, options.workspace));
  const survey = await surveyPoses(pictures, options);
  return survey ? { poses: survey.spread } : {};
}

function summaryOf(ready: KeptComparison): RunComparison {
  const { settings, alignment, poses, template, part } = ready;
  const { crowd, references, harmless, counterExamples, skipped } = ready;
  const keysOf = (pictures: readonly KeptPicture[]) => pictures.map(({ key }) => key).sort();
  const partsOf = (parts: readonly KeptPart[]) => parts.map(({ key, polygons }) => ({ key, polygons }));
  const hash = hashOfJson({
    settings,
    ...(template && { template: template.key }),
    ...(part && { part: hashOfPart(part) }),
    crowd: keysOf(crowd),
    references: keysOf(references),
    harmless: partsOf(harmless),
    counterExamples: partsOf(counterExamples),
  });
  // Too small a crowd is passed on all the same: every result says so.
  const isCrowd = crowd.length >= LEAST_CROWD;
  const noReference = references.length === 0 && skipped.some((picture) => picture.as === 'references');
  return {
    with: {
      hash,
      crowd: isCrowd ? crowd.length : 0,
      references: references.length,
      harmless: harmless.length,
      counterExamples: counterExamples.length,
    },
    unavailable: [
      ...(settings.consensus !== 'off' && !isCrowd ? (['consensus'] as const) : []),
      ...(noReference ? (['references'] as const) : []),
    ],
    skipped: skipped.length,
    ...(alignment && { alignment }),
    ...(poses && { poses }),
  };
}

function toComparison(
  ready: KeptComparison,
  hash: string,
  { tokenFiles, workspace }: ComparisonOfRunOptions,
): Comparison {
  const sourceOf = ({ key, tokens }: KeptPicture) => ({ key, path: tokenFiles.pathOf(tokens!) });
  const markOf = (part: KeptPart) => {
    const { polygons, width, height } = part;
    return { ...sourceOf(part), polygons, width: width!, height: height! };
  };
  return {
    hash,
    settings: ready.settings,
    crowd: ready.crowd.map(sourceOf),
    references: ready.references.map(sourceOf),
    harmless: ready.harmless.map(markOf),
    counterExamples: ready.counterExamples.map(markOf),
    template: templateOf(ready, workspace),
  };
}
