import { methodTitle } from '../../src-shared/method-text.ts';
import { noticeName, noticeText } from '../../src-shared/notice-text.ts';
import { writeFacts } from '../pdf/pdf-facts.ts';
import { writeTable } from '../pdf/pdf-table.ts';
import { BODY, heading, SMALL, subheading } from './pdf-parts.ts';
import type { Writing } from './report-input.ts';
import { filled } from './report-language.ts';

/** Rows of what a revision changed that are printed. */
const CHANGES = 400;

/** Title, issuer and the facts that say what the report is about (ISO/IEC 17020, 7.4.2 a to d, f). */
export function frontMatter(writing: Writing): void {
  const { pdf, input, words } = writing;
  const { texts } = words;
  const { options, records } = input;
  const { batch, run, recipe } = records;
  const { company } = options;
  if (input.logo) {
    const logo = pdf.openImage(input.logo);
    const scale = Math.min(150 / logo.width, 48 / logo.height);
    pdf.image(
      logo,
      pdf.left + pdf.width - logo.width * scale,
      pdf.y,
      logo.width * scale,
      logo.height * scale,
    );
  }
  const room = input.logo ? pdf.width - 165 : pdf.width;
  const start = pdf.y;
  const size = writing.isShort ? 15 : 19;
  pdf.write(texts.titles[options.template], { size, weight: 'bold' }, { width: room, gap: 2 });
  if (company.name) pdf.write(company.name, { size: 10, weight: 'bold' }, { width: room });
  if (company.address) pdf.write(company.address, SMALL, { width: room });
  if (input.logo) pdf.y = Math.max(pdf.y, start + 54);
  if (input.number === null) pdf.write(texts.draftNote, { size: 9, weight: 'bold', color: '#b3372c' });
  heading(writing, texts.facts.heading);
  const { facts } = texts;
  const people = new Map<string, number>();
  for (const { human } of records.images) {
    if (human) people.set(human.inspector, (people.get(human.inspector) ?? 0) + 1);
  }
  writeFacts(pdf, [
    [facts.number, input.number ?? texts.draft],
    [facts.issued, words.time(input.createdAt)],
    [texts.facts.issuer, company.name || texts.none],
    [facts.inspector, input.inspector],
    [facts.batch, batch.name],
    [facts.object, batch.objectName || recipe.content.object],
    [facts.partNumber, batch.partNumber],
    [facts.revision, batch.revision],
    [facts.lot, records.lot?.lot || batch.lot],
    [facts.order, batch.order],
    [
      facts.inspected,
      run.endedAt
        ? filled(facts.period, { from: words.time(run.startedAt), to: words.time(run.endedAt) })
        : filled(facts.running, { from: words.time(run.startedAt) }),
    ],
    [
      facts.inspectors,
      [...people]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, count]) => filled(facts.reviewedBy, { name, count: words.count(count) }))
        .join(', '),
    ],
    ...options.fields.map(({ label, value }) => [label, value] as const),
  ]);
  writeFacts(
    pdf,
    [
      [facts.method, filled(facts.methodText, { recipe: recipe.content.name, revision: recipe.revision })],
      [facts.scope, facts.scopeText],
    ],
    { columns: 1, label: 0.17 },
  );
  if (input.revision > 1) changes(writing);
}

/** What a revision changed, and why. */
function changes(writing: Writing): void {
  const { pdf, input, words } = writing;
  const { texts } = words;
  if (!input.changes) return;
  const { reason, count } = input.changes;
  const before = input.revision - 1;
  heading(writing, filled(texts.changes.heading, { revision: before }));
  writeFacts(pdf, [[texts.changes.reason, reason]], { columns: 1, label: 0.2 });
  pdf.y += 4;
  if (count === 0) pdf.write(filled(texts.changes.nothing, { revision: before }), BODY);
}

