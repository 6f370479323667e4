import { nonconformanceNumber } from '../../src-shared/disposition.ts';
import { type PdfCell, writeTable } from '../pdf/pdf-table.ts';
import { heading, SMALL } from './pdf-parts.ts';
import { minimumText } from './pdf-sections.ts';
import { findingOf } from './report-findings.ts';
import type { Writing } from './report-input.ts';
import { filled } from './report-language.ts';

/** Numbers of nonconformances in a cell; the records have all. */
const LISTED = 30;

/** Characteristics in the manner of AS9102, form 3: what is required, what was found, and the nonconformances. */
export async function characteristics(writing: Writing): Promise<void> {
  const { pdf, words } = writing;
  const { characteristics: told } = words.texts;
  heading(writing, told.heading);
  pdf.write(told.note, SMALL, { gap: 4 });
  const { cut } = await writeTable(
    pdf,
    [
      { title: told.number, share: 0.7, align: 'right' },
      { title: told.reference, share: 1.8 },
      { title: told.requirement, share: 3.4 },
      { title: told.result, share: 2.2 },
      { title: told.nonconformance, share: 2.4 },
    ],
    rowsOf(writing).map((row, i) => [words.count(i + 1), ...row]),
  );
  writing.cut += cut;
}

function rowsOf({ input, words, figures, defects, ...rest }: Writing): (readonly PdfCell[])[] {
  const writing = { input, words, figures, defects, ...rest };
  const { texts } = words;
  const { characteristics: told } = texts;
  const { images, recipe, run } = input.records;
  const inspected = images.filter(({ found }) => found !== null);
  const total = words.count(inspected.length);
  const numbers = (ids: readonly number[]) => {
    const shown = ids.slice(0, LISTED).map((id) => nonconformanceNumber(run.id, id));
    const more = ids.length - shown.length;
    return [...shown, ...(more > 0 ? [filled(told.more, { count: words.count(more) })] : [])].join(', ');
  };
  const reject = words.decimal(recipe.content.reject, 3);
  const over = inspected.filter(({ found }) => found!.score >= recipe.content.reject);
  const highest = inspected.reduce((most, { found }) => Math.max(most, found!.score), 0);
  const where = inspected.some(({ found }) => found!.notices.some(({ code }) => code === 'area-ignored'))
    ? told.area
    : told.whole;
  const open = inspected.filter(({ found, human }) => found!.verdict !== 'accept' && !human);
  const limit = recipe.content.minimumDefect
    ? ` ${filled(told.sizeRequirement, { limit: minimumText(writing) })}`
    : '';
  const nonconforming = images.filter((image) => findingOf(image) === 'nonconforming');
  const names = figures.pareto.map(({ defectClass }) => defectClass).filter((name) => name !== '');
  const classRow = (requirement: string, failing: typeof nonconforming): readonly PdfCell[] => [
    where,
    requirement + limit,
    failing.length === 0
      ? filled(told.conforms, { images: total })
      : filled(told.fails, { count: words.count(failing.length), images: total }),
    numbers(failing.map(({ imageId }) => imageId)),
  ];
  return [
    [
      told.scoreName,
      filled(told.scoreRequirement, { reject, recipe: recipe.content.name, revision: recipe.revision }),
      filled(told.scoreResult, {
        highest: words.decimal(highest, 3),
        reject,
        count: words.count(over.length),
        images: total,
      }),
      numbers(over.filter((image) => findingOf(image) === 'nonconforming').map(({ imageId }) => imageId)),
    ],
    ...names.map((name) =>
      classRow(
        filled(told.classRequirement, { name }),
        nonconforming.filter(({ human }) => human?.defectClass === name),
      ),
    ),
    classRow(
      told.unnamedRequirement,
      nonconforming.filter(({ human }) => !human?.defectClass),
    ),
    [
      told.reviewed,
      told.reviewedRequirement,
      filled(told.reviewedResult, { count: words.count(open.length) }),
      '',
    ],
  ];
}
