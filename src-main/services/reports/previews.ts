import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReportRemarks } from '../../../src-shared/report.ts';
import { draftReport, type MakeOptions } from './make-report.ts';

/** Drafts to be looked at. Only the newest one is there, and none of them after the end of the program. */
export class ReportPreviews {
  readonly #folder: string;
  #newest: { readonly id: number; readonly path: string } | undefined;
  #count = 0;

  /** @param folder for files that can be made again */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Draws a draft in place of the one before.
   * @returns by which number {@link pathOf} knows it
   */
  async draw(options: MakeOptions): Promise<{ readonly id: number; readonly remarks: ReportRemarks }> {
    await mkdir(this.#folder, { recursive: true });
    const path = join(this.#folder, `${process.pid}-${randomBytes(6).toString('hex')}.pdf`);
    try {
      const remarks = await draftReport(options, path);
      const before = this.#newest;
      this.#newest = { id: ++this.#count, path };
      if (before) await rm(before.path, { force: true });
      return { id: this.#count, remarks };
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
  }

  /** The file of a draft; undefined when there is a newer one. */
  pathOf(id: number): string | undefined {
    return this.#newest?.id === id ? this.#newest.path : undefined;
  }

  /** Removes what is left, of this program and of those that died. */
  async close(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}
