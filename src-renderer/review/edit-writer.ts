import type { QueryClient } from '@tanstack/react-query';
import type { Annotation } from '../../src-shared/annotation.ts';
import type { ReviewRemarks } from '../../src-shared/contract/review.ts';
import { overturns, type VerdictEntry } from '../../src-shared/verdict.ts';
import type { WorkstationState } from '../state/workstation.ts';
import { sameValues } from './drafts.ts';
import { patchRows, type ReviewData, type reviewTableKey } from './review-table-cache.ts';
import { type Delta, valuesOf } from './undo-stack.ts';
import { newKey, sendEdit } from './unsent-edits.ts';

export interface EditWriterOptions extends Pick<WorkstationState, 'client' | 'api'> {
  readonly queries: QueryClient;
  readonly tableKey: ReturnType<typeof reviewTableKey>;
  readonly workspaceId: string;
  inspector(): string;
}

/** What goes with an edit besides what it changes. */
export interface EditCircumstances {
  /** The newest verdict that was on screen; null: there was none. Absent: that does not matter. */
  readonly seen?: number | null;
  /** A step of undo itself, which is not undone. */
  readonly isStep?: boolean;
}

/** Stores edits through the workstation's API; what is shown of the images follows at once. */
export class EditWriter {
  readonly #options: EditWriterOptions;

  constructor(options: EditWriterOptions) {
    this.#options = options;
  }

  /** What was said about an image, as far as it is known here. */
  remarksOn(runId: number, imageId: number): Promise<ReviewRemarks> {
    const { queries, api } = this.#options;
    return queries.fetchQuery(api.review.remarks.queryOptions({ input: { runId, imageId } }));
  }

  /**
   * Whether the image is as the step expects it: as this inspector left it. Asks the workstation.
   * @returns also the newest verdict of the image
   */
  async look(
    runId: number,
    delta: Delta,
  ): Promise<{ readonly applies: boolean; readonly newest: VerdictEntry | undefined }> {
    const { queries, api, inspector } = this.#options;
    const input = { runId, imageId: delta.imageId };
    const remarks = await queries.fetchQuery({ ...api.review.remarks.queryOptions({ input }), staleTime: 0 });
    const newest = remarks.verdicts.at(-1);
    return { applies: fits(remarks, delta, inspector()), newest };
  }

  /** Does what a delta says; resolves with the id of the entry that it made, null for a retraction. */
  async write(
    runId: number,
    delta: Delta,
    { seen, isStep = false }: EditCircumstances = {},
  ): Promise<number | null> {
    const { client, workspaceId, inspector } = this.#options;
    const made = await sendEdit(client, {
      key: newKey(),
      at: Date.now(),
      workspaceId,
      runId,
      inspector: inspector(),
      delta,
      ...(seen !== undefined && { seen }),
      isNew: !isStep,
      isStalled: false,
    });
    this.#show(runId, delta, made);
    return made?.id ?? null;
  }

  /** As {@link write}. What was refused may stand otherwise by now: the file may be another one. */
  async attempt(runId: number, delta: Delta, how?: EditCircumstances): Promise<number | null> {
    try {
      return await this.write(runId, delta, how);
    } catch (error) {
      const { queries, api } = this.#options;
      const input = { runId, imageId: delta.imageId };
      void queries.invalidateQueries({ queryKey: api.review.image.queryKey({ input }) });
      void queries.invalidateQueries({ queryKey: api.review.remarks.queryKey({ input }) });
      throw error;
    }
  }

  /** What is on screen has the new entry at once. */
  #show(runId: number, delta: Delta, made: VerdictEntry | Annotation | null): void {
    const { imageId } = delta;
    if (made === null) {
      this.#change(runId, imageId, (remarks) => ({
        ...remarks,
        annotations: remarks.annotations.filter(
          ({ id }) => delta.kind === 'judge' || id !== delta.annotationId,
        ),
      }));
    } else if ('verdict' in made) {
      const { api, queries } = this.#options;
      this.#change(runId, imageId, (remarks) => ({ ...remarks, verdicts: withOne(remarks.verdicts, made) }));
      this.#patchRow(imageId, made);
      if (made.defectClass) void queries.invalidateQueries({ queryKey: api.review.defectClasses.key() });
    } else {
      this.#change(runId, imageId, (remarks) => ({
        ...remarks,
        annotations: withOne(remarks.annotations, made),
      }));
    }
  }

  #patchRow(imageId: number, { verdict, defectClass, severity }: VerdictEntry): void {
    const { queries, tableKey } = this.#options;
    const data = queries.getQueryData<ReviewData>(tableKey);
    const row = data?.list.rows[data.list.positions.get(imageId) ?? -1];
    if (!row) return;
    const human = verdict === 'withdrawn' ? null : verdict;
    const overturned = overturns(verdict, row.model);
    patchRows(queries, tableKey, [{ ...row, human, defectClass, severity, overturned }]);
  }

  #change(runId: number, imageId: number, update: (remarks: ReviewRemarks) => ReviewRemarks): void {
    const { queries, api } = this.#options;
    const queryKey = api.review.remarks.queryKey({ input: { runId, imageId } });
    queries.setQueryData<ReviewRemarks>(queryKey, (remarks) => remarks && update(remarks));
  }
}

/** Whether what was said about an image is what a step was about. */
function fits(remarks: ReviewRemarks, delta: Delta, inspector: string): boolean {
  if (delta.kind === 'judge') {
    const last = remarks.verdicts.at(-1);
    return sameValues(valuesOf(last), delta.before) && (!delta.before || last?.inspector === inspector);
  }
  if (delta.kind === 'retract') return remarks.annotations.some(({ id }) => id === delta.annotationId);
  const { kind, regionIndex } = delta.annotation;
  const isThere = remarks.annotations.some((one) => one.kind === kind && one.regionIndex === regionIndex);
  return regionIndex === null || !isThere;
}

/** The list with an entry at its end, unless the workstation's own news brought it already. */
function withOne<T extends { readonly id: number }>(list: readonly T[], entry: T): T[] {
  return [...list.filter(({ id }) => id !== entry.id), entry];
}
