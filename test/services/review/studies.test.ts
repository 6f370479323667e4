import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, parse, relative } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../src-main/files/hash.ts';
import { ContentHashes } from '../../../src-main/services/pictures/seen-file.ts';
import {
  answerTurn,
  beginStudy,
  exportAnswers,
  nextTurn,
  studiesOf,
  studyResults,
  takeBack,
} from '../../../src-main/services/review/studies.ts';
import { createBatch, deleteBatch } from '../../../src-main/store/batches.ts';
import { addImages, listImages } from '../../../src-main/store/images.ts';
import { beginPurge, purgeStep } from '../../../src-main/store/purges.ts';
import { saveRecipe } from '../../../src-main/store/recipes.ts';
import { recordOutcome } from '../../../src-main/store/results.ts';
import { setRunStatus, startRun } from '../../../src-main/store/run-lifecycle.ts';
import type { Workspace } from '../../../src-main/store/workspace.ts';
import type { HumanVerdict } from '../../../src-shared/verdict.ts';
import {
  context,
  inspectionResult,
  recipe,
  temporaryFolder,
  temporaryWorkspace,
} from '../../store/fixtures.ts';

const contents = new ContentHashes();

const inspector = 'ana';
const refused = (which: string, code = 'conflict') =>
  expect.objectContaining({ code, details: expect.objectContaining({ case: which }) });

async function batchOf(paths: readonly string[]) {
  const workspace = await temporaryWorkspace();
  const { id: batchId } = await createBatch(workspace, { name: 'Lot 7' }, inspector);
  // Files that are there hold their own path.
  const files = paths.map((path, i) => ({
    path,
    contentHash: existsSync(path) ? sha256(path) : String(i).padStart(64, '0'),
    bytes: 1,
  }));
  await addImages(workspace, batchId, files, inspector);
  const imageIds = (await listImages(workspace, batchId)).map(({ id }) => id);
  return { workspace, batchId, imageIds };
}

const photos = (count: number) => Array.from({ length: count }, (_, i) => `/photos/${i}.png`);
const options = { name: 'Gauge', rounds: 2, size: 30, inspector, seed: 'seed' };

/** Answers all that is left of a round. @returns the images in the order in which they came */
async function judgeRound(
  workspace: Workspace,
  id: number,
  inspector: string,
  verdictOf: (imageId: number, turn: number) => HumanVerdict,
): Promise<number[]> {
  const order: number[] = [];
  let turn = await nextTurn(workspace, contents, id, inspector);
  for (const { round } = turn; turn.image && turn.round === round; ) {
    const verdict = verdictOf(turn.image.id, order.length);
    order.push(turn.image.id);
    const answer = { id, inspector, imageId: turn.image.id, verdict, milliseconds: 900 };
    turn = await answerTurn(workspace, contents, answer);
  }
  return order;
}

describe('the images of a study', () => {
  test('are as many of each of the model’s verdicts as there are', async () => {
    const { workspace, batchId, imageIds } = await batchOf(photos(80));
    const { hash } = await saveRecipe(workspace, recipe, { inspector });
    const claim = await startRun(workspace, batchId, hash, context);
    // 60 accepted, 14 rejected, 6 in between.
    const verdictOf = (i: number) => (i < 60 ? 'accept' : i < 74 ? 'reject' : 'warn');
    for (const [i, imageId] of imageIds.entries()) {
      await recordOutcome(workspace, claim, imageId, {
        status: 'done',
        result: inspectionResult({ verdict: verdictOf(i), regions: [] }),
      });
    }
    await setRunStatus(workspace, claim, 'done', inspector);
    const { study } = await beginStudy(workspace, { ...options, batchId });
    expect(study.images).toBe(30);
    const { rows } = await sql<{ verdict: string; n: number }>`
      select r.verdict, count(*) as n from study_images s join results r on r.image_id = s.image_id
      group by r.verdict`.execute(workspace.db);
    expect(Object.fromEntries(rows.map(({ verdict, n }) => [verdict, n]))).toEqual({
      accept: 12,
      reject: 12,
      warn: 6,
    });
  });

  test('are all that a small batch has, and never only one', async () => {
    const { workspace, batchId } = await batchOf(photos(5));
    const { study } = await beginStudy(workspace, { ...options, batchId });
    expect(study.images).toBe(5);
    const single = await batchOf(photos(1));
    await expect(beginStudy(single.workspace, { ...options, batchId: single.batchId })).rejects.toEqual(
      refused('study-too-small'),
    );
  });
});

