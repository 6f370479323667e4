import type { Polygon } from '../../src-shared/geometry.ts';
import type { PartMark } from '../../src-shared/inspection-area.ts';
import type { OpinionSettings } from '../../src-shared/opinion.ts';
import type { SampleRange } from '../../src-shared/sample-range.ts';

/** Tokens of one image on disk. */
export interface TokenSource {
  /** Names the picture: an image is never compared with itself, or with a copy of itself. */
  readonly key: string;
  /** Of the token file. */
  readonly path: string;
}

/** Parts of an image that inspectors judged. */
export interface MarkedTokens extends TokenSource {
  /** In image pixels. */
  readonly polygons: readonly Polygon[];
  /** Of the image, in pixels. */
  readonly width: number;
  readonly height: number;
}

/** A picture of a file. */
export interface PictureOfFile {
  readonly path: string;
  /** As readers count it, from 0; undefined: the file's first picture. */
  readonly page?: number | undefined;
  /** What is black and white, for samples of more than 8 bits whose file does not say. */
  readonly range?: SampleRange | undefined;
}

/** The picture that parts are turned like before they are compared: the first reference, or the first of a batch. */
export interface TemplatePicture extends PictureOfFile {
  /** How its part and those of the others are found; absent: by their colours, and SAM where those leave a doubt. */
  readonly part?: PartMark | undefined;
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
  /** With `settings.alignment` on: all token files were made with it, and what could not be aligned does not count. */
  readonly template?: TemplatePicture | undefined;
}
