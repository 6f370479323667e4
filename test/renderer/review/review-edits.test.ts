// @vitest-environment happy-dom

import { createTanstackQueryUtils } from '@orpc/tanstack-query';
import { QueryClient } from '@tanstack/react-query';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Client } from '../../../src-renderer/api/connection.ts';
import { ReviewEdits } from '../../../src-renderer/review/review-edits.ts';
import { type ReviewData, reviewTableKey } from '../../../src-renderer/review/review-table-cache.ts';
import type { AnnotationValues, VerdictValues } from '../../../src-renderer/review/undo-stack.ts';
import { useUndoStacks } from '../../../src-renderer/review/undo-store.ts';
import { sendEdit, useUnsentEdits } from '../../../src-renderer/review/unsent-edits.ts';
import type { Annotation } from '../../../src-shared/annotation.ts';
import type { ReviewRemarks } from '../../../src-shared/contract/review.ts';
import { failure } from '../../../src-shared/errors.ts';
import { makeReviewList } from '../../../src-shared/review-queue.ts';
import { toReviewColumns } from '../../../src-shared/review-table.ts';
import type { VerdictEntry } from '../../../src-shared/verdict.ts';

const RUN = 7;
const KEY = reviewTableKey(1, null);
const verdict = (changes: Partial<VerdictValues>): VerdictValues => ({
  verdict: 'accept',
  defectClass: '',
  severity: null,
  overturnReason: '',
  comment: '',
  ...changes,
});
const falsePositive: AnnotationValues = {
  kind: 'false-positive',
  regionIndex: 2,
  polygons: [
    [
      [
        [0, 0],
        [4, 0],
        [4, 4],
      ],
    ],
  ],
  defectClass: '',
  comment: 'print',
};

type JudgeOptions = { readonly seenVerdictId?: number | null; readonly idempotencyKey: string };

/** A workstation that only ever adds, as the real one: every call is an entry. */
class FakeWorkstation {
  readonly entries: VerdictEntry[] = [];
  readonly annotations: (Annotation & { retracted: boolean })[] = [];
  readonly byKey = new Map<string, VerdictEntry>();
  /** Verdicts are stored, and no answer arrives. */
  isLineBroken = false;
  /** Thrown by the next call that stores something. */
  failure: Error | null = null;
  #ids = 0;

  readonly client = {
    review: {
      image: async () => ({}),
      remarks: async ({ imageId }: { imageId: number }) => this.remarks(imageId),
      defectClasses: async () => [],
      judge: async ({ seenVerdictId, idempotencyKey, ...input }: VerdictEntry & JudgeOptions) => {
        await this.#work();
        const known = this.byKey.get(idempotencyKey);
        if (known) return known;
        const newest = this.remarks(input.imageId).verdicts.at(-1);
        if (newest && newest.id !== seenVerdictId && seenVerdictId !== undefined) {
          const { id, inspector: name, verdict: said, createdAt: time } = newest;
          throw failure('verdict-crossed', { name, verdict: said, time, entry: id }, 'crossed');
        }
        const entry = {
          ...verdict({}),
          ...input,
          id: ++this.#ids,
          createdAt: new Date().toISOString(),
          supersedes: null,
        };
        this.entries.push(entry);
        this.byKey.set(idempotencyKey, entry);
        if (this.isLineBroken) throw new Error('the connection is closed');
        return entry;
      },
      annotate: async (input: Omit<Annotation, 'id' | 'createdAt'>) => {
        await this.#work();
        const annotation = {
          ...input,
          id: ++this.#ids,
          createdAt: new Date().toISOString(),
          retracted: false,
        };
        this.annotations.push(annotation);
        return annotation;
      },
      retract: async ({ id }: { id: number }) => {
        await this.#work();
        const annotation = this.annotations.find((one) => one.id === id && !one.retracted);
        if (!annotation) throw new Error(`there is no annotation ${id}`);
        annotation.retracted = true;
        return { id };
      },
    },
  } as unknown as Client;

  remarks(imageId: number): ReviewRemarks {
    return {
      verdicts: this.entries.filter((entry) => entry.imageId === imageId),
      annotations: this.annotations.filter(
        (annotation) => annotation.imageId === imageId && !annotation.retracted,
      ),
    };
  }

  async #work(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 1));
    const { failure } = this;
    this.failure = null;
    if (failure) throw failure;
  }
}

