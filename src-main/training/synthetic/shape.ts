/**
 * Flat shapes as signed distance functions: negative inside, positive outside, in the units of their coordinates.
 * After I. Quilez, "2D distance functions". Combined shapes are bounds of the distance, exact near the outline.
 */
export type Shape = (x: number, y: number) => number;

export function circle(radius: number, cx = 0, cy = 0): Shape {
  return (x, y) => Math.hypot(x - cx, y - cy) - radius;
}

/** Box with half sizes and rounded corners. */
export function box(halfWidth: number, halfHeight: number, corner = 0, cx = 0, cy = 0): Shape {
  const w = halfWidth - corner;
  const h = halfHeight - corner;
  return (x, y) => {
    const dx = Math.abs(x - cx) - w;
    const dy = Math.abs(y - cy) - h;
    const ox = Math.max(dx, 0);
    const oy = Math.max(dy, 0);
    return Math.sqrt(ox * ox + oy * oy) + Math.min(0, Math.max(dx, dy)) - corner;
  };
}

export function ring(radius: number, halfThickness: number, cx = 0, cy = 0): Shape {
  return (x, y) => Math.abs(Math.hypot(x - cx, y - cy) - radius) - halfThickness;
}

/** Line segment with round ends. */
export function capsule(x0: number, y0: number, x1: number, y1: number, radius: number): Shape {
  const dx = x1 - x0;
  const dy = y1 - y0;
  const inverse = 1 / (dx * dx + dy * dy || 1);
  return (x, y) => {
    let t = ((x - x0) * dx + (y - y0) * dy) * inverse;
    t = t < 0 ? 0 : Math.min(t, 1);
    return Math.hypot(x - x0 - t * dx, y - y0 - t * dy) - radius;
  };
}

/** Regular polygon; `radius` is that of the inscribed circle. */
export function polygon(sides: number, radius: number, turn = 0): Shape {
  const sector = (2 * Math.PI) / sides;
  const reach = radius * Math.tan(sector / 2);
  return (x, y) => {
    const angle = Math.atan2(y, x) - turn;
    const folded = angle - sector * Math.round(angle / sector);
    const length = Math.hypot(x, y);
    const px = length * Math.cos(folded) - radius;
    const py = Math.abs(length * Math.sin(folded)) - reach;
    return py > 0 && px > 0 ? Math.hypot(px, py) : py > 0 ? Math.max(px, py) : px;
  };
}

/** Superellipse |x/a|^n + |y/b|^n = 1: ellipse for 2, towards a rectangle for more, a star for less. */
export function superellipse(a: number, b: number, power: number): Shape {
  const inverse = 1 / power;
  const unit = Math.min(a, b);
  return (x, y) => {
    const r = (Math.abs(x / a) ** power + Math.abs(y / b) ** power) ** inverse;
    return (r - 1) * unit * (r > 1 ? 1 : 0.5 + 0.5 * r);
  };
}

/** Radius as a function of the angle: r(φ) = radius · (1 + Σ amplitude_k · cos(k φ + phase_k)). */
export function lobes(
  radius: number,
  harmonics: readonly { readonly k: number; readonly amplitude: number; readonly phase: number }[],
): Shape {
  return (x, y) => {
    const angle = Math.atan2(y, x);
    let r = 1;
    for (const { k, amplitude, phase } of harmonics) r += amplitude * Math.cos(k * angle + phase);
    return (Math.hypot(x, y) - radius * r) * 0.9;
  };
}

/** Gear with trapezoidal teeth between the root and the tip radius. */
export function gear(teeth: number, root: number, tip: number): Shape {
  const pitch = (2 * Math.PI) / teeth;
  return (x, y) => {
    const r = Math.hypot(x, y);
    const angle = Math.atan2(y, x);
    const folded = Math.abs(angle - pitch * Math.round(angle / pitch)) / pitch;
    const edge = root + (tip - root) * Math.min(1, Math.max(0, (0.34 - folded) * 7));
    return (r - edge) * 0.75;
  };
}

