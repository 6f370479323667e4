import { nonconformanceNumber } from '../../src-shared/disposition.ts';
import { writeFacts } from '../pdf/pdf-facts.ts';
import { type PdfCell, type PdfColumn, writeTable } from '../pdf/pdf-table.ts';
import { areaText, BODY, drawEvidence, extentText, heading, SMALL } from './pdf-parts.ts';
import { type Defect, findingOf } from './report-findings.ts';
import type { Writing } from './report-input.ts';
import { filled } from './report-language.ts';

/** Height in points of a picture in the log. */
const THUMBNAIL = 42;
/** Room of an evidence picture in points. */
const PICTURE = { width: 210, height: 158 };
/** Signs of a text beside a picture. */
const ROOM = 240;
const NONE = { changed: 'changed', missing: 'missing', 'over-limit': 'overLimit' } as const;

/** The log: every defect with its picture, class, severity, size and place. */
export async function defectLog(writing: Writing): Promise<void> {
  const { pdf, input, words, defects } = writing;
  const { texts } = words;
  const { defects: told } = texts;
  heading(writing, told.heading);
  if (defects.length === 0) return pdf.write(told.nothing, BODY);
  pdf.write(told.note, SMALL, { gap: 4 });
  const columns: PdfColumn[] = [
    { title: told.number, share: 0.6, align: 'right' },
    { title: told.picture, share: 1.35 },
    { title: told.image, share: 2.1 },
    { title: told.nonconformance, share: 1.95 },
    { title: told.defectClass, share: 1.4 },
    { title: told.severity, share: 1.1 },
    { title: `${told.size} (${told.area})`, share: 1.6 },
    { title: told.position, share: 1.1 },
    { title: told.score, share: 0.8, align: 'right' },
    { title: told.disposition, share: 1.45 },
  ];
  const { cut } = await writeTable(pdf, columns, logRows(writing));
  writing.cut += cut;
  const { overLimit } = writing.pictures;
  if (overLimit > 0) {
    const values = { count: words.count(overLimit), limit: words.count(input.options.pictures) };
    pdf.write(filled(told.overLimit, values), SMALL);
  }
}

async function* logRows({ input, words, defects, pictures }: Writing): AsyncGenerator<readonly PdfCell[]> {
  const { texts } = words;
  const { defects: told } = texts;
  for (const defect of defects) {
    const { image, box, size } = defect;
    const scale = image.found?.scale ?? null;
    const picture = await pictures.get(defect);
    const finding = findingOf(image);
    const isNonconforming = finding === 'nonconforming';
    yield [
      words.count(defect.number),
      typeof picture === 'string' ? texts.none : { image: picture.image, height: THUMBNAIL },
      image.name,
      isNonconforming
        ? nonconformanceNumber(input.records.run.id, image.imageId)
        : { text: texts.findings[finding], color: '#8a5a00' },
      defect.defectClass || told.noClass,
      defect.severity ? texts.severities[defect.severity] : texts.none,
      size ? `${extentText(words, size, scale)}\n(${areaText(words, size, scale)})` : told.noPlace,
      box
        ? `${words.count(Math.round(box.x + box.width / 2))}; ${words.count(Math.round(box.y + box.height / 2))}`
        : texts.none,
      defect.score === null ? told.drawn : words.decimal(defect.score, 3),
      image.disposition ? texts.dispositions[image.disposition.disposition] : texts.none,
    ];
  }
}

/** Every image of the run, with what the model and the inspectors said. */
export async function imageList(writing: Writing): Promise<void> {
  const { pdf, input, words, defects } = writing;
  const { texts } = words;
  const { images: told } = texts;
  heading(writing, told.heading);
  const counted = Map.groupBy(defects, ({ image }) => image.imageId);
  const columns: PdfColumn[] = [
    { title: told.number, share: 0.7, align: 'right' },
    { title: told.name, share: 4.4 },
    { title: told.model, share: 1 },
    { title: told.score, share: 0.8, align: 'right' },
    { title: told.inspector, share: 1.1 },
    { title: told.by, share: 1.5 },
    { title: told.finding, share: 1.9 },
    { title: told.defects, share: 0.9, align: 'right' },
  ];
  const rows = input.records.images.map((image, i): readonly PdfCell[] => {
    const { found, human, error } = image;
    const finding = findingOf(image);
    const failed = error ? `\n${filled(told.error, { message: error.message })}` : '';
    const places = (counted.get(image.imageId) ?? []).filter(({ box }) => box !== null).length;
    return [
      words.count(i + 1),
      image.name + failed,
      found ? texts.verdicts[found.verdict] : texts.none,
      found ? words.decimal(found.score, 3) : texts.none,
      human ? texts.verdicts[human.verdict] : texts.none,
      human?.inspector ?? texts.none,
      finding === 'nonconforming'
        ? { text: texts.findings[finding], weight: 'bold', color: '#b3372c' }
        : texts.findings[finding],
      places > 0 ? words.count(places) : texts.none,
    ];
  });
  const { cut } = await writeTable(pdf, columns, rows);
  writing.cut += cut;
}

