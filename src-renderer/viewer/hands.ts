import type { PointerEvent } from 'react';
import type { Annotation } from '../../src-shared/annotation.ts';
import type { SamPrompts } from '../../src-shared/contract/review.ts';
import type { Point, Polygon, Region } from '../../src-shared/result.ts';
import { strokedPolygons } from './brush.ts';
import { annotatedArea, boxBetween, boxPolygon, clampTo, ringThrough, shapeAt } from './geometry.ts';
import { pointAt, withBox, withoutPoint, withPoint, withPointAt } from './prompt-editing.ts';
import type { Draft, ScratchStore } from './scratch.ts';
import { useViewSettings } from './view-settings.ts';
import type { Tool } from './viewer-props.ts';
import {
  actualSizeAt,
  type Pinch,
  panBy,
  pinched,
  type Stage,
  toImage,
  viewportOf,
  zoomAt,
} from './viewport.ts';

/** CSS pixels within which a press is a click, a corner is met, a point is grabbed. */
const CLICK = 4;
const GRAB = 10;
/** Zoom per CSS pixel of the wheel, and the most pixels that one event counts for. */
const WHEEL = { zoom: 0.0018, most: 300 };
/** A pinch on a touchpad comes as small wheel movements with Ctrl; a real wheel with Ctrl must not leap. */
const TOUCHPAD = { zoom: 0.009, most: 40 };

export interface PointerContext {
  readonly imageId: number;
  /** Null while the size of the image is not known. */
  readonly stage: Stage | null;
  readonly tool: Tool;
  readonly regions: readonly Region[];
  readonly annotations: readonly Annotation[];
  readonly selectedRegion: number | null;
  readonly selectedAnnotation: number | null;
  /** Prompts that points are added to; null: none yet. */
  readonly prompts: SamPrompts | null;
  readonly scratch: ScratchStore;
  scoreAt(at: Point): number | null;
  onPrompts(prompts: SamPrompts | null): void;
  onDrawn(polygons: readonly Polygon[]): void;
  onSelectRegion(index: number | null): void;
  onSelectAnnotation(id: number | null): void;
}

type Gesture =
  | { readonly kind: 'pan'; readonly from: Point; last: Point; moved: boolean; readonly selects: boolean }
  | { readonly kind: 'point'; readonly index: number }
  | { readonly kind: 'corner' }
  | { readonly kind: 'stroke' }
  | { readonly kind: 'pinch' };

/** What pointer and keyboard do on the image, by the tool in hand. Places are CSS pixels of the canvas. */
export interface Hands {
  /** For the element that holds the canvas. */
  readonly handlers: {
    onPointerDown(event: PointerEvent<HTMLElement>): void;
    onPointerMove(event: PointerEvent<HTMLElement>): void;
    onPointerUp(event: PointerEvent<HTMLElement>): void;
    onPointerCancel(event: PointerEvent<HTMLElement>): void;
    onPointerLeave(): void;
    onDoubleClick(event: { clientX: number; clientY: number; currentTarget: HTMLElement }): void;
  };
  /** Moves the keyboard's cursor by CSS pixels. */
  nudge(dx: number, dy: number): void;
  /** Does at the keyboard's cursor what a click there would; a second one at the same place finishes. */
  press(): void;
  /** Closes a polygon, ends brush strokes. @returns false when there is nothing to finish */
  finish(): boolean;
  /** Takes back the last corner or stroke, else the last point. @returns false when there is nothing */
  removeLast(): boolean;
}

/** CSS pixels of the element. */
export function placeIn(element: HTMLElement, event: { clientX: number; clientY: number }): Point {
  const { left, top } = element.getBoundingClientRect();
  return { x: event.clientX - left, y: event.clientY - top };
}

