import { type ReportRemarks, type ReportSection, SECTIONS_OF } from '../../src-shared/report.ts';
import { PdfWriter, type WrittenPdf } from '../pdf/pdf-writer.ts';
import { EvidenceOf } from './defect-pictures.ts';
import { characteristics } from './pdf-characteristics.ts';
import { defectLog, evidence, imageList } from './pdf-defects.ts';
import { paretoChapter, scoresChapter, shortCharts } from './pdf-figures.ts';
import { nonconformance } from './pdf-nonconformance.ts';
import { runningLines } from './pdf-parts.ts';
import { samplingChapter } from './pdf-sampling.ts';
import {
  changeList,
  conformity,
  counts,
  frontMatter,
  hashes,
  notices,
  remarks,
  thresholds,
} from './pdf-sections.ts';
import { signatureLines } from './pdf-signatures.ts';
import { defectsOf, figuresOf } from './report-findings.ts';
import type { ReportInput, Writing } from './report-input.ts';
import { wordingOf } from './report-language.ts';

/**
 * Writes a report as PDF/A-2b into a new file. The same input gives the same bytes, as long as the image files are the
 * same.
 * @param path of the file; what is there of a report that failed or was cancelled is no report
 * @throws ClipSamError `cancelled` (by `step`), `disk-full`, `path-denied`
 */
export async function writeReport(
  input: ReportInput,
  path: string,
): Promise<{ readonly written: WrittenPdf; readonly remarks: ReportRemarks }> {
  const { options, records } = input;
  const words = wordingOf(options.language, options.timeZone);
  const { texts } = words;
  const images =
    options.template === 'nonconformance'
      ? records.images.filter(({ imageId }) => imageId === options.imageId)
      : records.images;
  const title = texts.titles[options.template];
  const { batch } = records;
  const pdf = new PdfWriter({
    path,
    paper: options.paper,
    language: options.language,
    title: input.number === null ? `${title} (${texts.draft})` : `${title} ${input.number}-${input.revision}`,
    author: options.company.name || input.inspector,
    subject: [batch.name, batch.partNumber, batch.revision, batch.lot].filter(Boolean).join(' · '),
    keywords: [input.recordsHash, records.recipe.hash, records.packHash].join(' '),
    creator: `ClipSAM Workstation ${input.softwareVersion}`,
    createdAt: input.createdAt,
    onEachPage: runningLines(input, words),
    mark: input.number === null ? texts.draft : null,
  });
  try {
    const defects = defectsOf(images);
    const pictures = new EvidenceOf(pdf, input, defects);
    const figures = figuresOf(records);
    const isShort = options.template === 'summary';
    const writing: Writing = { pdf, input, words, figures, defects, pictures, isShort, cut: 0 };
    frontMatter(writing);
    if (options.template !== 'nonconformance') conformity(writing);
    await writeSections(writing);
    await changeList(writing);
    remarks(writing, pdf.unknownSigns());
    const written = await pdf.finish();
    const { shown, changed, missing, overLimit } = pictures;
    return {
      written,
      remarks: {
        ...{ pages: written.pages, pictures: shown, changed, missing, overLimit },
        pending: records.total - records.images.length,
        unknownSigns: [...written.unknownSigns],
      },
    };
  } catch (error) {
    await pdf.abandon();
    throw error;
  }
}

async function writeSections(writing: Writing): Promise<void> {
  const { template, sections } = writing.input.options;
  const { isShort } = writing;
  const asked = (section: ReportSection) => sections.includes(section);
  const write: Readonly<Record<ReportSection, () => void | Promise<void>>> = {
    pareto: () =>
      isShort ? shortCharts(writing, { pareto: true, scores: asked('scores') }) : paretoChapter(writing),
    scores: () => {
      if (!isShort) return scoresChapter(writing);
      return asked('pareto') ? undefined : shortCharts(writing, { pareto: false, scores: true });
    },
    sampling: () => samplingChapter(writing),
    thresholds: () => thresholds(writing),
    notices: () => notices(writing),
    defects: () => defectLog(writing),
    images: () => imageList(writing),
    evidence: () => evidence(writing),
    hashes: () => hashes(writing),
    signatures: () => signatureLines(writing),
  };
  if (template === 'batch' || template === 'summary') counts(writing);
  if (template === 'nonconformance') await nonconformance(writing);
  if (template === 'characteristics') await characteristics(writing);
  for (const section of SECTIONS_OF[template]) {
    if (!asked(section)) continue;
    await write[section]();
    await writing.pdf.breathe();
  }
}