/** Large pictures with outline and scale bar, and all that is known beside them. */
export async function evidence(writing: Writing): Promise<void> {
  const { pdf, words, defects } = writing;
  const { evidence: told } = words.texts;
  heading(writing, told.heading, 190);
  if (defects.length === 0) return pdf.write(told.nothing, BODY);
  pdf.write(told.note, SMALL, { gap: 6 });
  for (const defect of defects) await evidenceCard(writing, defect);
}

/** One defect: picture on the left, facts on the right. */
export async function evidenceCard(writing: Writing, defect: Defect): Promise<void> {
  const { pdf, words, pictures } = writing;
  const { texts } = words;
  const { evidence: told } = texts;
  const picture = await pictures.get(defect);
  pdf.need(PICTURE.height + 12);
  const { found } = defect.image;
  const name = `${words.count(defect.number)}  ${defect.image.name}`;
  if (typeof picture !== 'string') pdf.bookmark(name, 1);
  const top = pdf.y;
  const height =
    typeof picture === 'string'
      ? noPicture(writing, told[NONE[picture]], top)
      : drawEvidence(pdf, words, picture, { x: pdf.left, y: top, ...PICTURE }, found?.scale ?? null);
  const x = pdf.left + PICTURE.width + 12;
  const width = pdf.width - PICTURE.width - 12;
  const [first = '', ...more] = pdf.lines(name, width, { size: 9, weight: 'bold' });
  pdf.line(first, x, top, { size: 9, weight: 'bold' });
  pdf.y = top + 13;
  if (more.length > 0) {
    for (const line of more.slice(0, 2)) {
      pdf.line(line, x, pdf.y, { size: 8, weight: 'bold' });
      pdf.y += 11;
    }
  }
  writeFacts(pdf, defectFacts(writing, defect), { columns: 1, x, width });
  const beside = pdf.y;
  pdf.y = beside < top ? beside + 8 : Math.max(beside, top + height) + 10;
  await pdf.breathe();
}

function noPicture({ pdf }: Writing, text: string, top: number): number {
  pdf.fill(pdf.left, top, PICTURE.width, 40, '#f0f0f0');
  for (const [i, line] of pdf.lines(text, PICTURE.width - 16, SMALL).entries()) {
    pdf.line(line, pdf.left + 8, top + 8 + i * 10, SMALL);
  }
  return 40;
}

/** What is known of a defect, as labels and values. */
function defectFacts(writing: Writing, defect: Defect): (readonly [string, string | null])[] {
  const { input, words } = writing;
  const { texts } = words;
  const { defects: told, evidence: said } = texts;
  const { image, box, size } = defect;
  /** Beside a picture there is no room for pages of text. */
  const shortened = (text: string) => {
    if (text.length <= ROOM) return text;
    writing.cut++;
    return `${text.slice(0, ROOM - 1)}…`;
  };
  const { found, human, disposition } = image;
  const scale = found?.scale ?? null;
  return [
    [
      told.nonconformance,
      findingOf(image) === 'nonconforming'
        ? nonconformanceNumber(input.records.run.id, image.imageId)
        : texts.findings[findingOf(image)],
    ],
    [told.defectClass, defect.defectClass || told.noClass],
    [told.severity, defect.severity && texts.severities[defect.severity]],
    [told.size, extentText(words, size, scale)],
    [told.area, size && areaText(words, size, scale)],
    [
      told.position,
      box &&
        `${words.count(Math.round(box.x + box.width / 2))}; ${words.count(Math.round(box.y + box.height / 2))}`,
    ],
    [
      said.modelSays,
      found &&
        filled(said.modelVerdict, {
          verdict: texts.verdicts[found.verdict],
          score: words.decimal(found.score, 3),
        }),
    ],
    [
      said.judged,
      human
        ? filled(said.judgedBy, {
            verdict: texts.verdicts[human.verdict],
            inspector: human.inspector,
            at: words.time(human.createdAt),
          })
        : said.notJudged,
    ],
    [said.reason, human?.overturnReason ? shortened(human.overturnReason) : null],
    [said.comment, shortened([human?.comment, defect.comment].filter(Boolean).join(' · ')) || null],
    [told.disposition, disposition && texts.dispositions[disposition.disposition]],
  ];
}