/** The list of what a revision changed. */
export async function changeList(writing: Writing): Promise<void> {
  const { pdf, input, words } = writing;
  const { texts } = words;
  const { changes: told } = input;
  if (!told || told.count === 0) return;
  subheading(pdf, filled(texts.changes.heading, { revision: input.revision - 1 }));
  const listed = told.listed.slice(0, CHANGES);
  const { cut } = await writeTable(
    pdf,
    [
      { title: texts.changes.path, share: 5 },
      { title: texts.changes.before, share: 3 },
      { title: texts.changes.after, share: 3 },
    ],
    listed.map(({ path, before, after }) => [path, before ?? texts.none, after ?? texts.none]),
  );
  writing.cut += cut;
  if (told.count > listed.length) {
    pdf.write(filled(texts.changes.more, { count: words.count(told.count - listed.length) }), SMALL);
  }
}

/** The statement of conformity with its decision rule and what limits it (ISO/IEC 17020, 7.4.2 g). */
export function conformity(writing: Writing): void {
  const { pdf, input, words, figures } = writing;
  const { texts } = words;
  const { conformity: told } = texts;
  const { records } = input;
  heading(writing, told.heading, 90);
  const { findings, inspected, unreviewed, unreviewedNonconforming } = figures;
  const values = {
    inspected: words.count(inspected),
    nonconforming: words.count(findings.nonconforming),
    undecided: words.count(findings.undecided),
    failed: words.count(findings.failed),
    unreviewed: words.count(unreviewed),
    rejected: words.count(unreviewedNonconforming),
    pending: words.count(records.total - records.images.length),
    total: words.count(records.total),
    recipe: records.recipe.content.name,
    revision: records.recipe.revision,
    section: texts.notices.heading,
  };
  const strong = { size: 10.5, weight: 'bold' } as const;
  const { nonconforming, undecided } = findings;
  if (inspected === 0) pdf.write(told.nothing, strong, { gap: 2 });
  else if (nonconforming > 0) pdf.write(filled(told.some, values), strong, { gap: 2 });
  else if (undecided === 0) pdf.write(filled(told.complete, values), strong, { gap: 2 });
  if (undecided > 0) pdf.write(filled(told.undecided, values), strong, { gap: 2 });
  pdf.write(told.rule, BODY, { gap: 2 });
  if (unreviewed > 0) pdf.write(filled(told.unreviewed, values), BODY, { gap: 2 });
  if (findings.failed > 0) pdf.write(filled(told.failed, values), BODY, { gap: 2 });
  if (records.total > records.images.length) pdf.write(filled(told.pending, values), BODY, { gap: 2 });
  if (figures.doubts.length > 0) pdf.write(filled(told.doubts, values), BODY, { gap: 2 });
}

export function counts(writing: Writing): void {
  const { pdf, words, figures } = writing;
  const { counts: told } = words.texts;
  heading(writing, told.heading);
  const { findings, bySeverity } = figures;
  const share = (count: number) =>
    figures.inspected === 0 ? '' : ` (${words.percent(count / figures.inspected)})`;
  const { firstPassYield: first } = figures;
  writeFacts(
    pdf,
    [
      [told.inspected, words.count(figures.inspected)],
      [told.failed, findings.failed > 0 ? words.count(findings.failed) : null],
      [told.conforming, words.count(findings.conforming) + share(findings.conforming)],
      [told.nonconforming, words.count(findings.nonconforming) + share(findings.nonconforming)],
      [told.undecided, words.count(findings.undecided) + share(findings.undecided)],
      [told.unreviewed, words.count(figures.unreviewed)],
      [told.overturned, words.count(figures.overturned)],
      [told.reworked, words.count(figures.reworked)],
      [told.critical, words.count(bySeverity.critical)],
      [told.major, words.count(bySeverity.major)],
      [told.minor, words.count(bySeverity.minor)],
      [told.noSeverity, words.count(bySeverity.none)],
      [told.firstPassYield, first === null ? null : `${words.percent(first)}  ${told.yieldRule}`],
    ],
    { label: 0.55, columns: writing.isShort ? 3 : 2 },
  );
}