describe('a round', () => {
  test('has every image once, in an order that differs by inspector and round and comes from the seed', async () => {
    const { workspace, batchId, imageIds } = await batchOf(photos(20));
    const { study } = await beginStudy(workspace, { ...options, batchId });
    const again = await beginStudy(workspace, { ...options, batchId });
    const orders = [
      await judgeRound(workspace, study.id, 'ana', () => 'accept'),
      await judgeRound(workspace, study.id, 'ana', () => 'accept'),
      await judgeRound(workspace, study.id, 'bo', () => 'accept'),
    ];
    for (const order of orders) expect(order.toSorted((a, b) => a - b)).toEqual(imageIds);
    expect(new Set(orders.map(String)).size).toBe(3);
    expect(await judgeRound(workspace, again.study.id, 'ana', () => 'reject')).toEqual(orders[0]);
    expect(await nextTurn(workspace, contents, study.id, 'ana')).toMatchObject({
      image: null,
      round: 2,
      done: 20,
    });
    expect((await studiesOf(workspace, batchId))[1]?.inspectors).toEqual([
      { inspector: 'ana', done: 40, total: 40 },
      { inspector: 'bo', done: 20, total: 40 },
    ]);
  });

  test('takes an answer only for the image whose turn it is, once', async () => {
    const { workspace, batchId, imageIds } = await batchOf(photos(3));
    const { study } = await beginStudy(workspace, { ...options, batchId });
    const { image } = await nextTurn(workspace, contents, study.id, inspector);
    const answer = { id: study.id, inspector, verdict: 'reject', milliseconds: 5 } as const;
    const other = imageIds.find((id) => id !== image!.id)!;
    await expect(answerTurn(workspace, contents, { ...answer, imageId: other })).rejects.toEqual(
      refused('study-other-image'),
    );
    const twice = [1, 2].map(() => answerTurn(workspace, contents, { ...answer, imageId: image!.id }));
    const settled = await Promise.allSettled(twice);
    expect(settled.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await nextTurn(workspace, contents, study.id, inspector)).toMatchObject({ done: 1, round: 1 });
  });

  test('lets its last answer be taken back, but not one of the round before; all of it stays on record', async () => {
    const { workspace, batchId } = await batchOf(photos(3));
    const { study } = await beginStudy(workspace, { ...options, batchId });
    await expect(takeBack(workspace, contents, study.id, inspector)).rejects.toEqual(
      refused('study-nothing-to-take-back'),
    );
    const { image } = await nextTurn(workspace, contents, study.id, inspector);
    const answer = { id: study.id, inspector, imageId: image!.id, milliseconds: 5 };
    await answerTurn(workspace, contents, { ...answer, verdict: 'reject' });
    expect(await takeBack(workspace, contents, study.id, inspector)).toMatchObject({
      image: { id: image!.id },
      done: 0,
      canTakeBack: false,
    });
    await judgeRound(workspace, study.id, inspector, () => 'accept');
    expect(await nextTurn(workspace, contents, study.id, inspector)).toMatchObject({
      round: 2,
      canTakeBack: false,
    });
    await expect(takeBack(workspace, contents, study.id, inspector)).rejects.toEqual(
      refused('study-nothing-to-take-back'),
    );
    const { rows } = await sql<{ verdict: string }>`select verdict from study_judgements order by id`.execute(
      workspace.db,
    );
    expect(rows.map(({ verdict }) => verdict)).toEqual(['reject', 'withdrawn', 'accept', 'accept', 'accept']);
  });
});

describe('a file that became another one', () => {
  test('is not judged until it is what it was, and the turn says so; what was said can be taken back', async () => {
    const folder = await temporaryFolder();
    const paths = ['a.png', 'b.png'].map((name) => join(folder, name));
    for (const path of paths) await writeFile(path, path);
    const { workspace, batchId, imageIds } = await batchOf(paths);
    const { study } = await beginStudy(workspace, { ...options, batchId });
    const first = await nextTurn(workspace, contents, study.id, inspector);
    expect(first.image?.file).toBe('same');
    const asked = first.image!.id;
    const path = paths[imageIds.indexOf(asked)]!;
    const answer = { id: study.id, inspector, imageId: asked, verdict: 'accept', milliseconds: 900 } as const;
    await writeFile(path, 'another part');
    const changed = expect.objectContaining({ code: 'image-changed' });
    await expect(answerTurn(workspace, contents, answer)).rejects.toEqual(changed);
    expect((await nextTurn(workspace, contents, study.id, inspector)).image).toMatchObject({
      file: 'changed',
    });
    // Imported anew it is the batch's picture, and still not the one that the study is about.
    const anew = { path, contentHash: sha256('another part'), bytes: 1 };
    await addImages(workspace, batchId, [anew], inspector);
    await expect(answerTurn(workspace, contents, answer)).rejects.toEqual(changed);
    await writeFile(path, path);
    await expect(answerTurn(workspace, contents, answer)).rejects.toEqual(changed);
    await addImages(workspace, batchId, [{ ...anew, contentHash: sha256(path) }], inspector);
    expect(await answerTurn(workspace, contents, answer)).toMatchObject({ done: 1 });
    await writeFile(path, 'another part');
    expect(await takeBack(workspace, contents, study.id, inspector)).toMatchObject({ done: 0 });
  });
});

