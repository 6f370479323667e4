import { memo } from 'react';
import { Group, Shape } from 'react-konva';
import type { SamPrompts } from '../../src-shared/contract/review.ts';
import type { Region } from '../../src-shared/result.ts';
import { AnnotationArea } from './annotation-area.tsx';
import type { Drawing } from './drawing.ts';
import { boxBetween, boxPolygon } from './geometry.ts';
import { PALETTE } from './palette.ts';
import { type PointerStore, usePointer } from './pointer-state.ts';
import { PromptBox, PromptShapes } from './prompt-shapes.tsx';
import { RulerLine } from './ruler-line.tsx';
import { Area, canvasPath, DrawingLine, ImageBadge, inImagePixels } from './shapes.tsx';
import type { FindingsProps } from './static-layer.tsx';
import type { SamCandidate } from './viewer-props.ts';
import type { Size } from './viewport.ts';

interface InteractionShapesProps extends FindingsProps {
  readonly candidate: SamCandidate | null;
  readonly editable: SamPrompts | null;
  readonly selectedRegion: number | null;
  readonly selectedAnnotation: number | null;
  readonly pointer: PointerStore;
  readonly image: Size;
}

/** Selection, what is under the pointer, SAM's answer to prompts by hand, and what is being drawn. */
export const InteractionShapes = memo(function InteractionShapes({
  layers,
  regions,
  annotations,
  candidate,
  editable,
  selectedRegion,
  selectedAnnotation,
  pointer,
  image,
}: InteractionShapesProps) {
  const hovered = usePointer(pointer, (state) => state.region);
  const hoveredAnnotation = usePointer(pointer, (state) => state.annotation);
  const level = usePointer(pointer, (state) => state.level);
  const drawing = usePointer(pointer, (state) => state.drawing);
  const dragged = usePointer(pointer, (state) => state.dragged);
  const prompts = dragged ?? editable ?? candidate?.prompts;
  const region = regions.find(({ index }) => index === selectedRegion);
  const under = regions.find(({ index }) => index === hovered && index !== selectedRegion);
  const answer = candidate?.levels.find((mask) => mask.level === candidate.chosen) ?? candidate?.levels[0];
  const marked = annotations.filter(
    ({ id }) => layers.annotations.visible && (id === selectedAnnotation || id === hoveredAnnotation),
  );
  return (
    <>
      {under && <RegionInFocus region={under} level={null} strong={false} />}
      {region && <RegionInFocus region={region} level={level} strong={!candidate} />}
      {marked.map((annotation) => (
        <AnnotationArea key={annotation.id} annotation={annotation} regions={regions} strong />
      ))}
      {answer && (
        <Group opacity={candidate?.pending ? 0.55 : 1}>
          <Area
            polygons={answer.polygons}
            fill={PALETTE.candidateFill}
            stroke={{ colour: PALETTE.candidate, width: 2 }}
          />
        </Group>
      )}
      {prompts && <PromptShapes prompts={prompts} strong />}
      {drawing && <DrawingShape drawing={drawing} pointer={pointer} image={image} />}
    </>
  );
});

/** A region that is looked at: its outline or one of its three masks, and the prompts that led to it. */
function RegionInFocus({
  region,
  level,
  strong,
}: {
  readonly region: Region;
  readonly level: 1 | 2 | 3 | null;
  readonly strong: boolean;
}) {
  const mask = region.levels.find((candidate) => candidate.level === level);
  return (
    <>
      <Area
        polygons={mask?.polygons ?? region.polygons}
        {...(strong && { fill: mask ? PALETTE.levelFill : PALETTE.selectedFill })}
        stroke={{
          colour: strong ? PALETTE.selected : region.belowLimit ? PALETTE.belowLimit : PALETTE.mask,
          width: strong ? 2.25 : 2,
          ...((mask || region.belowLimit) && { dash: [3, 3] }),
        }}
      />
      {strong && <PromptShapes prompts={region.prompts} strong={false} />}
      {!strong && <PromptBox box={region.prompts.box} colour={PALETTE.box} strong={false} />}
      <ImageBadge at={region.box} text={String(region.index)} colour={PALETTE.selected} />
    </>
  );
}

function DrawingShape({
  drawing,
  pointer,
  image,
}: {
  readonly drawing: Drawing;
  readonly pointer: PointerStore;
  readonly image: Size;
}) {
  const position = usePointer(pointer, (state) => (drawing.kind === 'polygon' ? state.position : null));
  if (drawing.kind === 'strokes') return null;
  if (drawing.kind === 'ruler') return <RulerLine {...drawing} />;
  if (drawing.kind === 'polygon') return <DrawingLine points={drawing.points} cursor={position} />;
  const box = boxBetween(drawing.from, drawing.to, image);
  if (drawing.kind === 'box') return <PromptBox box={box} colour={PALETTE.box} strong />;
  return (
    <Area
      polygons={[boxPolygon(box)]}
      fill={PALETTE.drawingFill}
      stroke={{ colour: PALETTE.drawing, width: 1.75 }}
    />
  );
}

/** Brush strokes, opaque on a canvas of their own: where they overlap they don't get darker, and an eraser erases. */
export function Strokes({ pointer }: { readonly pointer: PointerStore }) {
  const drawing = usePointer(pointer, (state) => state.drawing);
  if (drawing?.kind !== 'strokes') return null;
  return (
    <Shape
      sceneFunc={inImagePixels((context) => {
        context.fillStyle = PALETTE.drawing;
        context.fill(canvasPath(drawing.base), 'evenodd');
        context.lineCap = 'round';
        context.lineJoin = 'round';
        context.strokeStyle = PALETTE.drawing;
        for (const { points, radius, erase } of drawing.strokes) {
          context.globalCompositeOperation = erase ? 'destination-out' : 'source-over';
          context.lineWidth = radius * 2;
          context.beginPath();
          points.forEach(({ x, y }, index) => {
            if (index === 0) context.moveTo(x, y);
            context.lineTo(x, y);
          });
          context.stroke();
        }
        context.globalCompositeOperation = 'source-over';
      })}
    />
  );
}
