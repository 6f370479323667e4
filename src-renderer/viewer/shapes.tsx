import type Konva from 'konva';
import { memo } from 'react';
import { Shape } from 'react-konva';
import type { Point, Polygon } from '../../src-shared/geometry.ts';
import { PALETTE } from './palette.ts';

type Context = CanvasRenderingContext2D;
interface Stroke {
  readonly colour: string;
  /** CSS pixels, whatever the zoom. */
  readonly width: number;
  readonly dash?: readonly number[];
}

/** Calls `draw` with the canvas in image pixels, the length of a CSS pixel there, and device pixels per CSS pixel. */
export function inImagePixels(draw: (context: Context, pixel: number, ratio: number) => void) {
  return (context: Konva.Context, shape: Konva.Shape) =>
    draw(
      context._context as Context,
      1 / shape.getAbsoluteScale().x,
      shape.getLayer()!.getCanvas().getPixelRatio(),
    );
}

const paths = new WeakMap<readonly Polygon[], Path2D>();

/** The outline as a path, made once. */
export function canvasPath(polygons: readonly Polygon[]): Path2D {
  const known = paths.get(polygons);
  if (known) return known;
  const path = new Path2D();
  for (const [x, y, isFirst] of polygons.flatMap((rings) =>
    rings.flatMap((ring) => ring.map(([px, py], index) => [px, py, index === 0] as const)),
  )) {
    if (isFirst) path.moveTo(x, y);
    else path.lineTo(x, y);
  }
  paths.set(polygons, path);
  return path;
}

/** Strokes a path twice: a dark casing, and the line itself. */
export function strokeCased(
  context: Context,
  path: Path2D,
  { colour, width, dash }: Stroke,
  pixel: number,
): void {
  context.lineJoin = 'round';
  context.lineCap = dash ? 'butt' : 'round';
  context.setLineDash([]);
  context.strokeStyle = PALETTE.casing;
  context.lineWidth = (width + 1.6) * pixel;
  context.stroke(path);
  context.setLineDash((dash ?? []).map((length) => length * pixel));
  context.strokeStyle = colour;
  context.lineWidth = width * pixel;
  context.stroke(path);
  context.setLineDash([]);
}

interface AreaProps {
  readonly polygons: readonly Polygon[];
  readonly fill?: string;
  readonly stroke?: Stroke;
  /** Struck out with slanting lines of this colour. */
  readonly hatch?: string;
}

/** Polygons with holes, crisp at every zoom. */
export const Area = memo(function Area({ polygons, fill, stroke, hatch }: AreaProps) {
  return (
    <Shape
      sceneFunc={inImagePixels((context, pixel, ratio) => {
        const path = canvasPath(polygons);
        // Each on its own: where two of them overlap is inside, as in every export.
        const each = polygons.map((polygon) => canvasPath([polygon]));
        if (fill) {
          context.fillStyle = fill;
          for (const one of each) context.fill(one, 'evenodd');
        }
        if (hatch) {
          const pattern = hatchPattern(context, hatch, ratio);
          pattern.setTransform(new DOMMatrix().scale(pixel / ratio));
          context.fillStyle = pattern;
          for (const one of each) context.fill(one, 'evenodd');
        }
        if (stroke) strokeCased(context, path, stroke, pixel);
      })}
    />
  );
});

/** CSS pixels between two lines of the hatch, along the image's edges. */
const HATCH = 9;
const hatches = new Map<string, CanvasPattern>();

/** Slanting lines, as a tile made for device pixels: as many of them cost no more than one. */
function hatchPattern(context: Context, colour: string, ratio: number): CanvasPattern {
  const key = `${colour} ${ratio}`;
  const known = hatches.get(key);
  if (known) return known;
  const side = Math.round(HATCH * ratio);
  const tile = new OffscreenCanvas(side, side);
  const pen = tile.getContext('2d')!;
  for (const [style, width] of [
    [PALETTE.casing, 3],
    [colour, 1.4],
  ] as const) {
    pen.strokeStyle = style;
    pen.lineWidth = width * ratio;
    pen.beginPath();
    // The line itself, and the corners of its neighbours.
    for (const shift of [-side, 0, side]) {
      pen.moveTo(shift - side, 2 * side);
      pen.lineTo(shift + 2 * side, -side);
    }
    pen.stroke();
  }
  const pattern = context.createPattern(tile, 'repeat')!;
  hatches.set(key, pattern);
  return pattern;
}

/** A short text at a place of the image, of the same size at every zoom. */
export const ImageBadge = memo(function ImageBadge({
  at,
  text,
  colour,
}: {
  readonly at: Point;
  readonly text: string;
  readonly colour: string;
}) {
  return (
    <Shape
      x={at.x}
      y={at.y}
      sceneFunc={inImagePixels((context, pixel) => {
        context.save();
        context.scale(pixel, pixel);
        context.font = '600 11px "Inter Variable", system-ui, "Noto Sans SC", sans-serif';
        const width = Math.ceil(context.measureText(text).width) + 10;
        context.translate(0, -20);
        context.fillStyle = PALETTE.badge;
        context.beginPath();
        context.roundRect(0, 0, width, 17, 3);
        context.fill();
        context.fillStyle = colour;
        context.fillRect(0, 2, 2, 13);
        context.textBaseline = 'middle';
        context.fillText(text, 6, 9);
        context.restore();
      })}
    />
  );
});

/** An open line with its corners, while a polygon is being drawn. */
export const DrawingLine = memo(function DrawingLine({
  points,
  cursor,
}: {
  readonly points: readonly Point[];
  readonly cursor: Point | null;
}) {
  return (
    <Shape
      sceneFunc={inImagePixels((context, pixel) => {
        const line = new Path2D();
        const all = cursor ? [...points, cursor] : points;
        all.forEach(({ x, y }, index) => {
          if (index === 0) line.moveTo(x, y);
          else line.lineTo(x, y);
        });
        if (all.length > 2) {
          context.fillStyle = PALETTE.drawingFill;
          context.fill(line, 'evenodd');
        }
        strokeCased(context, line, { colour: PALETTE.drawing, width: 1.75 }, pixel);
        points.forEach(({ x, y }, index) => {
          const half = (index === 0 ? 4.5 : 3.5) * pixel;
          context.fillStyle = index === 0 ? PALETTE.selected : PALETTE.drawing;
          context.strokeStyle = 'rgba(6, 10, 16, 0.85)';
          context.lineWidth = 1.25 * pixel;
          context.beginPath();
          context.rect(x - half, y - half, 2 * half, 2 * half);
          context.fill();
          context.stroke();
        });
      })}
    />
  );
});
