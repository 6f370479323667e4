import { dispositionSchema, nonconformanceNumber } from '../../src-shared/disposition.ts';
import { writeFacts } from '../pdf/pdf-facts.ts';
import { readEvidence } from './evidence-picture.ts';
import { evidenceCard } from './pdf-defects.ts';
import { BODY, drawEvidence, heading, SMALL, subheading } from './pdf-parts.ts';
import { findingOf } from './report-findings.ts';
import type { Writing } from './report-input.ts';
import { filled } from './report-language.ts';

/** Longest side in pixels of the picture of the whole image, and its height in points. */
const LARGE = { side: 1600, height: 330 };

/** One image that does not conform: the whole of it, each place, what was said, and what becomes of it. */
export async function nonconformance(writing: Writing): Promise<void> {
  const { pdf, input, words, defects } = writing;
  const { texts } = words;
  const { nonconformance: told, evidence, defects: log } = texts;
  const image = input.records.images.find(({ imageId }) => imageId === input.options.imageId);
  if (!image) return;
  const { found, human, annotations } = image;
  heading(writing, told.heading, 120);
  writeFacts(pdf, [
    [told.number, nonconformanceNumber(input.records.run.id, image.imageId)],
    [told.image, image.name],
    [log.finding, texts.findings[findingOf(image)]],
    [log.defectClass, human?.defectClass || log.noClass],
    [log.severity, human?.severity ? texts.severities[human.severity] : null],
    [
      evidence.modelSays,
      found &&
        filled(evidence.modelVerdict, {
          verdict: texts.verdicts[found.verdict],
          score: words.decimal(found.score, 3),
        }),
    ],
  ]);
  subheading(pdf, told.whole);
  await largePicture(writing, image.imageId);
  heading(writing, told.places, 180);
  for (const defect of defects) await evidenceCard(writing, defect);
  heading(writing, told.said);
  if (human) {
    const at = words.time(human.createdAt);
    const { verdict, inspector } = human;
    pdf.write(filled(evidence.judgedBy, { verdict: texts.verdicts[verdict], inspector, at }), BODY, {
      gap: 2,
    });
    said(writing, evidence.reason, human.overturnReason);
    said(writing, evidence.comment, human.comment);
  } else pdf.write(evidence.notJudged, BODY);
  if (annotations.length > 0) {
    subheading(pdf, told.marks);
    for (const { kind, defectClass, inspector, createdAt, comment } of annotations) {
      const facts = [texts.marks[kind], defectClass, inspector, words.time(createdAt), comment];
      pdf.write(facts.filter(Boolean).join(' · '), BODY);
    }
  }
  disposition(writing);
}

function said({ pdf }: Writing, label: string, text: string): void {
  if (text === '') return;
  pdf.write(label, SMALL);
  pdf.write(text, BODY, { gap: 3 });
}

async function largePicture(
  { pdf, input, words, defects, pictures }: Writing,
  imageId: number,
): Promise<void> {
  const { evidence } = words.texts;
  const source = await input.pictureOf(imageId);
  const picture = await readEvidence(source, null, LARGE.side);
  if (typeof picture === 'string') {
    pictures[picture]++;
    return pdf.write(evidence[picture], BODY);
  }
  pictures.shown++;
  const rings = defects.flatMap((defect) =>
    source.outlineOf(defect).flatMap((polygon) => polygon.map((ring) => Float32Array.from(ring.flat()))),
  );
  const { view } = picture;
  const zoom = Math.min(pdf.width / view.width, LARGE.height / view.height);
  pdf.need(view.height * zoom + 4);
  const shown = { image: pdf.openImage(picture.bytes), view, rings };
  const scale = defects[0]?.image.found?.scale ?? null;
  const place = { x: pdf.left, y: pdf.y, width: pdf.width, height: LARGE.height };
  pdf.y += drawEvidence(pdf, words, shown, place, scale) + 6;
}

/** What becomes of the item: decided, or the four choices to tick. */
function disposition(writing: Writing): void {
  const { pdf, input, words } = writing;
  const { texts } = words;
  const { nonconformance: told } = texts;
  heading(writing, told.dispositionHeading, 90);
  pdf.write(told.dispositionNote, SMALL, { gap: 3 });
  const history = input.dispositions.toReversed();
  const [newest, ...earlier] = history;
  const isDecided = newest !== undefined && newest.disposition !== 'withdrawn';
  if (!isDecided) pdf.write(told.undisposed, { size: 10, weight: 'bold' }, { gap: 3 });
  for (const choice of dispositionSchema.options) {
    const isChosen = isDecided && newest.disposition === choice;
    const y = pdf.y + 2;
    pdf.need(16);
    pdf.outline(
      { x: pdf.left - 1, y: y - 1, width: 12, height: 12 },
      [square(pdf.left, y)],
      [{ color: '#000000', thickness: 0.8 }],
    );
    if (isChosen) {
      pdf.rule(pdf.left + 1.5, y + 4.5, pdf.left + 4, y + 7, '#000000', 1.4);
      pdf.rule(pdf.left + 4, y + 7, pdf.left + 8, y + 1.5, '#000000', 1.4);
    }
    pdf.line(texts.dispositions[choice], pdf.left + 16, y - 2, {
      size: 9.5,
      weight: isChosen ? 'bold' : 'regular',
    });
    pdf.y += 16;
  }
  if (isDecided) {
    const { inspector, createdAt, comment } = newest;
    pdf.write([inspector, words.time(createdAt), comment].filter(Boolean).join(' · '), BODY, { gap: 3 });
  }
  if (isDecided ? earlier.length > 0 : history.length > 0) {
    subheading(pdf, told.history);
    for (const { disposition: entry, inspector, createdAt, comment } of isDecided ? earlier : history) {
      const facts = [texts.dispositions[entry], inspector, words.time(createdAt), comment];
      pdf.write(facts.filter(Boolean).join(' · '), BODY);
    }
  }
}

function square(x: number, y: number): (readonly [number, number])[] {
  return [
    [x, y],
    [x + 9, y],
    [x + 9, y + 9],
    [x, y + 9],
  ];
}
