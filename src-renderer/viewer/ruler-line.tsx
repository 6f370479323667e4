import { memo } from 'react';
import { Shape } from 'react-konva';
import { PALETTE } from './palette.ts';
import { type Ruler, rulerLength } from './ruler.ts';
import { inImagePixels, strokeCased } from './shapes.tsx';

/** Half the length of the marks across the ends, in CSS pixels. */
const MARK = 6;

/** The measured line with a mark across each end, of the same strength at every zoom. */
export const RulerLine = memo(function RulerLine({ from, to }: Pick<Ruler, 'from' | 'to'>) {
  return (
    <Shape
      sceneFunc={inImagePixels((context, pixel) => {
        const length = rulerLength({ from, to });
        const across =
          length === 0 ? { x: 0, y: 1 } : { x: (from.y - to.y) / length, y: (to.x - from.x) / length };
        const line = new Path2D();
        line.moveTo(from.x, from.y);
        line.lineTo(to.x, to.y);
        for (const end of [from, to]) {
          line.moveTo(end.x - across.x * MARK * pixel, end.y - across.y * MARK * pixel);
          line.lineTo(end.x + across.x * MARK * pixel, end.y + across.y * MARK * pixel);
        }
        strokeCased(context, line, { colour: PALETTE.ruler, width: 1.75 }, pixel);
      })}
    />
  );
});
