import type { PointerEvent } from 'react';
import type { SamPrompts } from '../../src-shared/contract/review.ts';
import type { Point } from '../../src-shared/geometry.ts';
import { type Drawing, finishedArea, withoutLast } from './drawing.ts';
import { annotatedArea, clampTo, shapeAt } from './geometry.ts';
import { beginGesture, fixedRuler, type Gesture, type GestureTools, pan, stretchRuler } from './gestures.ts';
import type { InteractionContext } from './interaction-context.ts';
import { withoutPoint } from './prompt-editing.ts';
import { changeView, currentViewport } from './view-settings.ts';
import { actualSizeAt, type Pinch, pinched, toImage, type ViewerStage, zoomAt } from './viewport.ts';

/** Zoom per CSS pixel of the wheel, and the most pixels that one event counts for. */
const WHEEL = { zoom: 0.0018, most: 300 };
/** A pinch on a touchpad comes as small wheel movements with Ctrl; a real wheel with Ctrl must not leap. */
const TOUCHPAD = { zoom: 0.009, most: 40 };

type PointerInput = PointerEvent<HTMLElement>;
type DoubleClick = {
  readonly clientX: number;
  readonly clientY: number;
  readonly currentTarget: HTMLElement;
};

/** CSS pixels of the element. */
export function placeIn(element: HTMLElement, event: { clientX: number; clientY: number }): Point {
  const { left, top } = element.getBoundingClientRect();
  return { x: event.clientX - left, y: event.clientY - top };
}

/** What pointer and keyboard do on the image, by the chosen tool. Places are CSS pixels of the canvas. */
export class Interaction {
  readonly #context: () => InteractionContext;
  readonly #tools: GestureTools;
  #gesture: Gesture | null = null;
  #prompts: SamPrompts | null = null;
  /** Where the pointer or the keyboard's cross is. */
  #cursor: Point | null = null;
  #pressedAt: Point | null = null;
  /** Whether Shift was held at the last press or movement. */
  #snaps = false;
  /** What the present press began with: a second finger makes it a pinch that never was a press. */
  #untouched: { readonly drawing: Drawing | null; readonly prompts: SamPrompts | null } | null = null;
  /** Fingers on the canvas by pointer id; those beyond two don't count. */
  readonly #fingers = new Map<number, Point>();

