import type { QueryClient } from '@tanstack/react-query';
import type { ReviewRemarks } from '../../src-shared/contract/review.ts';
import { overturns, type VerdictEntry } from '../../src-shared/verdict.ts';
import type { WorkstationState } from '../state/workstation.ts';
import { sameValues } from './drafts.ts';
import { patchRows, type ReviewData, type reviewTableKey } from './review-table-cache.ts';
import { type Delta, valuesOf } from './undo-stack.ts';

export interface EditWriterOptions extends Pick<WorkstationState, 'client' | 'api'> {
  readonly queries: QueryClient;
  readonly tableKey: ReturnType<typeof reviewTableKey>;
  inspector(): string;
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

  /** True while the image is as the step expects it: as this inspector left it. Asks the workstation. */
  async applies(runId: number, delta: Delta): Promise<boolean> {
    const { queries, api, inspector } = this.#options;
    const input = { runId, imageId: delta.imageId };
    const remarks = await queries.fetchQuery({ ...api.review.remarks.queryOptions({ input }), staleTime: 0 });
    if (delta.kind === 'judge') {
      const last = remarks.verdicts.at(-1);
      return sameValues(valuesOf(last), delta.before) && (!delta.before || last?.inspector === inspector());
    }
    if (delta.kind === 'retract') return remarks.annotations.some(({ id }) => id === delta.annotationId);
    const { kind, regionIndex } = delta.annotation;
    const isThere = remarks.annotations.some((one) => one.kind === kind && one.regionIndex === regionIndex);
    return regionIndex === null || !isThere;
  }

  /** Does what a delta says; resolves with the id of an annotation that it made. */
  async write(runId: number, delta: Delta): Promise<number | null> {
    if (delta.kind === 'judge') await this.#judge(runId, delta);
    else if (delta.kind === 'retract') await this.#retract(runId, delta);
    else return this.#annotate(runId, delta);
    return null;
  }

  /** As {@link write}. What was refused may stand otherwise by now: the file may be another one. */
  async attempt(runId: number, delta: Delta): Promise<number | null> {
    try {
      return await this.write(runId, delta);
    } catch (error) {
      const { queries, api } = this.#options;
      const input = { runId, imageId: delta.imageId };
      void queries.invalidateQueries({ queryKey: api.review.image.queryKey({ input }) });
      void queries.invalidateQueries({ queryKey: api.review.remarks.queryKey({ input }) });
      throw error;
    }
  }

  async #judge(runId: number, { imageId, after }: Delta & { readonly kind: 'judge' }): Promise<void> {
    const { client, api, queries, inspector } = this.#options;
    const values = after ?? { verdict: 'withdrawn' as const };
    const entry = await client.review.judge({ runId, imageId, inspector: inspector(), ...values });
    this.#change(runId, imageId, (remarks) => ({ ...remarks, verdicts: withOne(remarks.verdicts, entry) }));
    this.#patchRow(imageId, entry);
    if (after?.defectClass) void queries.invalidateQueries({ queryKey: api.review.defectClasses.key() });
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

  async #retract(runId: number, delta: Delta & { readonly kind: 'annotate' | 'retract' }): Promise<void> {
    const { client, inspector } = this.#options;
    await client.review.retract({ id: delta.annotationId, inspector: inspector() });
    this.#change(runId, delta.imageId, (remarks) => ({
      ...remarks,
      annotations: remarks.annotations.filter(({ id }) => id !== delta.annotationId),
    }));
  }

  async #annotate(runId: number, delta: Delta & { readonly kind: 'annotate' | 'retract' }): Promise<number> {
    const { client, inspector } = this.#options;
    const { imageId } = delta;
    const { polygons, ...values } = delta.annotation;
    const made = await client.review.annotate({
      runId,
      imageId,
      inspector: inspector(),
      ...values,
      polygons: polygons?.map((polygon) => polygon.map((ring) => ring.map(([x, y]) => [x, y]))) ?? null,
    });
    this.#change(runId, imageId, (remarks) => ({
      ...remarks,
      annotations: withOne(remarks.annotations, made),
    }));
    return made.id;
  }

  #change(runId: number, imageId: number, update: (remarks: ReviewRemarks) => ReviewRemarks): void {
    const { queries, api } = this.#options;
    const queryKey = api.review.remarks.queryKey({ input: { runId, imageId } });
    queries.setQueryData<ReviewRemarks>(queryKey, (remarks) => remarks && update(remarks));
  }
}

/** The list with an entry at its end, unless the workstation's own news brought it already. */
function withOne<T extends { readonly id: number }>(list: readonly T[], entry: T): T[] {
  return [...list.filter(({ id }) => id !== entry.id), entry];
}