let workstation: FakeWorkstation;
let queries: QueryClient;
let edits: ReviewEdits;
let inspector: string;

/** As a page that was just loaded: nothing known of the images. */
function load(): void {
  queries = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Infinity } } });
  const { client } = workstation;
  const api = createTanstackQueryUtils(client);
  edits = new ReviewEdits({
    client,
    api,
    queries,
    runId: RUN,
    tableKey: KEY,
    workspace: '/w',
    workspaceId: 'w',
    inspector: () => inspector,
  });
  const row = { name: '', status: 'done', score: 0.9, model: 'reject', human: null } as const;
  const rest = { defectClass: '', severity: null, overturned: false, regions: 2, page: null, notices: [] };
  const annotations = { falsePositives: 0, missedDefects: 0, disagreement: null };
  const sizes = { largestLength: 80, largestArea: 900, belowLimit: 0 };
  const rows = [1, 2].map((imageId) => ({ imageId, ...row, ...rest, ...annotations, ...sizes }));
  queries.setQueryData(KEY, { list: makeReviewList(toReviewColumns(rows)) } as unknown as ReviewData);
}

beforeEach(() => {
  useUndoStacks.setState({ byKey: {} });
  useUnsentEdits.setState({ edits: [] });
  localStorage.clear();
  inspector = 'Ada';
  workstation = new FakeWorkstation();
  load();
});

const rowOf = (imageId: number) => queries.getQueryData<ReviewData>(KEY)!.list.rows[imageId - 1]!;

describe('a verdict', () => {
  it('is stored with its inspector, and the row shows it at once', async () => {
    await edits.judge(1, verdict({ overturnReason: 'glare', defectClass: 'dent', severity: 'minor' }));
    expect(workstation.entries).toMatchObject([
      { runId: RUN, imageId: 1, inspector: 'Ada', verdict: 'accept', overturnReason: 'glare' },
    ]);
    expect(rowOf(1)).toMatchObject({
      human: 'accept',
      defectClass: 'dent',
      severity: 'minor',
      overturned: true,
    });
    expect(rowOf(2).human).toBeNull();
  });

  it('is not stored twice when nothing changed', async () => {
    await Promise.all([edits.judge(1, verdict({})), edits.judge(1, verdict({}))]);
    expect(workstation.entries).toHaveLength(1);
  });

  it('that could not be stored leaves nothing to undo, and the next one goes through', async () => {
    workstation.failure = new Error('the disk is full');
    await expect(edits.judge(1, verdict({}))).rejects.toThrow('the disk is full');
    expect(rowOf(1).human).toBeNull();
    expect(await edits.undo()).toBeUndefined();
    await edits.judge(1, verdict({ verdict: 'reject' }));
    expect(rowOf(1).human).toBe('reject');
  });
});

describe('a verdict that crosses another', () => {
  const crossed = { details: { case: 'verdict-crossed', name: 'Bo' } };
  const boJudges = (changes: Partial<VerdictValues>) =>
    workstation.client.review.judge({ ...verdict(changes), runId: RUN, imageId: 1, inspector: 'Bo' });

  it('is refused, even where both said the same, and stored when it is given knowingly', async () => {
    await edits.judge(2, verdict({}));
    const { id } = await boJudges({});
    await expect(edits.judge(1, verdict({}), null)).rejects.toMatchObject(crossed);
    expect(workstation.remarks(1).verdicts).toHaveLength(1);
    expect(await edits.undo()).toMatchObject({ delta: { imageId: 2 } });
    await edits.judge(1, verdict({ verdict: 'reject' }), id);
    expect(workstation.remarks(1).verdicts.map(({ inspector: who }) => who)).toEqual(['Bo', 'Ada']);
  });

  it("is none after this window's own, which may be faster than the screen", async () => {
    await Promise.all([
      edits.judge(1, verdict({}), null),
      edits.judge(1, verdict({ verdict: 'reject' }), null),
      edits.judge(1, verdict({ verdict: 'uncertain' }), null),
    ]);
    expect(workstation.entries.map((entry) => entry.verdict)).toEqual(['accept', 'reject', 'uncertain']);
    await boJudges({});
    await queries.invalidateQueries();
    await expect(edits.judge(1, verdict({}), null)).rejects.toMatchObject(crossed);
  });

  it('is none of undo, which says whose verdict it met', async () => {
    await edits.judge(1, verdict({}));
    await boJudges({ verdict: 'reject' });
    expect(await edits.undo()).toMatchObject({
      outcome: 'changed',
      met: { inspector: 'Bo', verdict: 'reject' },
    });
    expect(workstation.entries).toHaveLength(2);
  });
});

