import { memo } from 'react';
import { Shape } from 'react-konva';
import type { SamPrompts } from '../../src-shared/contract/review.ts';
import type { Box, Point } from '../../src-shared/geometry.ts';
import { PALETTE } from './palette.ts';
import { inImagePixels, strokeCased } from './shapes.tsx';

/** Everything that SAM was given for one answer. */
export function PromptShapes({
  prompts,
  strong,
}: {
  readonly prompts: SamPrompts;
  readonly strong: boolean;
}) {
  return (
    <>
      {prompts.box && <PromptBox box={prompts.box} colour={PALETTE.box} strong={strong} />}
      {prompts.points.map((point) => (
        <PromptPoint
          key={`${point.x} ${point.y} ${point.label}`}
          at={point}
          label={point.label}
          strong={strong}
        />
      ))}
    </>
  );
}

/** A box that was given to SAM. */
export const PromptBox = memo(function PromptBox({
  box,
  colour,
  strong,
}: {
  readonly box: Box;
  readonly colour: string;
  readonly strong: boolean;
}) {
  return (
    <Shape
      sceneFunc={inImagePixels((context, pixel) => {
        const path = new Path2D();
        path.rect(box.x, box.y, box.width, box.height);
        strokeCased(context, path, { colour, width: strong ? 2 : 1.25, dash: [7, 4] }, pixel);
      })}
    />
  );
});

/** A point that was given to SAM: a disc with a plus for the object, a diamond with a minus for the background. */
const PromptPoint = memo(function PromptPoint({
  at,
  label,
  strong,
}: {
  readonly at: Point;
  readonly label: 0 | 1;
  readonly strong: boolean;
}) {
  return (
    <Shape
      x={at.x}
      y={at.y}
      sceneFunc={inImagePixels((context, pixel) => {
        const radius = (strong ? 7 : 5) * pixel;
        const outline = new Path2D();
        if (label === 1) outline.arc(0, 0, radius, 0, 2 * Math.PI);
        else {
          const reach = radius * 1.3;
          outline.moveTo(0, -reach);
          outline.lineTo(reach, 0);
          outline.lineTo(0, reach);
          outline.lineTo(-reach, 0);
          outline.closePath();
        }
        context.fillStyle = label === 1 ? PALETTE.positive : PALETTE.negative;
        context.fill(outline);
        context.strokeStyle = 'rgba(6, 10, 16, 0.85)';
        context.lineWidth = 1.5 * pixel;
        context.stroke(outline);
        const arm = radius * 0.55;
        context.beginPath();
        context.moveTo(-arm, 0);
        context.lineTo(arm, 0);
        if (label === 1) {
          context.moveTo(0, -arm);
          context.lineTo(0, arm);
        }
        context.stroke();
      })}
    />
  );
});
