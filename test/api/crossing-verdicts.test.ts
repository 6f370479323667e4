import { describe, expect, it } from 'vitest';
import { forgetRequests } from '../../src-main/store/request-keys.ts';
import type { NewVerdict } from '../../src-shared/contract/review.ts';
import {
  type FakeWorkstation,
  fakeWorkstation,
  importedBatch,
  inspected,
  inspector,
} from './workstation-fixture.ts';

async function inspectedImage() {
  const fixture = await fakeWorkstation();
  const { batchId, imageIds, photos } = await importedBatch(fixture, 2);
  const { run } = await inspected(fixture, batchId);
  const [imageId, other] = imageIds as [number, number];
  return { fixture, photos, other, of: { runId: run.id, imageId } };
}

const historyOf = async ({ client }: FakeWorkstation, of: { runId: number; imageId: number }) =>
  (await client.review.remarks(of)).verdicts.map(({ inspector: name, verdict }) => `${name} ${verdict}`);

describe('a verdict that crosses another', () => {
  it('is refused with who said what and when, and stored once its inspector knows', async () => {
    const { fixture, of } = await inspectedImage();
    const { client } = fixture;
    const ada = await client.review.judge({
      ...of,
      inspector: 'Ada',
      verdict: 'uncertain',
      seenVerdictId: null,
    });
    const bob: NewVerdict = {
      ...of,
      inspector: 'Bob',
      verdict: 'uncertain',
      comment: 'rim',
      seenVerdictId: null,
    };
    await expect(client.review.judge(bob)).rejects.toMatchObject({
      data: {
        code: 'conflict',
        details: {
          case: 'verdict-crossed',
          name: 'Ada',
          verdict: 'uncertain',
          time: ada.createdAt,
          entry: ada.id,
        },
      },
    });
    expect(await historyOf(fixture, of)).toEqual(['Ada uncertain']);
    const kept = await client.review.judge({ ...bob, seenVerdictId: ada.id });
    expect(kept).toMatchObject({ inspector: 'Bob', comment: 'rim', supersedes: ada.id });
  });

  it('may be one that takes back, or one over a verdict that was taken back', async () => {
    const { fixture, of } = await inspectedImage();
    const { client } = fixture;
    const judge = (entry: Pick<NewVerdict, 'inspector' | 'verdict' | 'seenVerdictId'>) =>
      client.review.judge({ ...of, ...entry });
    const ada = await judge({ inspector: 'Ada', verdict: 'uncertain', seenVerdictId: null });
    const bob = await judge({ inspector: 'Bob', verdict: 'withdrawn', seenVerdictId: ada.id });
    const crossed = { data: { details: { case: 'verdict-crossed', name: 'Bob', verdict: 'withdrawn' } } };
    await expect(
      judge({ inspector: 'Ada', verdict: 'withdrawn', seenVerdictId: ada.id }),
    ).rejects.toMatchObject(crossed);
    await expect(
      judge({ inspector: 'Ada', verdict: 'uncertain', seenVerdictId: ada.id }),
    ).rejects.toMatchObject(crossed);
    // Who saw an image without a verdict sees the same after both.
    await judge({ inspector: 'Cy', verdict: 'uncertain', seenVerdictId: null });
    expect(await historyOf(fixture, of)).toEqual(['Ada uncertain', 'Bob withdrawn', 'Cy uncertain']);
    expect(bob.supersedes).toBe(ada.id);
  });

  it('of two at the same moment one is stored, and the other is told', async () => {
    const { fixture, of } = await inspectedImage();
    const both = await Promise.allSettled(
      ['Ada', 'Bob'].map((name) =>
        fixture.client.review.judge({ ...of, inspector: name, verdict: 'uncertain', seenVerdictId: null }),
      ),
    );
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(await historyOf(fixture, of)).toHaveLength(1);
  });
});

describe('a request that is sent again under its key', () => {
  const idempotencyKey = 'k'.repeat(32);

  it('is answered as the first time, and stored once', async () => {
    const { fixture, of } = await inspectedImage();
    const { client } = fixture;
    const entry: NewVerdict = { ...of, inspector, verdict: 'uncertain', seenVerdictId: null, idempotencyKey };
    const first = await client.review.judge(entry);
    // Another verdict since then changes nothing of what this request was answered.
    await client.review.judge({ ...of, inspector, verdict: 'withdrawn', seenVerdictId: first.id });
    expect(await client.review.judge(entry)).toEqual(first);
    const mark = { ...of, inspector, kind: 'missed-defect' as const, idempotencyKey: 'm'.repeat(16) };
    const polygons = [
      [
        [
          [0, 0],
          [4, 0],
          [4, 4],
        ],
      ],
    ] as [number, number][][][];
    const [made, again] = await Promise.all([
      client.review.annotate({ ...mark, polygons }),
      client.review.annotate({ ...mark, polygons }),
    ]);
    expect(again).toEqual(made);
    const { verdicts, annotations } = await client.review.remarks(of);
    expect(verdicts).toHaveLength(2);
    expect(annotations).toEqual([made]);
  });

  it('at the same moment, over two connections, is stored once', async () => {
    const { fixture, of } = await inspectedImage();
    const entry: NewVerdict = { ...of, inspector, verdict: 'uncertain', seenVerdictId: null, idempotencyKey };
    const answers = await Promise.all(Array.from({ length: 5 }, () => fixture.client.review.judge(entry)));
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    expect(await historyOf(fixture, of)).toHaveLength(1);
  });

  it('is refused for anything else, and forgotten after fourteen days of use', async () => {
    const { fixture, of, other } = await inspectedImage();
    const { client, workstation } = fixture;
    const entry: NewVerdict = { ...of, inspector, verdict: 'uncertain', idempotencyKey };
    const { id } = await client.review.judge(entry);
    for (const change of [{ imageId: other }, { inspector: 'Bob' }, { verdict: 'withdrawn' as const }]) {
      await expect(client.review.judge({ ...entry, ...change })).rejects.toMatchObject({
        data: { code: 'input-invalid' },
      });
    }
    await forgetRequests(workstation.workspace, 14);
    expect((await client.review.judge(entry)).id).toBe(id);
    await forgetRequests(workstation.workspace, 15);
    expect((await client.review.judge(entry)).id).toBeGreaterThan(id);
  });
});