describe('an edit that was not acknowledged', () => {
  it('is kept until it is, and stored once however often it is sent', async () => {
    workstation.isLineBroken = true;
    await expect(edits.judge(1, verdict({}))).rejects.toThrow('closed');
    const [request] = useUnsentEdits.getState().edits;
    expect(request).toMatchObject({ inspector: 'Ada', runId: RUN, workspaceId: 'w', isStalled: true });
    expect(JSON.parse(localStorage.getItem(`clipsam-unsent:${request!.key}`)!)).toEqual(request);
    workstation.isLineBroken = false;
    await sendEdit(workstation.client, request!);
    await sendEdit(workstation.client, request!);
    expect(workstation.entries).toHaveLength(1);
    expect(useUnsentEdits.getState().edits).toEqual([]);
    expect(localStorage.getItem(`clipsam-unsent:${request!.key}`)).toBeNull();
  });

  it('is not kept once the workstation refused it', async () => {
    workstation.failure = failure('no-result', 'none');
    await expect(edits.judge(1, verdict({}))).rejects.toMatchObject({ code: 'not-found' });
    expect(useUnsentEdits.getState().edits).toEqual([]);
  });
});

describe('undo', () => {
  it('withdraws a first verdict and brings an earlier one back, with everything that belonged to it', async () => {
    const first = verdict({ verdict: 'reject', defectClass: 'dent', severity: 'major', comment: 'rim' });
    await edits.judge(1, first);
    await edits.judge(1, verdict({ verdict: 'uncertain' }));
    expect(await edits.undo()).toMatchObject({
      outcome: 'done',
      delta: { imageId: 1, after: { verdict: 'uncertain' } },
    });
    expect(workstation.entries.at(-1)).toMatchObject(first);
    expect(rowOf(1)).toMatchObject({ human: 'reject', defectClass: 'dent' });
    await edits.undo();
    expect(workstation.entries.at(-1)!.verdict).toBe('withdrawn');
    expect(rowOf(1).human).toBeNull();
    expect(workstation.entries).toHaveLength(4);
  });

  it('goes back across images in the order of the edits, and forward again', async () => {
    await edits.judge(2, verdict({}));
    await edits.annotate(1, falsePositive);
    await edits.judge(1, verdict({ verdict: 'reject' }));
    const back = [await edits.undo(), await edits.undo(), await edits.undo(), await edits.undo()];
    expect(back.map((move) => move?.delta.imageId)).toEqual([1, 1, 2, undefined]);
    expect(workstation.remarks(1).annotations).toEqual([]);
    const forward = [await edits.redo(), await edits.redo(), await edits.redo(), await edits.redo()];
    expect(forward.map((move) => move?.delta.imageId)).toEqual([2, 1, 1, undefined]);
    expect(rowOf(1).human).toBe('reject');
    expect(workstation.remarks(1).annotations).toMatchObject([falsePositive]);
  });

  it('of a retraction makes the annotation again, and undoing further retracts the new one', async () => {
    await edits.annotate(1, falsePositive);
    await edits.retract(1, workstation.annotations[0]!.id);
    await edits.undo();
    expect(workstation.remarks(1).annotations).toMatchObject([{ ...falsePositive, inspector: 'Ada' }]);
    await edits.undo();
    expect(workstation.remarks(1).annotations).toEqual([]);
  });

  it('that fails can be tried again', async () => {
    await edits.judge(1, verdict({}));
    workstation.failure = new Error('locked');
    await expect(edits.undo()).rejects.toThrow('locked');
    expect(rowOf(1).human).toBe('accept');
    await edits.undo();
    expect(rowOf(1).human).toBeNull();
  });

  it('keeps the history of an image complete', async () => {
    await edits.judge(1, verdict({}));
    await edits.undo();
    await edits.redo();
    const { verdicts } = await queries.fetchQuery(
      createTanstackQueryUtils(workstation.client).review.remarks.queryOptions({
        input: { runId: RUN, imageId: 1 },
      }),
    );
    expect(verdicts.map((entry) => entry.verdict)).toEqual(['accept', 'withdrawn', 'accept']);
  });
});

