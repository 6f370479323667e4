import type { Polygon } from '../../src-shared/geometry.ts';
import type { OpinionSettings } from '../../src-shared/opinion.ts';

/** Tokens of one image on disk. */
interface TokenSource {
  /** Names the picture: an image is never compared with itself, or with a copy of itself. */
  readonly key: string;
  /** Of the token file. */
  readonly path: string;
}

/** Parts of an image that inspectors judged. */
interface MarkedTokens extends TokenSource {
  /** In image pixels. */
  readonly polygons: readonly Polygon[];
  /** Of the image, in pixels. */
  readonly width: number;
  readonly height: number;
}

/** What an image is compared with. The engine keeps what it prepared under `hash`, a few at a time. */
export interface Comparison {
  /** SHA-256 over all that decides it: images by content, marks, settings. */
  readonly hash: string;
  readonly settings: OpinionSettings;
  /** Accepted parts. */
  readonly references: readonly TokenSource[];
  /** Images of the same batch. */
  readonly crowd: readonly TokenSource[];
  /** Marks that inspectors called harmless. */
  readonly harmless: readonly MarkedTokens[];
  /** Defects that inspectors drew. */
  readonly counterExamples: readonly MarkedTokens[];
}
