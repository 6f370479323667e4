/** Signs that lines may be broken beside: Chinese and Japanese, and full-width forms. */
const WIDE = '\\u2e80-\\u303f\\u3040-\\u9fff\\uf900-\\ufaff\\uff00-\\uffef';
const PIECES = new RegExp(`[${WIDE}]|\\s+|[^\\s${WIDE}]+`, 'gu');
/** No line begins with these, and none ends with those (GB/T 15834; JIS X 4051). */
const NEVER_FIRST = /^[、。，．：；？！）》」』】〉〕”’…％]/u;
const NEVER_LAST = /[（《「『【〈〔“‘]$/u;
/** Where a name without spaces is best broken: behind one of these. */
const JOINTS = /[\\/_\-.,;:]/;
/** Of a line's width that is left empty at most for the sake of a joint. */
const LOOSE = 0.4;

/**
 * Breaks text into lines. Words stay whole where they fit; what is wider than a line is broken behind a joint, else
 * anywhere.
 * @param measure width of a text
 * @param text line ends in it are kept
 */
export function wrap(text: string, width: number, measure: (text: string) => number): string[] {
  return text.split('\n').flatMap((paragraph) => wrapParagraph(paragraph, width, measure));
}

function wrapParagraph(text: string, width: number, measure: (text: string) => number): string[] {
  if (measure(text) <= width) return [text];
  const lines: string[] = [];
  let line = '';
  for (const piece of joined(text.match(PIECES) ?? [])) {
    const longer = line + piece;
    if (measure(longer.trimEnd()) <= width) {
      line = longer;
      continue;
    }
    if (line.trim() !== '') lines.push(line.trimEnd());
    const parts = broken(piece.trimStart(), width, measure);
    lines.push(...parts.slice(0, -1));
    line = parts.at(-1)!;
  }
  if (line.trim() !== '') lines.push(line.trimEnd());
  return lines.length === 0 ? [''] : lines;
}

/** Pieces between which a line may end: marks stay with what they belong to. */
function joined(pieces: readonly string[]): string[] {
  const units: string[] = [];
  for (const piece of pieces) {
    const last = units.at(-1);
    if (last !== undefined && (NEVER_FIRST.test(piece) || NEVER_LAST.test(last))) {
      units[units.length - 1] = last + piece;
    } else units.push(piece);
  }
  return units;
}

/** A piece in parts that fit: at least one, which may be the whole. */
function broken(piece: string, width: number, measure: (text: string) => number): string[] {
  const parts: string[] = [];
  let rest = [...piece];
  while (rest.length > 1 && measure(rest.join('')) > width) {
    const most = longestFit(rest, width, measure);
    const joint = rest.slice(0, most).findLastIndex((sign) => JOINTS.test(sign)) + 1;
    const count = joint > most * (1 - LOOSE) ? joint : most;
    parts.push(rest.slice(0, count).join(''));
    rest = rest.slice(count);
  }
  return [...parts, rest.join('')];
}

/** How many signs fit, at least 1. */
function longestFit(signs: readonly string[], width: number, measure: (text: string) => number): number {
  let [fits, tooMany] = [1, signs.length];
  while (tooMany - fits > 1) {
    const middle = (fits + tooMany) >> 1;
    if (measure(signs.slice(0, middle).join('')) <= width) fits = middle;
    else tooMany = middle;
  }
  return fits;
}
