import type { Annotation } from '../../src-shared/annotation.ts';
import type { Batch } from '../../src-shared/batch.ts';
import type { CsvStyle } from '../../src-shared/export-formats.ts';
import type { FileState } from '../../src-shared/file-state.ts';
import type { ImagePage } from '../../src-shared/image-page.ts';
import type { Outcome } from '../../src-shared/outcome.ts';
import type { Recipe } from '../../src-shared/recipe.ts';
import type { ArtifactRef } from '../../src-shared/result.ts';
import type { Run } from '../../src-shared/run.ts';
import type { SampleRange } from '../../src-shared/sample-range.ts';
import type { VerdictEntry } from '../../src-shared/verdict.ts';

/** One image of a run with all that is known about it. */
export type ReportImage = Outcome & {
  /** Unique in the world. */
  readonly resultId: string;
  /** Unique in the workspace. */
  readonly imageId: number;
  /** Absolute path on this machine. */
  readonly path: string;
  /** SHA-256 of what the model saw; of failed images, of what was imported. Null: it could not be read. */
  readonly contentHash: string | null;
  /** What has become of the file since: only the `same` may be shown. */
  readonly file: FileState;
  /** Relative to the folder that the run's images share, with `/`, and which page: what people recognise. Any text. */
  readonly name: string;
  /** Null: the file has one picture. */
  readonly page: ImagePage | null;
  /** What was black and white in it; null: its file decided. */
  readonly range: SampleRange | null;
  readonly finishedAt: string;
  /** The inspector's verdict that counts. */
  readonly verdict: VerdictEntry | null;
  /** Not retracted, oldest first. */
  readonly annotations: readonly Annotation[];
};

export type DoneImage = Extract<ReportImage, { status: 'done' }>;

/** A run as plain data, for the exports. */
export interface RunReport {
  /** Unique in the world. */
  readonly workspaceId: string;
  /** Unique in the world. */
  readonly jobId: string;
  readonly batch: Batch;
  readonly run: Run;
  readonly recipe: Recipe;
  /** Revision among the recipes of the same name. */
  readonly recipeRevision: number;
  /** Folder that the names of the images are relative to. */
  readonly imageRoot: string;
  /** Images that the run covers, those without a result yet included. */
  readonly total: number;
  /** Images with a result. */
  readonly finished: number;
  /**
   * Every image with a result, in the batch's order. It may be gone through several times; while the run is at work a
   * later pass can hold more, and another outcome of an image that had failed.
   */
  images(): AsyncIterable<ReportImage>;
  /** Absolute path of an artifact. */
  artifactPath(ref: ArtifactRef): string;
  /** Makes a batch report, files it, and copies it to a path. @param step called for each picture */
  writePdf(path: string, step: () => void): Promise<void>;
}

/** What an export gets besides the report. */
export interface ExportContext {
  /** Existing folder that the export writes to, and nowhere else. */
  readonly folder: string;
  readonly csv: CsvStyle;
  /** Called before each image: throws `cancelled`, reports progress. */
  step(): void;
}
