import { randomUUID } from 'node:crypto';
import { basename, dirname, join, relative, sep } from 'node:path';
import { type InspectorRatings, studyAgreement } from '../../../src-shared/agreement.ts';
import type { StudyOverview } from '../../../src-shared/contract/studies.ts';
import { failure } from '../../../src-shared/errors.ts';
import { type CsvStyle, PLAIN_CSV } from '../../../src-shared/export-formats.ts';
import { pageName } from '../../../src-shared/image-page.ts';
import { Random } from '../../../src-shared/random.ts';
import {
  STUDY_SIZE,
  type Study,
  type StudyProgress,
  type StudyResults,
  type StudyTurn,
} from '../../../src-shared/study.ts';
import type { HumanVerdict } from '../../../src-shared/verdict.ts';
import { FileNames } from '../../reports/file-names.ts';
import { exportStudyCsv } from '../../reports/study-csv.ts';
import { recordAuditEvent } from '../../store/audit.ts';
import { getBatch } from '../../store/batches.ts';
import { commonFolder } from '../../store/common-folder.ts';
import {
  type Answer,
  addJudgement,
  createStudy,
  getStudy,
  type Judgement,
  listStudies,
  type StoredStudy,
  type StudyImage,
  standing,
  studyCandidates,
  studyHistory,
  studyImages,
} from '../../store/studies.ts';
import type { Workspace } from '../../store/workspace.ts';
import { findGroundTruth } from '../pictures/ground-truth.ts';
import { type ContentHashes, fileState, refuseChanged, type SeenFile } from '../pictures/seen-file.ts';

/**
 * Makes a study over images that are chosen at random, as many of each of the model's verdicts as there are.
 * @param options.size clipped to the images of the batch that can be read
 * @param options.seed default: a new one
 * @throws ClipSamError `not-found` when there is no such batch, `conflict` when it has not even two images
 */
export async function beginStudy(
  workspace: Workspace,
  options: {
    readonly batchId: number;
    readonly name: string;
    readonly rounds: number;
    readonly size: number;
    readonly inspector: string;
    readonly seed?: string;
  },
): Promise<StudyOverview> {
  const { batchId, name, rounds, inspector, seed = randomUUID() } = options;
  await getBatch(workspace, batchId);
  const candidates = await studyCandidates(workspace, batchId);
  if (candidates.length < 2) {
    throw failure('study-too-small', 'An agreement study needs two images or more.');
  }
  const random = new Random(`${seed}/choice`);
  const groups = (['accept', 'warn', 'reject', null] as const).map((model) =>
    shuffled(
      candidates.filter((candidate) => candidate.model === model),
      random,
    ),
  );
  const size = Math.min(options.size, STUDY_SIZE.max, candidates.length);
  const imageIds: number[] = [];
  for (let turn = 0; imageIds.length < size; turn = (turn + 1) % groups.length) {
    // Images that nobody inspected are drawn only when no others are left.
    if (turn === 3 && groups.slice(0, 3).some((group) => group.length > 0)) continue;
    const next = groups[turn]!.pop();
    if (next) imageIds.push(next.imageId);
  }
  const study = await createStudy(workspace, { batchId, name, rounds, seed, inspector }, imageIds);
  return { study: withoutSeed(study), inspectors: [] };
}

export async function studiesOf(workspace: Workspace, batchId: number): Promise<StudyOverview[]> {
  await getBatch(workspace, batchId);
  return Promise.all((await listStudies(workspace, batchId)).map((study) => overview(workspace, study)));
}

/** What the inspector has to judge next. The order differs from round to round, and from inspector to inspector. */
export async function nextTurn(
  workspace: Workspace,
  contents: ContentHashes,
  studyId: number,
  inspector: string,
): Promise<StudyTurn> {
  const study = await getStudy(workspace, studyId);
  const images = await studyImages(workspace, studyId);
  const ids = images.map(({ id }) => id);
  const answers = ofInspector(await studyHistory(workspace, studyId), inspector);
  const { round, done, imageId } = positionOf(study, ids, answers, inspector);
  const image = images.find(({ id }) => id === imageId);
  return {
    study: withoutSeed(study),
    round,
    done,
    image: image
      ? { id: image.id, version: image.version, file: await fileState(contents, seenFile(image)) }
      : null,
    canTakeBack: image !== undefined && done > 0,
  };
}

/**
 * Stores the inspector's answer to the image that is next for them.
 * @throws ClipSamError `conflict` when it is another image's turn; `image-changed` when it is not what it was when
 * the study was made
 */
