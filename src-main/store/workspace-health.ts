import type { WorkspaceHealthReport } from '../../src-shared/contract/app.ts';
import type { ErrorRecord } from '../../src-shared/error-record.ts';

/** How a workspace is, while it is open. */
export class WorkspaceHealth {
  readonly #listeners = new Set<(report: WorkspaceHealthReport) => void>();
  #report: WorkspaceHealthReport = { problems: [], isWaiting: false };

  get report(): WorkspaceHealthReport {
    return this.#report;
  }

  /** @returns what ends it */
  onChange(listener: (report: WorkspaceHealthReport) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Adds a problem, replacing another one of its code and case. */
  add(problem: ErrorRecord): void {
    const others = this.#report.problems.filter((other) => keyOf(other) !== keyOf(problem));
    this.#change({ problems: [...others, problem] });
  }

  /** It is no problem any more. */
  remove(problem: Pick<ErrorRecord, 'code' | 'details'>): void {
    const others = this.#report.problems.filter((other) => keyOf(other) !== keyOf(problem));
    if (others.length < this.#report.problems.length) this.#change({ problems: others });
  }

  setWaiting(isWaiting: boolean): void {
    this.#change({ isWaiting });
  }

  #change(change: Partial<WorkspaceHealthReport>): void {
    this.#report = { ...this.#report, ...change };
    for (const listener of this.#listeners) listener(this.#report);
  }
}

function keyOf({ code, details }: Pick<ErrorRecord, 'code' | 'details'>): string {
  return `${code} ${details?.case ?? ''}`;
}