describe('undo after the page was loaded again', () => {
  it('takes back what was done before, and does it again', async () => {
    await edits.judge(2, verdict({ verdict: 'reject' }));
    await edits.annotate(1, falsePositive);
    load();
    expect(await edits.undo()).toMatchObject({ outcome: 'done', delta: { kind: 'annotate' } });
    expect(workstation.remarks(1).annotations).toEqual([]);
    load();
    expect(await edits.redo()).toMatchObject({ outcome: 'done' });
    expect(workstation.remarks(1).annotations).toMatchObject([falsePositive]);
    load();
    await edits.undo();
    expect(await edits.undo()).toMatchObject({ outcome: 'done', delta: { imageId: 2 } });
    expect(workstation.entries.at(-1)!.verdict).toBe('withdrawn');
  });

  it('is of the inspector who is there', async () => {
    await edits.judge(1, verdict({}));
    inspector = 'Bo';
    expect(await edits.undo()).toBeUndefined();
    expect(workstation.entries).toHaveLength(1);
    inspector = 'Ada';
    expect(await edits.undo()).toMatchObject({ outcome: 'done' });
  });
});

describe('what somebody else changed since', () => {
  /** Another window, with its own picture of the images. */
  const another = (who: string) => {
    const { client } = workstation;
    const own = new QueryClient();
    const api = createTanstackQueryUtils(client);
    return new ReviewEdits({
      client,
      api,
      queries: own,
      runId: RUN,
      tableKey: KEY,
      workspace: '/w',
      workspaceId: 'w',
      inspector: () => who,
    });
  };

  it('is not undone; the step before it is', async () => {
    await edits.judge(2, verdict({}));
    await edits.judge(1, verdict({}));
    await another('Bo').judge(1, verdict({ verdict: 'reject' }));
    expect(await edits.undo()).toMatchObject({ outcome: 'changed', delta: { imageId: 1 } });
    expect(workstation.entries).toHaveLength(3);
    expect(await edits.undo()).toMatchObject({ outcome: 'done', delta: { imageId: 2 } });
    expect(await edits.redo()).toMatchObject({ outcome: 'done', delta: { imageId: 2 } });
    expect(await edits.redo()).toBeUndefined();
  });

  it('is not undone when they said the same', async () => {
    await edits.judge(1, verdict({}));
    await another('Bo').judge(1, verdict({ verdict: 'reject' }));
    await another('Bo').judge(1, verdict({}));
    expect(await edits.undo()).toMatchObject({ outcome: 'changed' });
    expect(workstation.entries.at(-1)).toMatchObject({ inspector: 'Bo', verdict: 'accept' });
  });

  it('is not done again', async () => {
    await edits.judge(1, verdict({}));
    await edits.undo();
    await another('Bo').judge(1, verdict({ verdict: 'reject' }));
    expect(await edits.redo()).toMatchObject({ outcome: 'changed' });
    expect(workstation.entries.at(-1)).toMatchObject({ inspector: 'Bo' });
    expect(await edits.redo()).toBeUndefined();
  });

  it('are annotations too: one that is gone is not removed twice, one that is there again is not made twice', async () => {
    await edits.annotate(1, falsePositive);
    await another('Bo').retract(1, workstation.annotations[0]!.id);
    expect(await edits.undo()).toMatchObject({ outcome: 'changed' });
    await edits.annotate(1, falsePositive);
    await edits.retract(1, workstation.annotations.at(-1)!.id);
    await another('Bo').annotate(1, falsePositive);
    expect(await edits.undo()).toMatchObject({ outcome: 'changed' });
    expect(workstation.remarks(1).annotations).toMatchObject([{ inspector: 'Bo' }]);
  });
});

it('does nothing before there is a run', async () => {
  const { client } = workstation;
  const api = createTanstackQueryUtils(client);
  const idle = new ReviewEdits({
    client,
    api,
    queries,
    runId: null,
    tableKey: KEY,
    workspace: '/w',
    workspaceId: 'w',
    inspector: () => 'Ada',
  });
  await expect(idle.judge(1, verdict({}))).rejects.toThrow();
  expect(workstation.entries).toEqual([]);
});