export async function answerTurn(
  workspace: Workspace,
  contents: ContentHashes,
  answer: {
    readonly id: number;
    readonly inspector: string;
    readonly imageId: number;
    readonly verdict: HumanVerdict;
    readonly milliseconds: number;
  },
): Promise<StudyTurn> {
  const { id, inspector, imageId, verdict, milliseconds } = answer;
  const study = await getStudy(workspace, id);
  const images = await studyImages(workspace, id);
  const ids = images.map((image) => image.id);
  const asked = images.find((image) => image.id === imageId);
  if (asked) await refuseChanged(contents, seenFile(asked));
  await addJudgement(workspace, id, (history) => {
    const position = positionOf(study, ids, ofInspector(history, inspector), inspector);
    if (position.imageId !== imageId) {
      throw failure('study-other-image', `It is not image ${imageId}'s turn in this round.`);
    }
    return { inspector, round: position.round, imageId, verdict, milliseconds, supersedes: null };
  });
  return nextTurn(workspace, contents, id, inspector);
}

/**
 * Takes back the inspector's last answer of the round that they are in; the history keeps it.
 * @throws ClipSamError `conflict` when there is none in this round
 */
export async function takeBack(
  workspace: Workspace,
  contents: ContentHashes,
  studyId: number,
  inspector: string,
): Promise<StudyTurn> {
  const study = await getStudy(workspace, studyId);
  const ids = (await studyImages(workspace, studyId)).map(({ id }) => id);
  await addJudgement(workspace, studyId, (history) => {
    const answers = ofInspector(history, inspector);
    const { round, imageId } = positionOf(study, ids, answers, inspector);
    const last = answers.findLast((answer) => answer.round === round);
    if (!last || imageId === null) {
      throw failure('study-nothing-to-take-back', 'There is no answer in this round to take back.');
    }
    return { ...base(last), verdict: 'withdrawn', milliseconds: 0, supersedes: last.id };
  });
  return nextTurn(workspace, contents, studyId, inspector);
}

/**
 * What comes out of a study, from the inspectors who have finished it.
 * @param viewer who asks: refused until they have finished it, since they must not know the others' answers before
 * @throws ClipSamError `not-found`, `conflict` while the viewer has answers left
 */
export async function studyResults(
  workspace: Workspace,
  studyId: number,
  viewer: string,
): Promise<StudyResults> {
  const study = await getStudy(workspace, studyId);
  const answers = standing(await studyHistory(workspace, studyId));
  const progress = progressOf(study, answers);
  refuseTheBlind(progress, viewer);
  const images = await studyImages(workspace, studyId);
  const folder = await commonFolder(workspace, study.batchId);
  const raters = progress.filter(isThrough).map(({ inspector }): InspectorRatings => {
    const said = new Map(
      answers
        .filter((answer) => answer.inspector === inspector)
        .map(({ round, imageId, verdict }) => [`${round} ${imageId}`, verdict]),
    );
    const rounds = Array.from({ length: study.rounds }, (_, round) =>
      images.map(({ id }) => said.get(`${round + 1} ${id}`)!),
    );
    return { inspector, rounds };
  });
  const reference = await Promise.all(images.map(knownVerdict));
  return {
    ...studyAgreement(raters, reference),
    study: withoutSeed(study),
    pending: progress.filter((one) => !isThrough(one)),
    known: reference.filter((verdict) => verdict !== null).length,
    disagreements: images.flatMap((image, i) => {
      const all = raters.map(({ inspector, rounds }) => ({
        inspector,
        verdicts: rounds.map((round) => round[i]!),
      }));
      if (new Set(all.flatMap(({ verdicts }) => verdicts)).size < 2) return [];
      return [{ imageId: image.id, name: nameIn(folder, image), reference: reference[i]!, answers: all }];
    }),
  };
}

/**
 * Writes every answer, those that were taken back as well, into a new file in the workspace's `exports`.
 * @param downloads a folder that takes their place, until a browser has fetched the file
 * @returns its path
 * @throws ClipSamError as {@link studyResults}; `disk-full`, `path-denied`
 */
