import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate, setTimeout } from 'node:timers/promises';
import PDFDocument from 'pdfkit';
import { toWriteError } from '../files/atomic-write.ts';
import { type FontWeight, fontFile } from '../files/fonts.ts';
import { Signs } from './signs.ts';
import { wrap } from './wrap.ts';

/** Points (1/72 inch) from the edges of the paper to what is written. */
const MARGINS = { top: 84, bottom: 62, left: 48, right: 48 };
/** Of the size of the letters. */
const LINE_HEIGHT = 1.36;
/** Bytes that wait for the disk at most, before more is drawn. */
const WAITING = 8 << 20;
/** Widths that are remembered. */
const WIDTHS = 20_000;

/** pdfkit knows a font again by its path; under a name it would be read anew every time. */
const FONTS = { regular: fontFile('regular'), bold: fontFile('bold') };

/** How letters look. */
export interface TextStyle {
  /** Points. */
  readonly size: number;
  readonly weight?: FontWeight;
  readonly color?: string;
}

export interface PdfSettings {
  /** Of the new file. */
  readonly path: string;
  readonly paper: 'A4' | 'letter';
  readonly language: string;
  readonly title: string;
  readonly author: string;
  readonly subject: string;
  readonly keywords: string;
  /** The program, with its version. */
  readonly creator: string;
  /** When the document was made (ISO 8601): nothing else in it depends on the clock. */
  readonly createdAt: string;
  /** Draws what stands on every page, once the number of pages is known. */
  readonly onEachPage: (pdf: PdfWriter, page: number, pages: number) => void;
  /** Across every page, when this is not the document itself. */
  readonly mark: string | null;
}

/** What was written. */
export interface WrittenPdf {
  readonly pages: number;
  readonly bytes: number;
  readonly sha256: string;
  /** Signs that the font does not have, shown as □: U+1F600. */
  readonly unknownSigns: readonly string[];
}

/** A picture that is in the document, wherever it is shown. */
export type PdfImage = PDFKit.Mixins.ImageSrc & { readonly width: number; readonly height: number };

interface Glyph {
  readonly id: number;
  readonly advanceWidth: number;
  readonly codePoints: readonly number[];
}

/** What pdfkit has and its types do not say. */
interface Inside {
  readonly _font: {
    readonly font: {
      hasGlyphForCodePoint(codePoint: number): boolean;
      glyphForCodePoint(codePoint: number): Glyph;
    };
    readonly scale: number;
    layout(text: string): unknown;
  };
  readonly page: { readonly content: { buffer: Uint8Array[] } };
  openImage(content: Buffer): PdfImage;
}

/**
 * Writes a PDF/A-2b (ISO 19005-2) document to a file while it is drawn: of pictures nothing stays in memory, of pages
 * their instructions, since how many there are is said on each. Fonts are embedded, as far as they are used. The same
 * calls give the same bytes. Places are in points from the top left of the paper.
 */
export class PdfWriter {
  readonly left = MARGINS.left;
  readonly top = MARGINS.top;
  readonly width: number;
  /** Where the last line of a page ends at the latest. */
  readonly bottom: number;
  readonly pageHeight: number;
  /** Where the next thing is drawn. */
  y = MARGINS.top;
  readonly #settings: PdfSettings;
  readonly #doc: PDFKit.PDFDocument;
  readonly #signs: Signs;
  readonly #hash = createHash('sha256');
  readonly #written: Promise<void>;
  readonly #widths = new Map<string, number>();
  readonly #outline: PDFKit.PDFOutline[] = [];
  #bytes = 0;
  #failure: unknown;

