import {
  type Company,
  type ReportLanguage,
  type ReportOptions,
  type ReportOptionsInput,
  type ReportSection,
  type ReportTemplate,
  reportSectionSchema,
  SECTIONS_OF,
} from '../../src-shared/report.ts';

/** A report as it is put together in the dialog. */
export interface ReportDraft {
  readonly template: ReportTemplate;
  readonly batchId: number | null;
  readonly runId: number | null;
  /** Of the nonconformance report. */
  readonly imageId: number | null;
  readonly lotId: number | null;
  readonly language: ReportLanguage;
  /** Also those that the template does not have, so that going back to another one finds them again. */
  readonly sections: readonly ReportSection[];
  readonly fields: readonly { readonly label: string; readonly value: string }[];
  readonly paper: 'A4' | 'letter';
  /** Evidence pictures at most. */
  readonly pictures: number;
}

/** What the dialog is opened with, by the address. */
export interface ReportSubject {
  readonly batchId: number | null;
  readonly runId: number | null;
  readonly imageId: number | null;
}

/** A draft to begin with: of an image the nonconformance report, else the one of the batch. */
export function newDraft(subject: ReportSubject, language: ReportLanguage): ReportDraft {
  return {
    ...subject,
    template: subject.imageId === null ? 'batch' : 'nonconformance',
    lotId: null,
    language,
    sections: reportSectionSchema.options,
    fields: [],
    paper: 'A4',
    pictures: 1000,
  };
}

/** A draft with what a report was made with. */
export function draftOfReport(batchId: number, options: ReportOptions): ReportDraft {
  const { template, runId, imageId, lotId, language, sections, fields, paper, pictures } = options;
  return { template, batchId, runId, imageId, lotId, language, sections, fields, paper, pictures };
}

/** Why no report can be made of a draft yet; null: it can. */
export function missingIn(draft: ReportDraft): 'run' | 'image' | 'label' | 'label-twice' | null {
  if (draft.runId === null) return 'run';
  if (draft.template === 'nonconformance' && draft.imageId === null) return 'image';
  const labels = filled(draft.fields).map(({ label }) => label);
  if (labels.includes('')) return 'label';
  return new Set(labels).size < labels.length ? 'label-twice' : null;
}

/**
 * What the report is made with; null while something is missing.
 * @param timeZone IANA name
 */
export function optionsOf(draft: ReportDraft, company: Company, timeZone: string): ReportOptionsInput | null {
  const { template, runId, imageId, lotId, language, sections, paper, pictures } = draft;
  if (runId === null || missingIn(draft) !== null) return null;
  const possible = SECTIONS_OF[template];
  return {
    ...{ template, runId, language, paper, pictures, timeZone },
    imageId: template === 'nonconformance' ? imageId : null,
    lotId: possible.includes('sampling') ? lotId : null,
    sections: possible.filter((section) => sections.includes(section)),
    company: { name: company.name, address: company.address, logo: company.logo },
    fields: filled(draft.fields),
  };
}

/** Rows in which nothing was written are none. */
function filled(fields: ReportDraft['fields']) {
  return fields
    .map(({ label, value }) => ({ label: label.trim(), value: value.trim() }))
    .filter(({ label, value }) => label !== '' || value !== '');
}
