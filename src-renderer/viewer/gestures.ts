import type { SamPrompts } from '../../src-shared/contract/review.ts';
import type { Point } from '../../src-shared/geometry.ts';
import type { Drawing } from './drawing.ts';
import { boxBetween, boxPolygon, clampTo, hundredth } from './geometry.ts';
import type { InteractionContext } from './interaction-context.ts';
import { pointAt, withBox, withoutPoint, withPoint, withPointAt } from './prompt-editing.ts';
import { type Ruler, rulerLength, stretched } from './ruler.ts';
import { changeView, currentViewport, useViewSettings } from './view-settings.ts';
import { panBy, toImage, type ViewerStage } from './viewport.ts';

/** CSS pixels within which a press is a click, a corner is met, a point is grabbed. */
const CLICK = 4;
const GRAB = 10;

/** What a press began, until it is let go. */
export interface Gesture {
  readonly kind: 'pan' | 'point' | 'corner' | 'stroke' | 'ruler' | 'pinch';
  /** @param at where the pointer is now, in CSS pixels of the canvas */
  move(at: Point, stage: ViewerStage): void;
  end(stage: ViewerStage): void;
}

/** What gestures work with. */
export interface GestureTools {
  readonly context: () => InteractionContext;
  /** The prompts by hand as they are now: a click may come before the prompts of the one before are back as a prop. */
  readonly prompts: () => SamPrompts | null;
  /** Changes the prompts; `tell` false: without asking SAM yet. */
  setPrompts(prompts: SamPrompts | null, tell?: boolean): void;
  /** Closes a polygon, ends brush strokes, sets the end of a ruler. @returns false when there is nothing to finish */
  finish(): boolean;
  /** Whether a ruler goes straight along, straight down or at 45° at the moment. */
  snaps(): boolean;
}

/** Begins what the tool in hand does at a press. @returns null when the press was all */
export function beginGesture(
  tools: GestureTools,
  at: Point,
  stage: ViewerStage,
  alt: boolean,
): Gesture | null {
  const { tool, pointer } = tools.context();
  const place = toImage(currentViewport(stage), at);
  const inImage = clampTo(stage.image, place);
  switch (tool) {
    case 'pan':
      return pan(tools.context, at, { selects: true });
    case 'point-positive':
    case 'point-negative':
      return pressPoint(tools, place, stage, tool === 'point-positive' ? 1 : 0, alt);
    case 'box':
    case 'rectangle':
      pointer.setState({ drawing: { kind: tool, from: inImage, to: inImage } });
      return corner(tools);
    case 'polygon':
      addCorner(tools, inImage, stage);
      return null;
    case 'brush':
    case 'eraser':
      beginStroke(tools.context(), place, stage, tool === 'eraser');
      return stroke(tools.context);
    case 'ruler':
      return pressRuler(tools, inImage, stage);
  }
}

/**
 * Moves the image with the pointer.
 * @param selects whether a press without a movement selects what is under it
 * @param moved whether it counts as a movement from the first pixel on
 */
export function pan(
  context: () => InteractionContext,
  from: Point,
  { selects, moved = false }: { readonly selects: boolean; readonly moved?: boolean },
): Gesture {
  let last = from;
  let hasMoved = moved;
  return {
    kind: 'pan',
    move(at, stage) {
      hasMoved ||= Math.hypot(at.x - from.x, at.y - from.y) >= CLICK;
      if (!hasMoved) return;
      const { x, y } = last;
      changeView((view) => panBy(view, stage, at.x - x, at.y - y));
      last = at;
    },
    end: () => {
      if (selects && !hasMoved) select(context());
    },
  };
}

/** Selects what is under the pointer, or nothing. */
function select(context: InteractionContext): void {
  const { region, annotation } = context.pointer.getState();
  if (region !== context.selectedRegion) context.onSelectRegion(region);
  if (annotation !== context.selectedAnnotation) context.onSelectAnnotation(annotation);
}

/** Adds a point, takes one away, or begins to drag one. */
function pressPoint(
  tools: GestureTools,
  place: Point,
  stage: ViewerStage,
  label: 0 | 1,
  alt: boolean,
): Gesture | null {
  const prompts = tools.prompts();
  const index = prompts ? pointAt(prompts, place, GRAB / currentViewport(stage).scale) : -1;
  const inImage = clampTo(stage.image, place);
  if (index >= 0 && alt) tools.setPrompts(withoutPoint(prompts!, index));
  else if (index >= 0) return dragPoint(tools, index);
  else if (inImage.x === place.x && inImage.y === place.y) tools.setPrompts(withPoint(prompts, place, label));
  return null;
}

/** Shown at once, told when the point is let go: SAM need not answer to every pixel of the way. */
function dragPoint({ context, prompts, setPrompts }: GestureTools, index: number): Gesture {
  return {
    kind: 'point',
    move(at, stage) {
      const present = prompts();
      if (!present) return;
      const dragged = withPointAt(present, index, inImageAt(at, stage));
      setPrompts(dragged, false);
      context().pointer.setState({ dragged });
    },
    end() {
      const { pointer } = context();
      if (!pointer.getState().dragged) return;
      pointer.setState({ dragged: null });
      setPrompts(prompts());
    },
  };
}

