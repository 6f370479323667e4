import type { Scale } from '../../src-shared/scale.ts';
import type { PdfWriter, TextStyle } from '../pdf/pdf-writer.ts';
import { barLength } from './evidence-picture.ts';
import type { ReportInput, ShownPicture, Writing } from './report-input.ts';
import { filled, type ReportWording } from './report-language.ts';
import type { RecordedSize } from './report-records.ts';

export const BODY: TextStyle = { size: 9 };
export const SMALL: TextStyle = { size: 7.5, color: '#555555' };
const HEADING: TextStyle = { size: 12.5, weight: 'bold' };
const SHORT_HEADING: TextStyle = { size: 10, weight: 'bold' };
const SUBHEADING: TextStyle = { size: 10, weight: 'bold' };

/** A chapter with its bookmark; what follows immediately stays on its page. */
export function heading({ pdf, isShort }: Pick<Writing, 'pdf' | 'isShort'>, title: string, room = 60): void {
  const style = isShort ? SHORT_HEADING : HEADING;
  if (pdf.y > pdf.top) pdf.y += isShort ? 5 : 14;
  if (!isShort) pdf.need(pdf.lineHeight(style) + room);
  pdf.bookmark(title, 0);
  pdf.write(title, style, { gap: 1 });
  pdf.rule(pdf.left, pdf.y, pdf.left + pdf.width, pdf.y, '#333333', isShort ? 0.5 : 0.8);
  pdf.y += isShort ? 3 : 6;
}

export function subheading(pdf: PdfWriter, title: string): void {
  pdf.y += 6;
  pdf.need(pdf.lineHeight(SUBHEADING) + 30);
  pdf.write(title, SUBHEADING, { gap: 2 });
}

/** Draws what stands on every page of a report. */
export function runningLines(input: ReportInput, words: ReportWording) {
  const { records, options } = input;
  const { batch } = records;
  const { texts } = words;
  const { facts } = texts;
  const bold: TextStyle = { size: 8, weight: 'bold' };
  const title = texts.titles[options.template];
  const told = [
    [facts.partNumber, batch.partNumber],
    [facts.revision, batch.revision],
    [facts.lot, records.lot?.lot || batch.lot],
    [facts.inspector, input.inspector],
  ].map(([label, value]) => `${label}: ${value || texts.none}`);
  const which =
    input.number === null
      ? texts.draft
      : filled(texts.reportAt, { number: input.number, revision: input.revision });
  return (pdf: PdfWriter, page: number, pages: number) => {
    const [first] = pdf.lines(options.company.name, pdf.width * 0.55, bold);
    pdf.line(first ?? '', pdf.left, 34, bold);
    pdf.line(title, pdf.left, 34, bold, 'right', pdf.width);
    const room = pdf.width / told.length;
    for (const [i, text] of told.entries()) {
      const [line = '', more] = pdf.lines(text, room - 6, SMALL);
      pdf.line(more === undefined ? line : `${line}…`, pdf.left + i * room, 49, SMALL);
    }
    pdf.rule(pdf.left, 64, pdf.left + pdf.width, 64, '#999999');
    const bottom = pdf.pageHeight - 44;
    pdf.rule(pdf.left, bottom - 4, pdf.left + pdf.width, bottom - 4, '#999999');
    pdf.line(which, pdf.left, bottom, SMALL);
    pdf.line(`ClipSAM Workstation ${input.softwareVersion}`, pdf.left, bottom, SMALL, 'center', pdf.width);
    const counted = filled(texts.page, { page: words.count(page), pages: words.count(pages) });
    pdf.line(counted, pdf.left, bottom, SMALL, 'right', pdf.width);
  };
}

/** Longest by shortest extent. */
export function extentText(words: ReportWording, size: RecordedSize | null, scale: Scale | null): string {
  if (!size) return words.texts.defects.noPlace;
  const { units } = words.texts;
  const unit = scale ? units.mm : units.px;
  const value = (pixels: number) =>
    scale ? words.measure(pixels * scale.millimetresPerPixel) : words.count(Math.round(pixels));
  return `${value(size.length)} × ${value(size.width)} ${unit}`;
}

export function areaText(words: ReportWording, size: RecordedSize | null, scale: Scale | null): string {
  if (!size) return words.texts.none;
  const { units } = words.texts;
  return scale
    ? `${words.measure(size.area * scale.millimetresPerPixel ** 2)} ${units.mm2}`
    : `${words.count(Math.round(size.area))} ${units.px2}`;
}

/**
 * A picture with outline and scale bar.
 * @param room that it may take, in points
 * @returns its height
 */
export function drawEvidence(
  pdf: PdfWriter,
  words: ReportWording,
  { image, view, rings }: ShownPicture,
  place: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
  scale: Scale | null,
): number {
  const zoom = Math.min(place.width / view.width, place.height / view.height);
  const frame = { x: place.x, y: place.y, width: view.width * zoom, height: view.height * zoom };
  pdf.image(image, frame.x, frame.y, frame.width, frame.height);
  pdf.outline(
    frame,
    rings.map((ring) =>
      pointsOf(ring, (x, y) => [frame.x + (x - view.x) * zoom, frame.y + (y - view.y) * zoom]),
    ),
    [
      { color: '#ffffff', thickness: 2.2 },
      { color: '#d0021b', thickness: 1 },
    ],
  );
  const perUnit = scale?.millimetresPerPixel ?? 1;
  const length = barLength(view.width * perUnit);
  const bar = (length / perUnit) * zoom;
  const label = `${words.measure(length)} ${scale ? words.texts.units.mm : words.texts.units.px}`;
  const style: TextStyle = { size: 6.5 };
  const width = Math.max(bar, pdf.widthOf(label, style)) + 8;
  const top = frame.y + frame.height - 19;
  pdf.fill(frame.x + 3, top, width, 16, '#ffffff');
  pdf.line(label, frame.x + 7, top + 1, style);
  pdf.rule(frame.x + 7, top + 12.5, frame.x + 7 + bar, top + 12.5, '#000000', 2);
  pdf.outline(frame, [corners(frame)], [{ color: '#777777', thickness: 0.8 }]);
  return frame.height;
}

function pointsOf(
  ring: Float32Array,
  at: (x: number, y: number) => readonly [number, number],
): (readonly [number, number])[] {
  const points: (readonly [number, number])[] = [];
  for (let i = 0; i + 1 < ring.length; i += 2) points.push(at(ring[i]!, ring[i + 1]!));
  return points;
}

function corners({ x, y, width, height }: ShownPicture['view']): (readonly [number, number])[] {
  return [
    [x, y],
    [x + width, y],
    [x + width, y + height],
    [x, y + height],
  ];
}