/** Hands for what `context` says at the moment. */
export function createHands(context: () => PointerContext) {
  let gesture: Gesture | null = null;
  let prompts: SamPrompts | null = null;
  let cursor: Point | null = null;
  let pressedAt: Point | null = null;
  /** What the present press began with: a second finger makes it a pinch that never was a press. */
  let untouched: { readonly draft: Draft | null; readonly prompts: SamPrompts | null } | null = null;
  /** Fingers on the canvas by pointer id; those beyond two don't count. */
  const fingers = new Map<number, Point>();

  const viewport = (stage: Stage) => viewportOf(useViewSettings.getState().view, stage);
  const draft = () => context().scratch.getState().draft;
  const setDraft = (next: Draft | null) => context().scratch.setState({ draft: next });
  const changePrompts = (next: SamPrompts | null) => {
    // Kept here as well: a second click may come before the first one's prompts are back as a prop.
    prompts = next;
    context().onPrompts(next);
  };

  function hover(at: Point, stage: Stage, byKeyboard: boolean) {
    const { regions, annotations, scratch, scoreAt, tool } = context();
    const place = toImage(viewport(stage), at);
    const inside =
      place.x >= 0 && place.y >= 0 && place.x < stage.image.width && place.y < stage.image.height;
    const areas = annotations.map((annotation) => ({
      id: annotation.id,
      polygons: annotatedArea(annotation, regions),
    }));
    const looks = inside && tool === 'pan';
    scratch.setState({
      place: inside || byKeyboard ? { ...place, score: scoreAt(place) } : null,
      byKeyboard,
      region: looks ? (shapeAt(regions, place)?.index ?? null) : null,
      annotation: looks ? (shapeAt(areas, place)?.id ?? null) : null,
    });
  }

  function select() {
    const { scratch, onSelectRegion, onSelectAnnotation, selectedRegion, selectedAnnotation } = context();
    const { region, annotation } = scratch.getState();
    if (region !== selectedRegion) onSelectRegion(region);
    if (annotation !== selectedAnnotation) onSelectAnnotation(annotation);
  }

  function begin(at: Point, stage: Stage, alt: boolean) {
    const { tool, regions, selectedRegion, scratch } = context();
    const { scale } = viewport(stage);
    const place = toImage(viewport(stage), at);
    const inImage = clampTo(stage.image, place);
    const isInside = inImage.x === place.x && inImage.y === place.y;
    switch (tool) {
      case 'pan':
        gesture = { kind: 'pan', from: at, last: at, moved: false, selects: true };
        return;
      case 'point-positive':
      case 'point-negative': {
        const index = prompts ? pointAt(prompts, place, GRAB / scale) : -1;
        if (index >= 0 && alt) changePrompts(withoutPoint(prompts!, index));
        else if (index >= 0) gesture = { kind: 'point', index };
        else if (isInside) changePrompts(withPoint(prompts, place, tool === 'point-positive' ? 1 : 0));
        return;
      }
      case 'box':
      case 'rectangle':
        gesture = { kind: 'corner' };
        setDraft({ kind: tool, from: inImage, to: inImage });
        return;
      case 'polygon': {
        const now = draft();
        const points = now?.kind === 'polygon' ? now.points : [];
        const meets = (point: Point | undefined, reach: number) =>
          point && Math.hypot(point.x - inImage.x, point.y - inImage.y) * scale <= reach;
        if (points.length >= 3 && (meets(points[0], GRAB) || meets(points.at(-1), CLICK))) finish();
        else if (!meets(points.at(-1), CLICK)) setDraft({ kind: 'polygon', points: [...points, inImage] });
        return;
      }
      case 'brush':
      case 'eraser': {
        const now = draft();
        // Without strokes the eraser takes from the region that is selected.
        const base =
          regions.find(({ index }) => index === selectedRegion && tool === 'eraser')?.polygons ?? [];
        const before = now?.kind === 'strokes' ? now : { kind: 'strokes' as const, base, strokes: [] };
        const radius = useViewSettings.getState().brush / 2 / scale;
        const stroke = { points: [place], radius, erase: tool === 'eraser' };
        gesture = { kind: 'stroke' };
        scratch.setState({ draft: { ...before, strokes: [...before.strokes, stroke] } });
        return;
      }
    }
  }

  function move(at: Point, stage: Stage) {
    const place = clampTo(stage.image, toImage(viewport(stage), at));
    const now = draft();
    if (gesture?.kind === 'pan') {
      gesture.moved ||= Math.hypot(at.x - gesture.from.x, at.y - gesture.from.y) >= CLICK;
      if (!gesture.moved) return;
      const { view, set } = useViewSettings.getState();
      set({ view: panBy(view, stage, at.x - gesture.last.x, at.y - gesture.last.y) });
      gesture.last = at;
    } else if (gesture?.kind === 'point' && prompts) {
      // Shown at once, told when the point is let go: SAM need not answer to every pixel of the way.
      prompts = withPointAt(prompts, gesture.index, place);
      context().scratch.setState({ dragged: prompts });
    } else if (gesture?.kind === 'corner' && (now?.kind === 'box' || now?.kind === 'rectangle')) {
      setDraft({ ...now, to: place });
    } else if (gesture?.kind === 'stroke' && now?.kind === 'strokes') {
      const stroke = now.strokes.at(-1)!;
      const points = [...stroke.points, toImage(viewport(stage), at)];
      setDraft({ ...now, strokes: [...now.strokes.slice(0, -1), { ...stroke, points }] });
    }
  }

  function end(stage: Stage) {
    const now = draft();
    if (gesture?.kind === 'pan' && gesture.selects && !gesture.moved) select();
    if (gesture?.kind === 'corner' && (now?.kind === 'box' || now?.kind === 'rectangle')) {
      const box = boxBetween(now.from, now.to, stage.image);
      const isMeant = Math.max(box.width, box.height) * viewport(stage).scale >= CLICK;
      setDraft(null);
      if (isMeant && now.kind === 'box') changePrompts(withBox(prompts, box));
      else if (isMeant) context().onDrawn([boxPolygon(box)]);
    }
    if (gesture?.kind === 'point' && context().scratch.getState().dragged) {
      context().scratch.setState({ dragged: null });
      changePrompts(prompts);
    }
    gesture = null;
  }

  function beginPinch() {
    if (untouched && gesture?.kind !== 'pinch') {
      setDraft(untouched.draft);
      context().scratch.setState({ dragged: null });
      if (gesture?.kind === 'point') prompts = untouched.prompts;
      else if (prompts !== untouched.prompts) changePrompts(untouched.prompts);
    }
    gesture = { kind: 'pinch' };
  }

  function pinch(id: number, at: Point, stage: Stage) {
    const before = [...fingers.values()] as unknown as Pinch;
    fingers.set(id, at);
    const { view, set } = useViewSettings.getState();
    set({ view: pinched(view, stage, before, [...fingers.values()] as unknown as Pinch) });
  }

  /** @returns true when the finger was part of a pinch: what is left of it only moves the image */
  function liftFinger(id: number): boolean {
    if (!fingers.delete(id) || gesture?.kind !== 'pinch') return false;
    const [rest] = fingers.values();
    gesture = rest ? { kind: 'pan', from: rest, last: rest, moved: true, selects: false } : null;
    return true;
  }

  function finish(): boolean {
    const { stage, onDrawn } = context();
    const now = draft();
    if (!stage || !now) return false;
    if (now.kind === 'polygon') {
      if (now.points.length < 3) return false;
      setDraft(null);
      onDrawn([ringThrough(now.points)]);
      return true;
    }
    if (now.kind !== 'strokes') return false;
    setDraft(null);
    const polygons = strokedPolygons(now.base, now.strokes, stage.image);
    if (polygons.length > 0) onDrawn(polygons);
    return true;
  }

  function removeLast(): boolean {
    const now = draft();
    if (now?.kind === 'polygon') {
      const points = now.points.slice(0, -1);
      setDraft(points.length > 0 ? { ...now, points } : null);
      return true;
    }
    if (now?.kind === 'strokes') {
      const strokes = now.strokes.slice(0, -1);
      setDraft(strokes.length > 0 ? { ...now, strokes } : null);
      return true;
    }
    const isPointTool = context().tool === 'point-positive' || context().tool === 'point-negative';
    if (!isPointTool || !prompts || prompts.points.length === 0) return false;
    changePrompts(withoutPoint(prompts, prompts.points.length - 1));
    return true;
  }

  function capture({ currentTarget, pointerId }: PointerEvent<HTMLElement>) {
    currentTarget.setPointerCapture(pointerId);
  }

  return {
    handlers: {
      onPointerDown(event: PointerEvent<HTMLElement>) {
        const { stage } = context();
        if (!stage || event.button === 2) return;
        const at = placeIn(event.currentTarget, event);
        if (event.pointerType === 'touch' && fingers.size < 2) {
          fingers.set(event.pointerId, at);
          if (fingers.size === 2) {
            capture(event);
            return beginPinch();
          }
        }
        if (gesture) return;
        capture(event);
        hover(at, stage, false);
        untouched = { draft: draft(), prompts };
        if (event.button === 1) {
          // Else Chromium begins to scroll by itself.
          event.preventDefault();
          gesture = { kind: 'pan', from: at, last: at, moved: false, selects: false };
        } else begin(at, stage, event.altKey);
      },
      onPointerMove(event: PointerEvent<HTMLElement>) {
        const { stage } = context();
        if (!stage) return;
        const at = placeIn(event.currentTarget, event);
        const isFinger = fingers.has(event.pointerId);
        if (gesture?.kind === 'pinch') {
          if (isFinger) pinch(event.pointerId, at, stage);
          return;
        }
        if (event.pointerType === 'touch' && !isFinger) return;
        if (isFinger) fingers.set(event.pointerId, at);
        cursor = at;
        move(at, stage);
        hover(at, stage, false);
      },
      onPointerUp(event: PointerEvent<HTMLElement>) {
        const { stage } = context();
        if (event.pointerType === 'touch' && !fingers.has(event.pointerId)) return;
        if (!liftFinger(event.pointerId) && stage) end(stage);
      },
      onPointerCancel({ pointerId }: PointerEvent<HTMLElement>) {
        if (!liftFinger(pointerId)) gesture = null;
      },
      onPointerLeave() {
        if (!gesture) context().scratch.setState({ place: null, region: null, annotation: null });
      },
      onDoubleClick(event: { clientX: number; clientY: number; currentTarget: HTMLElement }) {
        const { stage, tool } = context();
        if (!stage || tool !== 'pan') return;
        const { view, set } = useViewSettings.getState();
        const at = placeIn(event.currentTarget, event);
        set({ view: view.kind === 'fit' ? actualSizeAt(view, stage, at) : { kind: 'fit' } });
      },
    },
    wheel(at: Point, { deltaY, deltaMode, ctrlKey }: WheelEvent) {
      const { stage } = context();
      if (!stage) return;
      const pixels = deltaMode === 1 ? deltaY * 33 : deltaY;
      const { zoom, most } = ctrlKey ? TOUCHPAD : WHEEL;
      const factor = Math.exp(-Math.min(Math.max(pixels, -most), most) * zoom);
      const { view, set } = useViewSettings.getState();
      set({ view: zoomAt(view, stage, at, factor) });
      hover(at, stage, false);
    },
    nudge(dx: number, dy: number) {
      const { stage } = context();
      if (!stage) return;
      const { width, height } = stage.screen;
      const from = cursor ?? { x: width / 2, y: height / 2 };
      cursor = clampTo({ width, height }, { x: from.x + dx, y: from.y + dy });
      move(cursor, stage);
      hover(cursor, stage, true);
    },
    press() {
      const { stage, tool } = context();
      if (!stage || !cursor) return;
      if (pressedAt && cursor.x === pressedAt.x && cursor.y === pressedAt.y && finish()) {
        pressedAt = null;
        return;
      }
      pressedAt = cursor;
      if (gesture) return end(stage);
      begin(cursor, stage, false);
      if (tool !== 'box' && tool !== 'rectangle') end(stage);
    },
    finish,
    removeLast,
    drop() {
      // Fingers that pinch go on doing so: the view is the same for every image.
      if (gesture?.kind !== 'pinch') gesture = null;
      pressedAt = null;
    },
    takePrompts(next: SamPrompts | null) {
      if (gesture?.kind !== 'point') prompts = next;
    },
  };
}
