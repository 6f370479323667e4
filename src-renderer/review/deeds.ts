import type { QueryClient } from '@tanstack/react-query';
import type { ReviewRemarks } from '../../src-shared/contract/review.ts';
import { overturns } from '../../src-shared/verdict.ts';
import type { WorkstationState } from '../state/workstation.ts';
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
import { keepStack, undoKey, useUndoStacks } from './undo-store.ts';

/** A step back or forward. `changed`: somebody else did something there since, so the step was left out. */
export interface Move {
  readonly delta: Delta;
  readonly outcome: 'done' | 'changed';
}

/** What an inspector does to images of a run. Deeds happen one after another, in the order in which they were asked for. */
export interface Deeds {
  /** Stores a verdict; null takes it back. Resolves when it is stored, or was there already. */
  judge(imageId: number, values: VerdictValues | null): Promise<void>;
  annotate(imageId: number, values: AnnotationValues): Promise<void>;
  retract(imageId: number, annotationId: number): Promise<void>;
  /** Takes the newest deed back, wherever it was done; resolves with it, or with undefined when there is none. */
  undo(): Promise<Move | undefined>;
  redo(): Promise<Move | undefined>;
}

interface DeedsOptions extends Pick<WorkstationState, 'client' | 'api'> {
  readonly queries: QueryClient;
  /** Null: nothing was inspected yet, and nothing can be done. */
  readonly runId: number | null;
  readonly tableKey: ReturnType<typeof reviewTableKey>;
  readonly workspace: string;
  inspector(): string;
}

/** Deeds through the workstation's API; what is shown of the images follows at once. */
export function makeDeeds(options: DeedsOptions): Deeds {
  const { client, api, queries, runId, tableKey, workspace, inspector } = options;
  let line: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(deed: (run: number) => Promise<T>): Promise<T> => {
    const turn = line.then(() => {
      if (runId === null) throw new Error('nothing was inspected yet');
      return deed(runId);
    });
    line = turn.catch(() => {});
    return turn;
  };
  const keyOf = (run: number) => undoKey(workspace, run, inspector());
  const stackOf = (run: number) => useUndoStacks.getState().byKey[keyOf(run)] ?? EMPTY_STACK;
  const keep = (run: number, stack: UndoStack) => keepStack(keyOf(run), stack);
  const remarksOn = (run: number, imageId: number) =>
    queries.fetchQuery(api.review.remarks.queryOptions({ input: { runId: run, imageId } }));
  const change = (run: number, imageId: number, update: (remarks: ReviewRemarks) => ReviewRemarks) =>
    queries.setQueryData<ReviewRemarks>(
      api.review.remarks.queryKey({ input: { runId: run, imageId } }),
      (remarks) => remarks && update(remarks),
    );

  /** Does what a delta says; resolves with the id of an annotation that it made. */
  const perform = async (run: number, delta: Delta): Promise<number | null> => {
    const { imageId } = delta;
    const of = { runId: run, imageId, inspector: inspector() };
    if (delta.kind === 'judge') {
      const entry = await client.review.judge({ ...of, ...(delta.after ?? { verdict: 'withdrawn' }) });
      change(run, imageId, (remarks) => ({ ...remarks, verdicts: withOne(remarks.verdicts, entry) }));
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
      await client.review.retract({ id: delta.annotationId, inspector: of.inspector });
      change(run, imageId, (remarks) => ({
        ...remarks,
        annotations: remarks.annotations.filter(({ id }) => id !== delta.annotationId),
      }));
      return null;
    }
    const { polygons, ...values } = delta.annotation;
    const made = await client.review.annotate({
      ...of,
      ...values,
      polygons: polygons?.map((polygon) => polygon.map((ring) => ring.map(([x, y]) => [x, y]))) ?? null,
    });
    change(run, imageId, (remarks) => ({
      ...remarks,
      annotations: withOne(remarks.annotations, made),
    }));
    return made.id;
  };

  /** True while the image is as the step expects it: as this inspector left it. */
  const applies = async (run: number, delta: Delta): Promise<boolean> => {
    const input = { runId: run, imageId: delta.imageId };
    const remarks = await queries.fetchQuery({ ...api.review.remarks.queryOptions({ input }), staleTime: 0 });
    if (delta.kind === 'judge') {
      const last = remarks.verdicts.at(-1);
      return sameValues(valuesOf(last), delta.before) && (!delta.before || last?.inspector === inspector());
    }
    if (delta.kind === 'retract') return remarks.annotations.some(({ id }) => id === delta.annotationId);
    const { kind, regionIndex } = delta.annotation;
    const isThere = remarks.annotations.some(
      (mark) => mark.kind === kind && mark.regionIndex === regionIndex,
    );
    return regionIndex === null || !isThere;
  };

  /** What was refused may stand otherwise by now: the file may be another one. */
  const attempt = async (run: number, delta: Delta): Promise<number | null> => {
    try {
      return await perform(run, delta);
    } catch (error) {
      const input = { runId: run, imageId: delta.imageId };
      void queries.invalidateQueries({ queryKey: api.review.image.queryKey({ input }) });
      void queries.invalidateQueries({ queryKey: api.review.remarks.queryKey({ input }) });
      throw error;
    }
  };

  /** Performs a step of the stack itself, unless it no longer applies: `without` is the stack that never had it. */
  const move = async (run: number, step: Delta, after: UndoStack, without: UndoStack) => {
    if (!(await applies(run, step))) {
      keep(run, without);
      return 'changed';
    }
    const id = await attempt(run, step);
    keep(run, id !== null && step.kind !== 'judge' ? renumber(after, step.annotationId, id) : after);
    return 'done';
  };

  return {
    judge: (imageId, after) =>
      inTurn(async (run) => {
        const before = valuesOf((await remarksOn(run, imageId)).verdicts.at(-1));
        if (sameValues(before, after)) return;
        const delta: Delta = { kind: 'judge', imageId, before, after };
        await attempt(run, delta);
        keep(run, push(stackOf(run), delta));
      }),
    annotate: (imageId, annotation) =>
      inTurn(async (run) => {
        const delta: Delta = { kind: 'annotate', imageId, annotationId: 0, annotation };
        const annotationId = await attempt(run, delta);
        keep(run, push(stackOf(run), { ...delta, annotationId: annotationId! }));
      }),
    retract: (imageId, annotationId) =>
      inTurn(async (run) => {
        const { annotations } = await remarksOn(run, imageId);
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
        const stack = stackOf(run);
        const delta = stack.done.at(-1);
        if (!delta) return undefined;
        const without = { ...stack, done: stack.done.slice(0, -1) };
        return { delta, outcome: await move(run, inverse(delta), undone(stack), without) };
      }),
    redo: () =>
      inTurn(async (run) => {
        const stack = stackOf(run);
        const delta = stack.undone.at(-1);
        if (!delta) return undefined;
        const without = { ...stack, undone: stack.undone.slice(0, -1) };
        return { delta, outcome: await move(run, delta, redone(stack), without) };
      }),
  };
}

/** The list with an entry at its end, unless the workstation's own news brought it already. */
function withOne<T extends { readonly id: number }>(list: readonly T[], entry: T): T[] {
  return [...list.filter(({ id }) => id !== entry.id), entry];
}