/** Notices that put verdicts in doubt: what they are called, one as it reads, in how many images. */
export async function notices(writing: Writing): Promise<void> {
  const { pdf, input, words, figures } = writing;
  const { notices: told } = words.texts;
  heading(writing, told.heading);
  if (figures.doubts.length === 0) return pdf.write(told.nothing, BODY);
  const example = (code: string) => {
    for (const { found } of input.records.images) {
      const notice = found?.notices.find((one) => one.code === code);
      if (notice) return noticeText(notice, words.language);
    }
    return '';
  };
  await writeTable(
    pdf,
    [
      { title: told.notice, share: 3 },
      { title: told.meaning, share: 7 },
      { title: told.images, share: 1, align: 'right' },
    ],
    figures.doubts.map(({ code, images }) => [
      noticeName(code, words.language),
      example(code),
      words.count(images),
    ]),
  );
}

/** What limits the verdicts. */
export function thresholds(writing: Writing): void {
  const { pdf, input, words } = writing;
  const { thresholds: told, units } = words.texts;
  const { content: recipe, revision } = input.records.recipe;
  heading(writing, told.heading);
  const scale = scaleOf(writing);
  writeFacts(pdf, [
    [told.recipe, `${recipe.name} r${revision}`],
    ...(recipe.method ? [[told.method, methodTitle(recipe.method, words.language)] as const] : []),
    [told.theta, words.decimal(recipe.theta, 3)],
    [told.warn, words.decimal(recipe.warn, 3)],
    [told.reject, words.decimal(recipe.reject, 3)],
    [told.minimumDefect, minimumText(writing)],
    [
      told.scale,
      scale
        ? filled(told.scaleValue, { value: words.measure(scale.millimetresPerPixel) }).replace('mm', units.mm)
        : told.noScale,
    ],
  ]);
}

/** What is too small to count, in words. */
export function minimumText({ input, words }: Writing): string {
  const { thresholds: told, units } = words.texts;
  const { minimumDefect: least } = input.records.recipe.content;
  if (!least) return told.everyRegion;
  const [length, area] = least.unit === 'mm' ? [units.mm, units.mm2] : [units.px, units.px2];
  return [
    ...(least.length === undefined
      ? []
      : [filled(told.minimumLength, { value: `${words.measure(least.length)} ${length}` })]),
    ...(least.area === undefined
      ? []
      : [filled(told.minimumArea, { value: `${words.measure(least.area)} ${area}` })]),
  ].join(', ');
}

function scaleOf({ input }: Writing) {
  return input.records.images.find(({ found }) => found?.scale)?.found?.scale ?? null;
}

/** Hashes by which everything can be found again. */
export function hashes(writing: Writing): void {
  const { pdf, input, words } = writing;
  const { hashes: told } = words.texts;
  const { records } = input;
  heading(writing, told.heading, 120);
  const { device } = records.run;
  const software = new Set(records.images.flatMap(({ found }) => found?.softwareVersion ?? []));
  const details: (readonly [string, string])[] = [
    [told.software, [...software].sort().join(', ') || records.run.softwareVersion],
    [told.reportSoftware, input.softwareVersion],
    [told.workspace, records.workspace],
    [told.run, words.count(records.run.id)],
    [told.device, device.running],
  ];
  writeFacts(
    pdf,
    [
      [told.records, input.recordsHash],
      [told.recipe, records.recipe.hash],
      [told.pack, records.packHash],
      ...(writing.isShort ? [] : details),
    ],
    { columns: 1, label: 0.22 },
  );
  if (!writing.isShort) pdf.write(told.note, SMALL);
}

/** What has to be known about the document itself. */
export function remarks(writing: Writing, unknownSigns: readonly string[]): void {
  const { pdf, words, cut } = writing;
  const { remarks: told } = words.texts;
  if (unknownSigns.length === 0 && cut === 0) return;
  heading(writing, told.heading);
  if (unknownSigns.length > 0) pdf.write(filled(told.unknownSigns, { signs: unknownSigns.join(', ') }), BODY);
  if (cut > 0) pdf.write(told.cut, BODY);
}