  constructor(settings: PdfSettings) {
    const date = new Date(settings.createdAt);
    this.#settings = settings;
    this.#doc = new PDFDocument({
      ...{ autoFirstPage: false, bufferPages: true, fontLayoutCache: false, displayTitle: true },
      ...{ size: settings.paper === 'A4' ? 'A4' : 'LETTER', margins: MARGINS, lang: settings.language },
      ...{ subset: 'PDF/A-2b', pdfVersion: '1.7', font: FONTS.regular },
      info: {
        Title: settings.title,
        Author: settings.author,
        Subject: settings.subject,
        Keywords: settings.keywords,
        Creator: settings.creator,
        Producer: `${settings.creator} (pdfkit)`,
        CreationDate: date,
        ModDate: date,
      },
    });
    const font = this.#simpleFont('bold') && this.#simpleFont('regular');
    this.#signs = new Signs((codePoint) => font.hasGlyphForCodePoint(codePoint));
    const count = new Transform({
      transform: (chunk: Uint8Array, _encoding, done) => {
        this.#hash.update(chunk);
        this.#bytes += chunk.length;
        done(null, chunk);
      },
    });
    const file = createWriteStream(settings.path, { flags: 'wx', flush: true });
    this.#written = pipeline(this.#doc, count, file);
    this.#written.catch((error: unknown) => {
      this.#failure = error;
    });
    this.#addPage();
    const { width, height } = this.#doc.page;
    this.width = width - MARGINS.left - MARGINS.right;
    this.bottom = height - MARGINS.bottom;
    this.pageHeight = height;
  }

  /** Goes on at the top of a new page. */
  newPage(): void {
    this.#compact();
    this.#addPage();
    this.y = MARGINS.top;
  }

  /** Goes on at the top of a new page where less than so many points are left. @returns whether it did */
  need(height: number): boolean {
    if (this.y + height <= this.bottom || this.y === MARGINS.top) return false;
    this.newPage();
    return true;
  }

  /** Signs that were replaced so far, see {@link WrittenPdf}. */
  unknownSigns(): string[] {
    return this.#signs.unknown();
  }

  /** Lets other work in, and the disk catch up. @throws ClipSamError `disk-full`, `path-denied` */
  async breathe(): Promise<void> {
    await setImmediate();
    while (this.#failure === undefined && this.#doc.readableLength > WAITING) await setTimeout(2);
    if (this.#failure !== undefined) throw toWriteError(this.#failure, this.#settings.path);
  }

  /** Height of a line. */
  lineHeight({ size }: TextStyle): number {
    return size * LINE_HEIGHT;
  }

  /** Text as lines that fit. */
  lines(text: string, width: number, style: TextStyle): string[] {
    return wrap(this.#signs.shown(text), width, (part) => this.#measure(part, style));
  }

  /** Width of a text that stands on one line. */
  widthOf(text: string, style: TextStyle): number {
    return this.#measure(this.#signs.shown(text), style);
  }

  /** Draws one line, of which nothing is cut. */
  line(
    text: string,
    x: number,
    y: number,
    style: TextStyle,
    align: 'left' | 'right' | 'center' = 'left',
    width = 0,
  ): void {
    const shown = this.#signs.shown(text);
    if (shown.trim() === '') return;
    const free = align === 'left' ? 0 : width - this.#measure(shown, style);
    this.#use(style);
    this.#doc.text(shown, x + (align === 'center' ? free / 2 : free), y, { lineBreak: false });
  }

  /** Draws flowing text from {@link y} on, over as many pages as it takes. @param width default: the page's */
  write(text: string, style: TextStyle, { x = this.left, width = this.width, gap = 0 } = {}): void {
    const height = this.lineHeight(style);
    for (const line of this.lines(text, width, style)) {
      this.need(height);
      this.line(line, x, this.y, style);
      this.y += height;
    }
    this.y += gap;
  }

  /** A bookmark that leads to this page. @param level 0: a chapter; 1: within the last one */
  bookmark(title: string, level: 0 | 1): void {
    const parent = level === 0 ? this.#doc.outline : (this.#outline[0] ?? this.#doc.outline);
    const item = parent.addItem(title.slice(0, 300), { expanded: false });
    if (level === 0) this.#outline[0] = item;
  }

  /** A filled rectangle. */
  fill(x: number, y: number, width: number, height: number, color: string): void {
    this.#doc.rect(x, y, width, height).fill(color);
  }

  /** A straight line. */
  rule(x1: number, y1: number, x2: number, y2: number, color: string, thickness = 0.5): void {
    this.#doc.moveTo(x1, y1).lineTo(x2, y2).lineWidth(thickness).stroke(color);
  }

  /**
   * Outlines within a frame: what would reach beyond it is cut.
   * @param rings in points
   * @param strokes drawn one over the other
   */
  outline(
    frame: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
    rings: readonly (readonly (readonly [number, number])[])[],
    strokes: readonly { readonly color: string; readonly thickness: number }[],
  ): void {
    const doc = this.#doc.save();
    doc.rect(frame.x, frame.y, frame.width, frame.height).clip();
    for (const { color, thickness } of strokes) {
      for (const ring of rings) {
        for (const [i, [x, y]] of ring.entries()) i === 0 ? doc.moveTo(x, y) : doc.lineTo(x, y);
        doc.closePath();
      }
      doc.lineWidth(thickness).lineJoin('round').stroke(color);
    }
    doc.restore();
  }

  /** Takes a JPEG or an opaque PNG in; it is written out when it is shown first. */
  openImage(bytes: Uint8Array): PdfImage {
    const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return (this.#doc as unknown as Inside).openImage(content);
  }

  image(image: PdfImage, x: number, y: number, width: number, height: number): void {
    this.#doc.image(image, x, y, { width, height });
  }

  /** Ends the document; the file is on the disk then. @throws ClipSamError `disk-full`, `path-denied` */
  async finish(): Promise<WrittenPdf> {
    const { count: pages } = this.#doc.bufferedPageRange();
    this.#compact();
    for (let page = 0; page < pages; page++) {
      this.#doc.switchToPage(page);
      this.#settings.onEachPage(this, page + 1, pages);
      this.#compact();
      if (page % 50 === 49) await this.breathe();
    }
    this.#doc.end();
    try {
      await this.#written;
    } catch (error) {
      throw toWriteError(error, this.#settings.path);
    }
    return {
      pages,
      bytes: this.#bytes,
      sha256: this.#hash.digest('hex'),
      unknownSigns: this.#signs.unknown(),
    };
  }

  /** Ends the work without a document; the file is not whole. */
  async abandon(): Promise<void> {
    this.#doc.destroy();
    await this.#written.catch(() => {});
  }

  /**
   * Lets a font set signs one after the other, as Latin and Chinese may be: a hundred times faster than with its rules for
   * pairs and ligatures, and every sign is found again when text is taken out.
   */
  #simpleFont(weight: FontWeight): Inside['_font']['font'] {
    this.#doc.font(FONTS[weight]);
    const { _font: set } = this.#doc as unknown as Inside;
    const { font, scale } = set;
    set.layout = (text) => {
      const glyphs = [...text].map((sign) => font.glyphForCodePoint(sign.codePointAt(0)!));
      const positions = glyphs.map(({ advanceWidth }) => {
        const xAdvance = advanceWidth * scale;
        return { xAdvance, yAdvance: 0, xOffset: 0, yOffset: 0, advanceWidth: xAdvance };
      });
      return { glyphs, positions, advanceWidth: positions.reduce((sum, { xAdvance }) => sum + xAdvance, 0) };
    };
    return font;
  }

  #addPage(): void {
    this.#doc.addPage();
    const { mark } = this.#settings;
    if (mark === null) return;
    const { width, height } = this.#doc.page;
    const style = { size: 96, weight: 'bold', color: '#ececec' } as const;
    const doc = this.#doc.save();
    doc.rotate(-45, { origin: [width / 2, height / 2] });
    this.line(mark, 0, height / 2 - 70, style, 'center', width);
    doc.restore();
  }

  /** pdfkit keeps a page's instructions as thousands of small pieces. */
  #compact(): void {
    const { content } = (this.#doc as unknown as Inside).page;
    if (content.buffer.length > 1) content.buffer = [Buffer.concat(content.buffer)];
  }

  #use({ size, weight = 'regular', color = '#000000' }: TextStyle): void {
    this.#doc.font(FONTS[weight]).fontSize(size).fillColor(color);
  }

  #measure(text: string, style: TextStyle): number {
    const { size, weight = 'regular' } = style;
    const key = `${weight}${text}`;
    const known = this.#widths.get(key);
    if (known !== undefined) return known * size;
    const width = this.#doc.font(FONTS[weight]).fontSize(1).widthOfString(text);
    if (this.#widths.size >= WIDTHS) this.#widths.clear();
    this.#widths.set(key, width);
    return width * size;
  }
}
