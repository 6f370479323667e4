import type { QueryClient } from '@tanstack/react-query';
import { create } from 'zustand';
import type { ReviewImage } from '../../src-shared/contract.ts';
import { overturns } from '../../src-shared/verdict.ts';
import type { Workstation } from '../state/workstation.ts';
import { sameValues } from './drafts.ts';
import { patchRows, type ReviewData, type reviewTableKey } from './review-table-cache.ts';
import {
  type AnnotationValues,
  type Delta,
  EMPTY_STACK,
  inverse,
  push,
  redone,
  renumber,
  type UndoStack,
  undone,
  type VerdictValues,
  valuesOf,
} from './undo-stack.ts';

/** What can be undone, per run. It lasts as long as the page. */
export const useUndoStacks = create<Readonly<Record<number, UndoStack>>>(() => ({}));

/** What an inspector does to images of a run. Deeds happen one after another, in the order in which they were asked for. */
export interface Deeds {
  /** Stores a verdict; null takes it back. Resolves when it is stored, or was there already. */
  judge(imageId: number, values: VerdictValues | null): Promise<void>;
  annotate(imageId: number, values: AnnotationValues): Promise<void>;
  retract(imageId: number, annotationId: number): Promise<void>;
  /** Takes the newest deed back, wherever it was done; resolves with it, or with undefined when there is none. */
  undo(): Promise<Delta | undefined>;
  redo(): Promise<Delta | undefined>;
}

interface DeedsOptions extends Pick<Workstation, 'client' | 'api'> {
  readonly queries: QueryClient;
  /** Null: nothing was inspected yet, and nothing can be done. */
  readonly runId: number | null;
  readonly tableKey: ReturnType<typeof reviewTableKey>;
  author(): string;
}

/** Deeds through the workstation's API; what is shown of the images follows at once. */
export function makeDeeds({ client, api, queries, runId, tableKey, author }: DeedsOptions): Deeds {
  let line: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(deed: (run: number) => Promise<T>): Promise<T> => {
    const turn = line.then(() => {
      if (runId === null) throw new Error('nothing was inspected yet');
      return deed(runId);
    });
    line = turn.catch(() => {});
    return turn;
  };
  const stackOf = (run: number) => useUndoStacks.getState()[run] ?? EMPTY_STACK;
  const keep = (run: number, stack: UndoStack) => useUndoStacks.setState({ [run]: stack });
  const imageOf = (run: number, imageId: number) =>
    queries.fetchQuery(api.review.image.queryOptions({ input: { runId: run, imageId } }));
  const change = (run: number, imageId: number, update: (image: ReviewImage) => ReviewImage) =>
    queries.setQueryData<ReviewImage>(
      api.review.image.queryKey({ input: { runId: run, imageId } }),
      (image) => image && update(image),
    );

  /** Does what a delta says; resolves with the id of an annotation that it made. */
  const perform = async (run: number, delta: Delta): Promise<number | null> => {
    const { imageId } = delta;
    const of = { runId: run, imageId, author: author() };
    if (delta.kind === 'judge') {
      const entry = await client.review.judge({ ...of, ...(delta.after ?? { verdict: 'withdrawn' }) });
      change(run, imageId, (image) => ({ ...image, verdicts: withOne(image.verdicts, entry) }));
      const data = queries.getQueryData<ReviewData>(tableKey);
      const row = data?.list.rows[data.list.positions.get(imageId) ?? -1];
      if (row) {
        const { verdict, defectClass, severity } = entry;
        const human = verdict === 'withdrawn' ? null : verdict;
        const overturned = overturns(verdict, row.model);
        patchRows(queries, tableKey, [{ ...row, human, defectClass, severity, overturned }]);
      }
      if (delta.after?.defectClass)
        void queries.invalidateQueries({ queryKey: api.review.defectClasses.key() });
      return null;
    }
    if (delta.kind === 'retract') {
      await client.review.retract({ id: delta.annotationId, author: of.author });
      change(run, imageId, (image) => ({
        ...image,
        annotations: image.annotations.filter(({ id }) => id !== delta.annotationId),
      }));
      return null;
    }
    const { polygons, ...values } = delta.annotation;
    const made = await client.review.annotate({
      ...of,
      ...values,
      polygons: polygons?.map((polygon) => polygon.map((ring) => ring.map(([x, y]) => [x, y]))) ?? null,
    });
    change(run, imageId, (image) => ({
      ...image,
      annotations: withOne(image.annotations, made),
    }));
    return made.id;
  };

  /** Performs a step of the stack itself. */
  const move = async (run: number, delta: Delta, after: UndoStack) => {
    const id = await perform(run, delta);
    keep(run, id !== null && delta.kind !== 'judge' ? renumber(after, delta.annotationId, id) : after);
  };

  return {
    judge: (imageId, after) =>
      inTurn(async (run) => {
        const before = valuesOf((await imageOf(run, imageId)).verdicts.at(-1));
        if (sameValues(before, after)) return;
        const delta: Delta = { kind: 'judge', imageId, before, after };
        await perform(run, delta);
        keep(run, push(stackOf(run), delta));
      }),
    annotate: (imageId, annotation) =>
      inTurn(async (run) => {
        const delta: Delta = { kind: 'annotate', imageId, annotationId: 0, annotation };
        const annotationId = await perform(run, delta);
        keep(run, push(stackOf(run), { ...delta, annotationId: annotationId! }));
      }),
    retract: (imageId, annotationId) =>
      inTurn(async (run) => {
        const { annotations } = await imageOf(run, imageId);
        const annotation = annotations.find(({ id }) => id === annotationId);
        if (!annotation) return;
        const { kind, regionIndex, polygons, defectClass, comment } = annotation;
        const values = { kind, regionIndex, polygons, defectClass, comment };
        const delta: Delta = { kind: 'retract', imageId, annotationId, annotation: values };
        await perform(run, delta);
        keep(run, push(stackOf(run), delta));
      }),
    undo: () =>
      inTurn(async (run) => {
        const delta = stackOf(run).done.at(-1);
        if (delta) await move(run, inverse(delta), undone(stackOf(run)));
        return delta;
      }),
    redo: () =>
      inTurn(async (run) => {
        const delta = stackOf(run).undone.at(-1);
        if (delta) await move(run, delta, redone(stackOf(run)));
        return delta;
      }),
  };
}

/** The list with an entry at its end, unless the workstation's own news brought it already. */
function withOne<T extends { readonly id: number }>(list: readonly T[], entry: T): T[] {
  return [...list.filter(({ id }) => id !== entry.id), entry];
}