/** Closed polygon through the given points (x, y pairs). */
export function outline(points: readonly number[]): Shape {
  const n = points.length / 2;
  return (x, y) => {
    let best = Number.POSITIVE_INFINITY;
    let inside = false;
    for (let i = 0, j = n - 1; i < n; j = i++) {
      const xi = points[2 * i]!;
      const yi = points[2 * i + 1]!;
      const xj = points[2 * j]!;
      const yj = points[2 * j + 1]!;
      const ex = xj - xi;
      const ey = yj - yi;
      const wx = x - xi;
      const wy = y - yi;
      let t = (wx * ex + wy * ey) / (ex * ex + ey * ey || 1);
      t = t < 0 ? 0 : Math.min(t, 1);
      const dx = wx - t * ex;
      const dy = wy - t * ey;
      best = Math.min(best, dx * dx + dy * dy);
      if (yi > y !== yj > y && x < (ex * (y - yi)) / ey + xi) inside = !inside;
    }
    return inside ? -Math.sqrt(best) : Math.sqrt(best);
  };
}

/** Broken line of the given half thickness. */
export function polyline(points: readonly number[], radius: number): Shape {
  return (x, y) => {
    let best = Number.POSITIVE_INFINITY;
    for (let i = 0; i + 3 < points.length; i += 2) {
      const x0 = points[i]!;
      const y0 = points[i + 1]!;
      const ex = points[i + 2]! - x0;
      const ey = points[i + 3]! - y0;
      let t = ((x - x0) * ex + (y - y0) * ey) / (ex * ex + ey * ey || 1);
      t = t < 0 ? 0 : Math.min(t, 1);
      const dx = x - x0 - t * ex;
      const dy = y - y0 - t * ey;
      best = Math.min(best, dx * dx + dy * dy);
    }
    return Math.sqrt(best) - radius;
  };
}

/** Circular arc around the origin from angle −half to +half (0 = along x) with round ends. */
export function arc(radius: number, half: number, thickness: number): Shape {
  const ex = radius * Math.cos(half);
  const ey = radius * Math.sin(half);
  return (x, y) => {
    const angle = Math.abs(Math.atan2(y, x));
    if (angle < half) return Math.abs(Math.hypot(x, y) - radius) - thickness;
    return Math.hypot(x - ex, Math.abs(y) - ey) - thickness;
  };
}

export function union(...shapes: readonly Shape[]): Shape {
  return (x, y) => {
    let d = Number.POSITIVE_INFINITY;
    for (const shape of shapes) d = Math.min(d, shape(x, y));
    return d;
  };
}

export function intersect(a: Shape, b: Shape): Shape {
  return (x, y) => Math.max(a(x, y), b(x, y));
}

export function subtract(a: Shape, ...holes: readonly Shape[]): Shape {
  return (x, y) => {
    let d = a(x, y);
    for (const hole of holes) d = Math.max(d, -hole(x, y));
    return d;
  };
}

/** Union with a rounded seam of width `k`. */
export function blend(a: Shape, b: Shape, k: number): Shape {
  return (x, y) => {
    const da = a(x, y);
    const db = b(x, y);
    const h = Math.max(k - Math.abs(da - db), 0) / k;
    return Math.min(da, db) - h * h * k * 0.25;
  };
}

export function shift(shape: Shape, dx: number, dy: number): Shape {
  return (x, y) => shape(x - dx, y - dy);
}

export function rotate(shape: Shape, angle: number): Shape {
  const c = Math.cos(angle);
  const s = Math.sin(angle);
  return (x, y) => shape(c * x + s * y, -s * x + c * y);
}

/** Copies of a shape, turned around the origin. */
export function around(shape: Shape, copies: number, turn = 0): Shape {
  const sector = (2 * Math.PI) / copies;
  return (x, y) => {
    const angle = Math.atan2(y, x) - turn;
    const folded = angle - sector * Math.round(angle / sector);
    const r = Math.hypot(x, y);
    return shape(r * Math.cos(folded), r * Math.sin(folded));
  };
}