describe('the results', () => {
  test('are kept from an inspector in the midst of their rounds, and tell where inspectors disagreed', async () => {
    const folder = await temporaryFolder();
    const category = join(folder, 'cable');
    const place = async (path: string) => {
      await mkdir(join(category, path, '..'), { recursive: true });
      await writeFile(join(category, path), join(category, path));
      return join(category, path);
    };
    const good = await place('test/good/000.png');
    const bad = await place('test/cut/000.png');
    await place('ground_truth/cut/000_mask.png');
    const { workspace, batchId, imageIds } = await batchOf([bad, good, '/elsewhere/x.png']);
    const idOf = Object.fromEntries(
      (await listImages(workspace, batchId)).map(({ id, path }) => [path, id] as const),
    );
    const { study } = await beginStudy(workspace, { ...options, batchId });
    // ana knows what is bad; bo accepts all at first, and rejects the good one afterwards.
    const right = (id: number): HumanVerdict => (id === idOf[bad] ? 'reject' : 'accept');
    await judgeRound(workspace, study.id, 'ana', right);
    await expect(studyResults(workspace, study.id, 'ana')).rejects.toEqual(refused('study-locked'));
    await expect(exportAnswers(workspace, study.id, 'ana')).rejects.toEqual(refused('study-locked'));
    expect(await studyResults(workspace, study.id, 'boss')).toMatchObject({
      inspectors: [],
      pending: [{ inspector: 'ana', done: 3, total: 6 }],
      overall: { kappa: null, total: 0 },
      disagreements: [],
    });
    await judgeRound(workspace, study.id, 'ana', right);
    await judgeRound(workspace, study.id, 'bo', () => 'accept');
    await judgeRound(workspace, study.id, 'bo', (id) => (id === idOf[good] ? 'reject' : 'accept'));
    const results = await studyResults(workspace, study.id, 'ana');
    expect(results).toMatchObject({
      known: 2,
      pending: [],
      inspectors: [
        {
          inspector: 'ana',
          repeatability: { kappa: 1, agreed: 3 },
          reference: { misses: 0, falseAlarms: 0 },
        },
        { inspector: 'bo', repeatability: { agreed: 2 }, reference: { misses: 2, falseAlarms: 1 } },
      ],
      overall: { agreed: 1, total: 3 },
    });
    expect(results.disagreements.map(({ name, reference }) => [name.split('/').at(-2), reference])).toEqual([
      ['cut', 'reject'],
      ['good', 'accept'],
    ]);
    expect(results.disagreements[1]?.answers).toEqual([
      { inspector: 'ana', verdicts: ['accept', 'accept'] },
      { inspector: 'bo', verdicts: ['accept', 'reject'] },
    ]);

    const csv = await readFile(await exportAnswers(workspace, study.id, 'ana'), 'utf8');
    const lines = csv.trim().split('\r\n');
    expect(lines[0]).toMatch(/^\uFEFF?inspector,round,image,verdict,ground_truth,taken_back/);
    expect(lines).toHaveLength(1 + 4 * imageIds.length);
    expect(lines.filter((line) => line.includes('cut/000.png,reject,reject,no,900,'))).toHaveLength(2);
    const german = { separator: ';', decimal: ',', bom: true } as const;
    const other = await readFile(await exportAnswers(workspace, study.id, 'ana', german), 'utf8');
    const rejected = other.split('\r\n').filter((line) => line.includes(';reject;reject;no;900;'));
    const key = `${idOf[bad]};${encodeURIComponent(relative(parse(bad).root, bad))}`;
    expect(rejected.filter((line) => line.endsWith(key))).toHaveLength(2);
  });
});

describe('what was said', () => {
  test('cannot be changed or deleted, and goes only with a batch that is removed for good', async () => {
    const { workspace, batchId } = await batchOf(photos(3));
    const { study } = await beginStudy(workspace, { ...options, batchId });
    await judgeRound(workspace, study.id, inspector, () => 'accept');
    const attempts = [
      sql`update study_judgements set verdict = 'reject'`,
      sql`delete from study_judgements`,
      sql`delete from study_images`,
      sql`update studies set seed = ''`,
    ];
    for (const attempt of attempts)
      await expect(attempt.execute(workspace.db)).rejects.toThrow('never changed');
    await deleteBatch(workspace, batchId, true, inspector);
    await expect(nextTurn(workspace, contents, study.id, inspector)).rejects.toEqual(
      refused('study-unknown', 'not-found'),
    );
    await expect(sql`delete from study_judgements`.execute(workspace.db)).rejects.toThrow('never changed');
    await beginPurge(workspace, batchId, inspector);
    while ((await purgeStep(workspace, batchId)) !== undefined);
    for (const table of ['studies', 'study_images', 'study_judgements']) {
      expect((await sql`select * from ${sql.table(table)}`.execute(workspace.db)).rows).toEqual([]);
    }
  });
});
