import { z } from 'zod';
import { countSchema, hashSchema, idSchema, immutable, lineSchema, textSchema } from './field-schemas.ts';

/** Kinds of reports: of a batch, of one nonconforming image, of a batch on one page, and a list of characteristics. */
export const reportTemplateSchema = z.enum(['batch', 'nonconformance', 'summary', 'characteristics']);
export type ReportTemplate = z.infer<typeof reportTemplateSchema>;

export const reportLanguageSchema = z.enum(['en', 'zh-CN']);
export type ReportLanguage = z.infer<typeof reportLanguageSchema>;

/**
 * Sections that may be left out. What a report is not one without always stands in it: who issued it, its number and
 * dates, the items, the result and the statement of conformity (ISO/IEC 17020, 7.4.2).
 */
export const reportSectionSchema = z.enum([
  'pareto',
  'scores',
  'sampling',
  'thresholds',
  'notices',
  'defects',
  'images',
  'evidence',
  'hashes',
  'signatures',
]);
export type ReportSection = z.infer<typeof reportSectionSchema>;

/** Sections that a template can have, in the order in which they stand. */
export const SECTIONS_OF: Readonly<Record<ReportTemplate, readonly ReportSection[]>> = {
  batch: reportSectionSchema.options,
  nonconformance: ['thresholds', 'notices', 'hashes', 'signatures'],
  summary: ['pareto', 'scores', 'sampling', 'thresholds', 'hashes', 'signatures'],
  characteristics: ['sampling', 'thresholds', 'hashes', 'signatures'],
};

/** Who issues reports. `logo`: SHA-256 of a JPEG among the workspace's artifacts. */
export const companySchema = immutable(
  z.strictObject({ name: lineSchema, address: z.string().max(1000), logo: hashSchema.nullable() }),
);
export type Company = z.infer<typeof companySchema>;

/** Fields of a company's own, printed with the facts of the report. */
const extraFieldsSchema = z.array(z.strictObject({ label: lineSchema.min(1), value: lineSchema })).max(30);

const REPORT_LIMITS = { pictures: 5000 } as const;

/** What a report is made of and how it looks; kept with it, so that it can be made again. */
const reportOptions = z.strictObject({
  template: reportTemplateSchema,
  runId: idSchema,
  /** The nonconforming image of a `nonconformance` report; null in the others. */
  imageId: idSchema.nullable().default(null),
  lotId: idSchema.nullable().default(null),
  language: reportLanguageSchema.default('en'),
  sections: z.array(reportSectionSchema).default([...reportSectionSchema.options]),
  company: z.strictObject({ name: lineSchema, address: z.string().max(1000), logo: hashSchema.nullable() }),
  fields: extraFieldsSchema.default([]),
  paper: z.enum(['A4', 'letter']).default('A4'),
  /** Evidence pictures at most; more defects are listed without one, and the report says so. */
  pictures: countSchema.max(REPORT_LIMITS.pictures).default(1000),
  /** IANA name of the time zone that times are printed in. */
  timeZone: z.string().max(100).refine(isTimeZone, 'is not the name of a time zone').default('UTC'),
});
export const reportOptionsSchema = immutable(
  reportOptions.refine(({ template, imageId }) => (template === 'nonconformance') === (imageId !== null), {
    message: 'a nonconformance report is about one image, every other about a run',
    path: ['imageId'],
  }),
);
export type ReportOptions = z.infer<typeof reportOptionsSchema>;
/** The same as they are given: what is left out has a default. */
export type ReportOptionsInput = z.input<typeof reportOptionsSchema>;

/** A value that is another one than in the revision before; null: it was not there, or is not there any more. */
const reportChangeSchema = immutable(
  z.object({
    /** Where in the records, or in the report's options: `image 12 scratch.png / verdict / defectClass`. */
    path: z.string(),
    before: z.string().nullable(),
    after: z.string().nullable(),
  }),
);
export type ReportChange = z.infer<typeof reportChangeSchema>;

/** A report that was filed. Its file never changes; what is made anew is the next revision. */
export const reportRecordSchema = immutable(
  z.object({
    id: idSchema,
    /** Unique in the workspace: R-000123. All its revisions have it. */
    number: z.string(),
    /** From 1. */
    revision: countSchema.min(1),
    /** True unless there is a later revision. */
    isNewest: z.boolean(),
    options: reportOptionsSchema,
    batchId: idSchema,
    /** What was written on the batch then: it may be gone by now. */
    batch: z.object({
      name: z.string(),
      partNumber: z.string(),
      revision: z.string(),
      lot: z.string(),
    }),
    /** SHA-256 of the records below it; an artifact of this name holds their canonical JSON. */
    recordsHash: hashSchema,
    /** SHA-256 of the PDF, an artifact. */
    file: hashSchema,
    bytes: countSchema,
    pages: countSchema,
    /** Why it was made anew; empty in revision 1. */
    reason: z.string(),
    /** What is other than in the revision before; null in revision 1. */
    changes: z.array(reportChangeSchema).nullable(),
    /** Of these, how many there are: a list can be cut. */
    changeCount: countSchema,
    inspector: z.string(),
    createdAt: z.string(),
    softwareVersion: z.string(),
  }),
);
export type ReportRecord = z.infer<typeof reportRecordSchema>;

/** What has to be known about a report that was made. */
export const reportRemarksSchema = immutable(
  z.object({
    pages: countSchema,
    /** Evidence pictures in it. */
    pictures: countSchema,
    /** Defects without a picture: their image file has changed. */
    changed: countSchema,
    /** ... is not there any more, or cannot be read. */
    missing: countSchema,
    /** ... there would have been too many pictures. */
    overLimit: countSchema,
    /** Images of the run without a result: they are not in it. */
    pending: countSchema,
    /** Signs that its font does not have, shown as □: U+1F600. */
    unknownSigns: z.array(z.string()),
  }),
);
export type ReportRemarks = z.infer<typeof reportRemarksSchema>;

/** 'R-000123' of 123. */
export function reportNumber(number: number): string {
  return `R-${String(number).padStart(6, '0')}`;
}

/** The reverse of {@link reportNumber}; null for what is none. */
export function numberOfReport(text: string): number | null {
  const digits = /^R-(\d{6,15})$/i.exec(text.trim())?.[1];
  return digits === undefined ? null : Number(digits);
}

/** Name of a report's file: `R-000123-2.pdf`. */
export function reportFileName({ number, revision }: Pick<ReportRecord, 'number' | 'revision'>): string {
  return `${number}-${revision}.pdf`;
}

/** Why it was made anew, and what is said on it. */
export const revisionReasonSchema = textSchema.max(1000);

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
