import type { DispositionEntry } from '../../src-shared/disposition.ts';
import type { ReportChange, ReportOptions } from '../../src-shared/report.ts';
import type { SignedSubject } from '../../src-shared/signature.ts';
import type { PdfWriter } from '../pdf/pdf-writer.ts';
import type { PictureSource } from './evidence-picture.ts';
import type { Defect, ReportFigures } from './report-findings.ts';
import type { ReportWording } from './report-language.ts';
import type { ReportRecords } from './report-records.ts';

/** Everything that a report is made of: the same input gives the same bytes, as long as the image files are the same. */
export interface ReportInput {
  readonly records: ReportRecords;
  readonly recordsHash: string;
  readonly options: ReportOptions;
  /** R-000123; null: a draft. */
  readonly number: string | null;
  readonly revision: number;
  /** What is other than in the revision before; null: there is none. */
  readonly changes: {
    readonly reason: string;
    readonly listed: readonly ReportChange[];
    readonly count: number;
  } | null;
  readonly inspector: string;
  readonly createdAt: string;
  readonly softwareVersion: string;
  /** JPEG; null: none. */
  readonly logo: Uint8Array | null;
  /** Of the image of a nonconformance report, oldest first. */
  readonly dispositions: readonly DispositionEntry[];
  /** Of what the report stands on. */
  readonly signatures: readonly EarlierSignatures[];
  readonly pictureOf: (imageId: number) => Promise<PictureSource>;
  /** Called as images and pictures are done: throws `cancelled`, reports progress. */
  readonly step: (done: number, total: number) => void;
}

/** What was signed when the report was made. */
export interface EarlierSignatures extends Pick<SignedSubject, 'name' | 'revision' | 'signatures'> {
  readonly subject: 'recipe' | 'lot';
}

/** A report while it is written. */
export interface Writing {
  readonly pdf: PdfWriter;
  readonly input: ReportInput;
  readonly words: ReportWording;
  readonly figures: ReportFigures;
  readonly defects: readonly Defect[];
  readonly pictures: DefectPictures;
  /** True: everything has to go on one page. */
  readonly isShort: boolean;
  /** Texts that a table had no room for. */
  cut: number;
}

/** Of defects, read ahead; kept as far as they have to be shown twice. */
export interface DefectPictures {
  changed: number;
  missing: number;
  shown: number;
  readonly overLimit: number;
  get(defect: Defect): Promise<ShownPicture | 'changed' | 'missing' | 'over-limit'>;
}

/** A picture that is in the document. */
export interface ShownPicture {
  readonly image: ReturnType<PdfWriter['openImage']>;
  /** What it shows, in image pixels. */
  readonly view: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  /** Rings in image pixels: x, y, x, y, … */
  readonly rings: readonly Float32Array[];
}