export async function exportAnswers(
  workspace: Workspace,
  studyId: number,
  viewer: string,
  csv: CsvStyle = PLAIN_CSV,
  downloads?: string,
): Promise<string> {
  const study = await getStudy(workspace, studyId);
  const history = await studyHistory(workspace, studyId);
  refuseTheBlind(progressOf(study, standing(history)), viewer);
  const folder = await commonFolder(workspace, study.batchId);
  const images = new Map((await studyImages(workspace, studyId)).map((image) => [image.id, image]));
  const takenBack = new Set(history.map(({ supersedes }) => supersedes));
  const rows = await Promise.all(
    history
      .filter(({ verdict }) => verdict !== 'withdrawn')
      .map(async (entry) => {
        const image = images.get(entry.imageId)!;
        return {
          inspector: entry.inspector,
          round: entry.round,
          image: nameIn(folder, image),
          imageId: entry.imageId,
          verdict: entry.verdict,
          reference: await knownVerdict(image),
          takenBack: takenBack.has(entry.id),
          milliseconds: entry.milliseconds,
          at: entry.createdAt,
        };
      }),
  );
  const time = new Date().toISOString().slice(0, 19).replaceAll(':', '-');
  const own = `${new FileNames().for(study.name, '')}-study-${studyId}-${time}`;
  const path = await exportStudyCsv(join(downloads ?? join(workspace.folder, 'exports'), own), rows, csv);
  const newValue = downloads === undefined ? { path } : { download: own };
  const event = { action: 'exported', subject: 'study', subjectId: studyId, newValue } as const;
  await recordAuditEvent(workspace, { inspector: viewer, ...event });
  return path;
}

function nameIn(folder: string, { path, page }: StudyImage): string {
  return pageName(relative(folder, path).replaceAll(sep, '/'), page);
}

/**
 * What is known of an image in MVTec AD's layout: `test/good` is good, what has a ground truth is defective. Of the
 * pages of a defective file, any may be without a defect.
 */
async function knownVerdict({ path, page }: StudyImage): Promise<'accept' | 'reject' | null> {
  const kind = dirname(path);
  if (basename(kind) === 'good' && basename(dirname(kind)) === 'test') return 'accept';
  return page !== null || (await findGroundTruth({ path, page })) === undefined ? null : 'reject';
}

/** Where an inspector is: a round begins when the one before has all its answers. */
function positionOf(
  study: StoredStudy,
  imageIds: readonly number[],
  answers: readonly Answer[],
  inspector: string,
): { readonly round: number; readonly done: number; readonly imageId: number | null } {
  for (let round = 1; round <= study.rounds; round++) {
    const answered = new Set(answers.filter((a) => a.round === round).map((a) => a.imageId));
    if (answered.size === imageIds.length) continue;
    const order = shuffled(imageIds, new Random(`${study.seed}/${inspector}/${round}`));
    return { round, done: answered.size, imageId: order.find((id) => !answered.has(id)) ?? null };
  }
  return { round: study.rounds, done: imageIds.length, imageId: null };
}

function ofInspector(history: readonly Judgement[], inspector: string): Answer[] {
  return standing(history).filter((answer) => answer.inspector === inspector);
}

async function overview(workspace: Workspace, study: StoredStudy): Promise<StudyOverview> {
  const inspectors = progressOf(study, standing(await studyHistory(workspace, study.id)));
  return { study: withoutSeed(study), inspectors };
}

function progressOf(study: Study, answers: readonly Answer[]): StudyProgress[] {
  return [...Map.groupBy(answers, ({ inspector }) => inspector)].map(([inspector, { length }]) => ({
    inspector,
    done: length,
    total: study.rounds * study.images,
  }));
}

function isThrough({ done, total }: StudyProgress): boolean {
  return done === total;
}

function refuseTheBlind(progress: readonly StudyProgress[], viewer: string): void {
  const own = progress.find(({ inspector }) => inspector === viewer);
  if (!own || isThrough(own)) return;
  throw failure(
    'study-locked',
    { done: own.done, total: own.total },
    `${viewer} has given ${own.done} of ${own.total} answers: the results would end the blindness. Finish first.`,
  );
}

function seenFile({ path, seen, contentHash }: StudyImage): SeenFile {
  return { path, seen, imported: contentHash };
}

/** The seed would tell the order of what comes. */
function withoutSeed({ seed: _, ...study }: StoredStudy): Study {
  return study;
}

function base({ id: _, createdAt: __, ...entry }: Judgement): Omit<Judgement, 'id' | 'createdAt'> {
  return entry;
}

/** Fisher–Yates. */
function shuffled<T>(items: readonly T[], random: Random): T[] {
  const order = [...items];
  for (let i = order.length - 1; i > 0; i--) {
    const j = random.int(0, i);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
