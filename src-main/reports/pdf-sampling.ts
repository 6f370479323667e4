import { writeFacts } from '../pdf/pdf-facts.ts';
import { writeTable } from '../pdf/pdf-table.ts';
import { heading, SMALL } from './pdf-parts.ts';
import type { Writing } from './report-input.ts';
import { filled, type ReportWording } from './report-language.ts';
import type { ReportLot } from './report-records.ts';

/** The sampling plans of the lot with what was found. */
export async function samplingChapter(writing: Writing): Promise<void> {
  const { pdf, input, words, isShort } = writing;
  const { lot, run } = input.records;
  if (!lot) return;
  const { sampling: told } = words.texts;
  heading(writing, told.heading, 120);
  const planned = [
    [told.lot, lot.lot],
    [told.size, words.count(lot.size)],
    [told.supplier, lot.supplier],
    [told.standard, told.standards[lot.standard]],
    [told.level, lot.level],
    [told.run, lot.runId === null ? null : String(lot.runId)],
    [told.sampled, words.count(lot.sample.length)],
    [told.reviewed, words.count(lot.reviewed)],
    [told.conformity, told[lot.conformity]],
  ] as const;
  writeFacts(pdf, planned, isShort ? { columns: 3, label: 0.55 } : {});
  pdf.y += isShort ? 1 : 4;
  await plansTable(writing, lot);
  pdf.y += isShort ? 1 : 4;
  const { disposition } = lot;
  const decided = disposition
    ? filled(told.dispositionAt, {
        disposition: told.dispositions[disposition.disposition],
        inspector: disposition.inspector,
        at: words.time(disposition.at),
      })
    : told.undisposed;
  const outcome = [
    [told.disposition, decided],
    [told.comment, disposition?.comment ?? null],
    [told.overrideReason, lot.overrideReason],
    [told.seed, lot.seed],
  ] as const;
  writeFacts(pdf, outcome, { columns: 1, label: 0.3 });
  if (lot.runId !== null && lot.runId !== run.id) {
    pdf.write(filled(told.otherRun, { run: lot.runId, reported: run.id }), SMALL);
  }
  for (const { code, count } of lot.notices) {
    pdf.write(filled(told.notices[code], { count: words.count(count) }), SMALL);
  }
}

async function plansTable({ pdf, words }: Writing, lot: ReportLot): Promise<void> {
  const { texts } = words;
  const { sampling: told } = texts;
  await writeTable(
    pdf,
    [
      { title: told.of, share: 1.6 },
      { title: told.limit, share: 1.6 },
      { title: told.severity, share: 1.4 },
      { title: told.codeLetter, share: 0.9 },
      { title: told.sampleSize, share: 1.1, align: 'right' },
      { title: told.accept, share: 0.7, align: 'right' },
      { title: told.reject, share: 0.7, align: 'right' },
      { title: told.found, share: 0.9, align: 'right' },
      { title: told.result, share: 1.6 },
    ],
    lot.plans.map((plan) => [
      texts.severities[plan.of],
      limitText(words, lot, plan.limit),
      told.severities[plan.severity],
      plan.codeLetter ?? texts.none,
      words.count(plan.sampleSize),
      words.count(plan.accept),
      words.count(plan.reject),
      words.count(plan.found),
      told[plan.conformity],
    ]),
  );
}

function limitText(words: ReportWording, { standard }: ReportLot, limit: number): string {
  const { sampling: told } = words.texts;
  if (limit === 0) return told.noneAccepted;
  return filled(standard === 'iso-2859-1' ? told.aql : told.rejectable, { limit: words.measure(limit) });
}
