/** What stands for a sign that the font does not have. */
const PLACEHOLDER = '□';
const PLAIN = /^[ -~]*$/;
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u;

/**
 * Text as a font can show it. Composed where it can be (NFC); what the font lacks, and what would only steer the text's
 * direction or not be seen, becomes □, one per sign that a reader sees.
 */
export class Signs {
  readonly #hasGlyph: (codePoint: number) => boolean;
  readonly #known = new Map<string, string>();
  readonly #unknown = new Set<number>();
  readonly #segments = new Intl.Segmenter('en', { granularity: 'grapheme' });

  constructor(hasGlyph: (codePoint: number) => boolean) {
    this.#hasGlyph = hasGlyph;
  }

  /** Line ends stay, tabs become spaces. */
  shown(text: string): string {
    if (PLAIN.test(text)) return text;
    let shown = '';
    for (const { segment } of this.#segments.segment(text.normalize('NFC'))) shown += this.#sign(segment);
    return shown;
  }

  /** Code points that were replaced so far: U+1F600. */
  unknown(): string[] {
    return [...this.#unknown]
      .sort((a, b) => a - b)
      .map((codePoint) => `U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`);
  }

  #sign(grapheme: string): string {
    if (grapheme === '\n' || grapheme === '\r\n') return '\n';
    if (grapheme === '\t') return ' ';
    const known = this.#known.get(grapheme);
    if (known !== undefined) return known;
    const missing = [...grapheme].filter(
      (sign) => INVISIBLE.test(sign) || !this.#hasGlyph(sign.codePointAt(0)!),
    );
    for (const sign of missing) this.#unknown.add(sign.codePointAt(0)!);
    const shown = missing.length === 0 ? grapheme : PLACEHOLDER;
    this.#known.set(grapheme, shown);
    return shown;
  }
}