/** Draws out a box for SAM or a rectangle. */
function corner({ context, prompts, setPrompts }: GestureTools): Gesture {
  return {
    kind: 'corner',
    move(at, stage) {
      const { pointer } = context();
      const { drawing } = pointer.getState();
      if (isBox(drawing)) pointer.setState({ drawing: { ...drawing, to: inImageAt(at, stage) } });
    },
    end(stage) {
      const { pointer, onDrawn } = context();
      const { drawing } = pointer.getState();
      if (!isBox(drawing)) return;
      const box = boxBetween(drawing.from, drawing.to, stage.image);
      const isMeant = Math.max(box.width, box.height) * currentViewport(stage).scale >= CLICK;
      pointer.setState({ drawing: null });
      if (isMeant && drawing.kind === 'box') setPrompts(withBox(prompts(), box));
      else if (isMeant) onDrawn([boxPolygon(box)]);
    },
  };
}

function isBox(drawing: Drawing | null): drawing is Drawing & { readonly kind: 'box' | 'rectangle' } {
  return drawing?.kind === 'box' || drawing?.kind === 'rectangle';
}

/** Adds a corner to the polygon; at its first or, pressed twice, its last corner the polygon is finished. */
function addCorner({ context, finish }: GestureTools, at: Point, stage: ViewerStage): void {
  const { pointer } = context();
  const { drawing } = pointer.getState();
  const points = drawing?.kind === 'polygon' ? drawing.points : [];
  const { scale } = currentViewport(stage);
  const meets = (point: Point | undefined, reach: number) =>
    point && Math.hypot(point.x - at.x, point.y - at.y) * scale <= reach;
  if (points.length >= 3 && (meets(points[0], GRAB) || meets(points.at(-1), CLICK))) finish();
  else if (!meets(points.at(-1), CLICK))
    pointer.setState({ drawing: { kind: 'polygon', points: [...points, at] } });
}

/** Without strokes the eraser takes from the region that is selected. */
function beginStroke(context: InteractionContext, at: Point, stage: ViewerStage, erase: boolean): void {
  const { regions, selectedRegion, pointer } = context;
  const { drawing } = pointer.getState();
  const base = regions.find(({ index }) => index === selectedRegion && erase)?.polygons ?? [];
  const before = drawing?.kind === 'strokes' ? drawing : { kind: 'strokes' as const, base, strokes: [] };
  const radius = useViewSettings.getState().brush / 2 / currentViewport(stage).scale;
  const strokes = [...before.strokes, { points: [at], radius, erase }];
  pointer.setState({ drawing: { ...before, strokes } });
}

function stroke(context: () => InteractionContext): Gesture {
  return {
    kind: 'stroke',
    move(at, stage) {
      const { pointer } = context();
      const { drawing } = pointer.getState();
      if (drawing?.kind !== 'strokes') return;
      const last = drawing.strokes.at(-1)!;
      const points = [...last.points, toImage(currentViewport(stage), at)];
      const strokes = [...drawing.strokes.slice(0, -1), { ...last, points }];
      pointer.setState({ drawing: { ...drawing, strokes } });
    },
    end() {},
  };
}

/** Sets the first point of a ruler, or the second; at an end of one that is there, takes hold of it. */
function pressRuler(tools: GestureTools, at: Point, stage: ViewerStage): Gesture | null {
  const { pointer } = tools.context();
  const { drawing } = pointer.getState();
  const ruler = drawing?.kind === 'ruler' ? drawing : null;
  if (ruler && !ruler.isFixed) {
    stretchRuler(tools, at, stage);
    if (tools.finish()) return null;
  }
  const grabbed = ruler?.isFixed ? endGrabbed(ruler, at, GRAB / currentViewport(stage).scale) : null;
  const from = { x: hundredth(at.x), y: hundredth(at.y) };
  pointer.setState({ drawing: grabbed ?? { kind: 'ruler', from, to: from, isFixed: false } });
  return {
    kind: 'ruler',
    move: (place) => stretchRuler(tools, inImageAt(place, stage), stage),
    // A press that did not move leaves the end at the pointer, until the next one.
    end: () => {
      tools.finish();
    },
  };
}

/** The ruler as one whose end follows the pointer, where one of its ends is within reach (image pixels). */
function endGrabbed({ from, to }: Ruler, at: Point, reach: number): Ruler | null {
  const isNear = (end: Point) => Math.hypot(end.x - at.x, end.y - at.y) <= reach;
  if (isNear(to)) return { kind: 'ruler', from, to, isFixed: false };
  return isNear(from) ? { kind: 'ruler', from: to, to: from, isFixed: false } : null;
}

/** Takes the loose end of a ruler to a place of the image. */
export function stretchRuler({ context, snaps }: GestureTools, at: Point, { image }: ViewerStage): void {
  const { pointer } = context();
  const { drawing } = pointer.getState();
  if (drawing?.kind !== 'ruler' || drawing.isFixed) return;
  pointer.setState({ drawing: stretched(drawing, clampTo(image, at), image, snaps()) });
}

/** The ruler with its end set; null when it is not longer than a click may be. */
export function fixedRuler(ruler: Ruler, stage: ViewerStage): Ruler | null {
  const isMeant = rulerLength(ruler) * currentViewport(stage).scale >= CLICK;
  return isMeant && !ruler.isFixed ? { ...ruler, isFixed: true } : null;
}

function inImageAt(at: Point, stage: ViewerStage): Point {
  return clampTo(stage.image, toImage(currentViewport(stage), at));
}