  /** @param context what is true at the moment; asked whenever something happens */
  constructor(context: () => InteractionContext) {
    this.#context = context;
    this.#tools = {
      context,
      prompts: () => this.#prompts,
      setPrompts: (prompts, tell = true) => {
        this.#prompts = prompts;
        if (tell) context().onPrompts(prompts);
      },
      finish: () => this.finish(),
      snaps: () => this.#snaps,
    };
  }

  /** For the element that holds the canvas. */
  readonly handlers = {
    onPointerDown: (event: PointerInput) => this.#down(event),
    onPointerMove: (event: PointerInput) => this.#move(event),
    onPointerUp: ({ pointerType, pointerId }: PointerInput) => {
      if (pointerType === 'touch' && !this.#fingers.has(pointerId)) return;
      const { stage } = this.#context();
      if (!this.#liftFinger(pointerId) && stage) this.#end(stage);
    },
    onPointerCancel: ({ pointerId }: PointerInput) => {
      if (!this.#liftFinger(pointerId)) this.#gesture = null;
    },
    onPointerLeave: () => {
      if (!this.#gesture)
        this.#context().pointer.setState({ position: null, region: null, annotation: null });
    },
    onDoubleClick: (event: DoubleClick) => {
      const { stage, tool } = this.#context();
      if (!stage || tool !== 'pan') return;
      const at = placeIn(event.currentTarget, event);
      changeView((view) => (view.kind === 'fit' ? actualSizeAt(view, stage, at) : { kind: 'fit' }));
    },
  };

  /** The wheel was turned, or two fingers pinched on a touchpad. */
  wheel(at: Point, { deltaY, deltaMode, ctrlKey }: WheelEvent): void {
    const { stage } = this.#context();
    if (!stage) return;
    const pixels = deltaMode === 1 ? deltaY * 33 : deltaY;
    const { zoom, most } = ctrlKey ? TOUCHPAD : WHEEL;
    const factor = Math.exp(-Math.min(Math.max(pixels, -most), most) * zoom);
    changeView((view) => zoomAt(view, stage, at, factor));
    this.#hover(at, stage, false);
  }

  /** Moves the keyboard's cross by CSS pixels. */
  nudge(dx: number, dy: number): void {
    const { stage } = this.#context();
    if (!stage) return;
    const { width, height } = stage.screen;
    const from = this.#cursor ?? { x: width / 2, y: height / 2 };
    this.#cursor = clampTo({ width, height }, { x: from.x + dx, y: from.y + dy });
    this.#snaps = false;
    this.#follow(this.#cursor, stage);
    this.#hover(this.#cursor, stage, true);
  }

  /**
   * Does at the keyboard's cross what a click there would; a second one at the same place finishes.
   * @param snaps as with Shift held
   */
  press(snaps = false): void {
    const { stage, tool } = this.#context();
    const at = this.#cursor;
    if (!stage || !at) return;
    this.#snaps = snaps;
    if (this.#pressedAt && at.x === this.#pressedAt.x && at.y === this.#pressedAt.y && this.finish()) {
      this.#pressedAt = null;
      return;
    }
    this.#pressedAt = at;
    if (this.#gesture) {
      this.#end(stage);
      return;
    }
    this.#begin(at, stage, false);
    if (tool !== 'box' && tool !== 'rectangle') this.#end(stage);
  }

  /** Closes a polygon, ends brush strokes, sets the end of a ruler. @returns false when there is nothing to finish */
  finish(): boolean {
    const { stage, pointer, onDrawn } = this.#context();
    const { drawing } = pointer.getState();
    if (stage && drawing?.kind === 'ruler') {
      const ruler = fixedRuler(drawing, stage);
      if (ruler) pointer.setState({ drawing: ruler });
      return ruler !== null;
    }
    const area = stage && drawing && finishedArea(drawing, stage.image);
    if (!area) return false;
    pointer.setState({ drawing: null });
    if (area.length > 0) onDrawn(area);
    return true;
  }

  /** Takes back the last corner or stroke, else the last point. @returns false when there is nothing */
  removeLast(): boolean {
    const { pointer, tool } = this.#context();
    const { drawing } = pointer.getState();
    const rest = drawing ? withoutLast(drawing) : undefined;
    if (rest !== undefined) {
      pointer.setState({ drawing: rest });
      return true;
    }
    const prompts = this.#prompts;
    const isPointTool = tool === 'point-positive' || tool === 'point-negative';
    if (!isPointTool || !prompts || prompts.points.length === 0) return false;
    this.#tools.setPrompts(withoutPoint(prompts, prompts.points.length - 1));
    return true;
  }

  /** Another image: what was begun ends. Fingers that pinch go on: the view is the same for every image. */
  drop(): void {
    if (this.#gesture?.kind !== 'pinch') this.#gesture = null;
    this.#pressedAt = null;
  }

  /** The prompts as they are known outside; those of a point that is being dragged are newer. */
  takePrompts(prompts: SamPrompts | null): void {
    if (this.#gesture?.kind !== 'point') this.#prompts = prompts;
  }

  #down(event: PointerInput): void {
    const { stage, pointer } = this.#context();
    if (!stage || event.button === 2) return;
    const at = placeIn(event.currentTarget, event);
    this.#snaps = event.shiftKey;
    if (event.pointerType === 'touch' && this.#fingers.size < 2) {
      this.#fingers.set(event.pointerId, at);
      if (this.#fingers.size === 2) {
        event.currentTarget.setPointerCapture(event.pointerId);
        this.#beginPinch();
        return;
      }
    }
    if (this.#gesture) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    this.#hover(at, stage, false);
    this.#untouched = { drawing: pointer.getState().drawing, prompts: this.#prompts };
    if (event.button === 1) {
      // Else Chromium begins to scroll by itself.
      event.preventDefault();
      this.#gesture = pan(this.#context, at, { selects: false });
    } else this.#begin(at, stage, event.altKey);
  }

  #move(event: PointerInput): void {
    const { stage } = this.#context();
    if (!stage) return;
    const at = placeIn(event.currentTarget, event);
    const isFinger = this.#fingers.has(event.pointerId);
    if (this.#gesture?.kind === 'pinch') {
      if (isFinger) this.#pinch(event.pointerId, at, stage);
      return;
    }
    if (event.pointerType === 'touch' && !isFinger) return;
    if (isFinger) this.#fingers.set(event.pointerId, at);
    this.#cursor = at;
    this.#snaps = event.shiftKey;
    this.#follow(at, stage);
    this.#hover(at, stage, false);
  }

  #begin(at: Point, stage: ViewerStage, alt: boolean): void {
    this.#gesture = beginGesture(this.#tools, at, stage, alt);
  }

  /** Takes what was begun to a place; between its two presses a ruler's end goes along by itself. */
  #follow(at: Point, stage: ViewerStage): void {
    this.#gesture?.move(at, stage);
    if (!this.#gesture && this.#context().tool === 'ruler')
      stretchRuler(this.#tools, toImage(currentViewport(stage), at), stage);
  }

  #end(stage: ViewerStage): void {
    this.#gesture?.end(stage);
    this.#gesture = null;
  }

  /** Says what is at the pointer. */
  #hover(at: Point, stage: ViewerStage, byKeyboard: boolean): void {
    const { regions, annotations, pointer, scoreAt, tool } = this.#context();
    const place = toImage(currentViewport(stage), at);
    const { width, height } = stage.image;
    const isInside = place.x >= 0 && place.y >= 0 && place.x < width && place.y < height;
    const areas = annotations.map((annotation) => ({
      id: annotation.id,
      polygons: annotatedArea(annotation, regions),
    }));
    const looks = isInside && tool === 'pan';
    pointer.setState({
      position: isInside || byKeyboard ? { ...place, score: scoreAt(place) } : null,
      byKeyboard,
      region: looks ? (shapeAt(regions, place)?.index ?? null) : null,
      annotation: looks ? (shapeAt(areas, place)?.id ?? null) : null,
    });
  }

  #beginPinch(): void {
    const before = this.#untouched;
    if (before && this.#gesture?.kind !== 'pinch') {
      this.#context().pointer.setState({ drawing: before.drawing, dragged: null });
      if (this.#gesture?.kind === 'point') this.#prompts = before.prompts;
      else if (this.#prompts !== before.prompts) this.#tools.setPrompts(before.prompts);
    }
    this.#gesture = { kind: 'pinch', move() {}, end() {} };
  }

  #pinch(id: number, at: Point, stage: ViewerStage): void {
    const before = [...this.#fingers.values()] as unknown as Pinch;
    this.#fingers.set(id, at);
    const after = [...this.#fingers.values()] as unknown as Pinch;
    changeView((view) => pinched(view, stage, before, after));
  }

  /** @returns true when the finger was part of a pinch: what is left of it only moves the image */
  #liftFinger(id: number): boolean {
    if (!this.#fingers.delete(id) || this.#gesture?.kind !== 'pinch') return false;
    const [rest] = this.#fingers.values();
    this.#gesture = rest ? pan(this.#context, rest, { selects: false, moved: true }) : null;
    return true;
  }
}
