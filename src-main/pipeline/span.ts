/** A box in frame pixels (or cells); `right` and `bottom` are exclusive. */
export interface Span {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The part of a span that lies within a map. */
export function clampSpan(span: Span, size: { readonly width: number; readonly height: number }): Span {
  return {
    left: Math.max(span.left, 0),
    top: Math.max(span.top, 0),
    right: Math.min(span.right, size.width),
    bottom: Math.min(span.bottom, size.height),
  };
}

/** What two spans have in common; empty spans may have `right` before `left`. */
export function commonSpan(a: Span, b: Span): Span {
  return {
    left: Math.max(a.left, b.left),
    top: Math.max(a.top, b.top),
    right: Math.min(a.right, b.right),
    bottom: Math.min(a.bottom, b.bottom),
  };
}

/** A span moved by x and y. */
export function shifted({ left, top, right, bottom }: Span, x: number, y: number): Span {
  return { left: left + x, top: top + y, right: right + x, bottom: bottom + y };
}

/** One more on every side. */
export function withMargin({ left, top, right, bottom }: Span): Span {
  return { left: left - 1, top: top - 1, right: right + 1, bottom: bottom + 1 };
}

/** The values of a map within a span, row by row. */
export function crop(
  data: Float32Array,
  rowLength: number,
  { left, top, right, bottom }: Span,
): Float32Array {
  const width = right - left;
  const patch = new Float32Array(width * (bottom - top));
  for (let y = top, to = 0; y < bottom; y++, to += width) {
    patch.set(data.subarray(y * rowLength + left, y * rowLength + right), to);
  }
  return patch;
}

/** The smallest span around both. */
export function joinSpans(a: Span, b: Span): Span {
  return {
    left: Math.min(a.left, b.left),
    top: Math.min(a.top, b.top),
    right: Math.max(a.right, b.right),
    bottom: Math.max(a.bottom, b.bottom),
  };
}
