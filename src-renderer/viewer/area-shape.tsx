import { memo } from 'react';
import { Shape } from 'react-konva';
import type { Polygon } from '../../src-shared/geometry.ts';
import { PALETTE } from './palette.ts';
import { Area, canvasPath, inImagePixels } from './shapes.tsx';
import type { Size } from './viewport.ts';

/** Where is looked, in image pixels. */
export interface ShownArea {
  /** `looked-at`: for the result on show. `planned`: from the next run on. */
  readonly kind: 'looked-at' | 'planned';
  /** None: everywhere. */
  readonly include: readonly Polygon[];
  readonly ignore: readonly Polygon[];
  /** The part, where it was clicked in this image just now. */
  readonly part: readonly Polygon[] | null;
}

/** Everything else dimmed, and the outlines. */
export const AreaShape = memo(function AreaShape({
  area: { kind, include, ignore, part },
  image,
}: {
  readonly area: ShownArea;
  readonly image: Size;
}) {
  const dash = kind === 'planned' ? { dash: [8, 5] } : {};
  return (
    <>
      <Dim inside={include} image={image} />
      {part && <Dim inside={part} image={image} />}
      <Area polygons={include} stroke={{ colour: PALETTE.area, width: 1.75, ...dash }} />
      {part && <Area polygons={part} stroke={{ colour: PALETTE.area, width: 1.75, ...dash }} />}
      <Area
        polygons={ignore}
        fill={PALETTE.dimmed}
        hatch={PALETTE.ignored}
        stroke={{ colour: PALETTE.ignored, width: 1.75, ...dash }}
      />
    </>
  );
});

/** Dims the image outside of the polygons, each by the even-odd rule; without any it dims nothing. */
function Dim({
  inside,
  image: { width, height },
}: {
  readonly inside: readonly Polygon[];
  readonly image: Size;
}) {
  return (
    <Shape
      sceneFunc={inImagePixels((context) => {
        if (inside.length === 0) return;
        context.save();
        // What lies outside of all is what each of them leaves.
        for (const polygon of inside) {
          const outside = new Path2D();
          outside.rect(0, 0, width, height);
          outside.addPath(canvasPath([polygon]));
          context.clip(outside, 'evenodd');
        }
        context.fillStyle = PALETTE.dimmed;
        context.fillRect(0, 0, width, height);
        context.restore();
      })}
    />
  );
}
