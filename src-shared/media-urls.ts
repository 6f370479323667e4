import type { Opinion } from './opinion.ts';

/**
 * Addresses of pictures and maps, relative to the page's own origin: both shells serve them under the same paths.
 * They name things by id, never by file path.
 */
export const mediaPaths = {
  /**
   * Small picture (WebP, longest side 256 px). `version` makes the address new when the file's content is.
   */
  thumbnail: (imageId: number, version: string | null) =>
    `/media/thumbnail/${imageId}${version ? `?v=${version.slice(0, 12)}` : ''}`,
  /** The small picture beside what a run says of it: 409 when the file is not what the run saw any more. */
  seenThumbnail: (imageId: number, runId: number) => `/media/thumbnail/${imageId}?run=${runId}`,
  /** Small picture of what a product remembers, whether or not its batch is still there. */
  memory: (itemId: number, version: string) => `/media/memory/${itemId}?v=${version.slice(0, 12)}`,
  /** Tile of the image's pyramid; level 0 is full size, every level halves it. */
  tile: (imageId: number, version: string, level: number, column: number, row: number) =>
    `/media/tile/${imageId}/${level}/${column}/${row}?v=${version.slice(0, 12)}`,
  /**
   * A result's map: unsigned 16-bit little endian, value / 65535 = 0..1, row by row; the headers `x-map-width` and
   * `x-map-height` give its size. It covers the whole image.
   */
  map: (kind: 'coarse' | 'final' | Opinion, runId: number, imageId: number) =>
    `/media/map/${kind}/${runId}/${imageId}`,
  /** PDF of a filed report; `file`: its SHA-256, which makes the address new with the report. */
  report: (reportId: number, file: string) => `/media/report/${reportId}?v=${file.slice(0, 12)}`,
  /** PDF of a draft, until the next one takes its place. */
  reportPreview: (id: number) => `/media/report-preview/${id}`,
  /** Ground truth of the image as a PNG (white: defect), longest side at most 2048 px. */
  truth: (imageId: number) => `/media/truth/${imageId}`,
};
