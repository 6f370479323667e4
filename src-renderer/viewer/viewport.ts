import type { Box, Point } from '../../src-shared/geometry.ts';

/** Width and height, in image pixels or CSS pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** An image on a screen, and how many device pixels make a CSS pixel there. */
export interface ViewerStage {
  /** Image pixels. */
  readonly image: Size;
  /** CSS pixels. */
  readonly screen: Size;
  readonly ratio: number;
}

/**
 * What the inspector looks at, relative to the image, so that it means the same for the next one: the whole image,
 * image pixels as device pixels, or a multiple of the scale at which it fits. `centre` is the place of the image
 * (0..1 both ways) in the middle of the screen.
 */
export type View =
  | { readonly kind: 'fit' }
  | { readonly kind: 'actual'; readonly centre: Point }
  | { readonly kind: 'free'; readonly factor: number; readonly centre: Point };

/** A view on a certain screen: CSS pixels per image pixel, and where the image's top left corner lies in CSS pixels. */
export interface Viewport {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

/** CSS pixels left free around an image that fits. */
const MARGIN = 12;
/** Device pixels per image pixel at the deepest zoom. */
const DEEPEST = 48;

/** CSS pixels per image pixel at which the whole image is seen. */
export function fitScale({ image, screen }: ViewerStage): number {
  const across = Math.max(screen.width - 2 * MARGIN, 1) / image.width;
  const down = Math.max(screen.height - 2 * MARGIN, 1) / image.height;
  return Math.min(across, down);
}

/** Smallest and largest scale: from fit (or 1:1 of an image smaller than the screen) to 48 device pixels a pixel. */
export function scaleLimits(stage: ViewerStage): readonly [min: number, max: number] {
  const fit = fitScale(stage);
  return [Math.min(fit, 1 / stage.ratio), Math.max(fit, DEEPEST / stage.ratio)];
}

/** The viewport of a view: scale within its limits, the image kept on the screen. */
export function viewportOf(view: View, stage: ViewerStage): Viewport {
  const fit = fitScale(stage);
  const [min, max] = scaleLimits(stage);
  const wanted = view.kind === 'fit' ? fit : view.kind === 'actual' ? 1 / stage.ratio : fit * view.factor;
  const scale = Math.min(Math.max(wanted, min), max);
  const centre = view.kind === 'fit' ? { x: 0.5, y: 0.5 } : view.centre;
  const { image, screen } = stage;
  return {
    scale,
    x: originAlong(centre.x, image.width * scale, screen.width),
    y: originAlong(centre.y, image.height * scale, screen.height),
  };
}

/**
 * Where the image begins along one axis. An image shorter than the screen is centred; of a longer one an edge may
 * come inwards as far as it reaches beyond the screen, at most a quarter of it: a corner can be looked at, and
 * zooming out brings the image back to the middle without a jump.
 */
function originAlong(centre: number, extent: number, screen: number): number {
  const beyond = (extent - screen) / 2;
  if (beyond <= 0) return -beyond;
  const reach = beyond + Math.min(beyond, screen / 4);
  const offset = Math.min(Math.max((centre - 0.5) * extent, -reach), reach);
  return screen / 2 - extent / 2 - offset;
}

/** The view of a viewport. */
function viewFrom({ scale, x, y }: Viewport, stage: ViewerStage, isActual: boolean): View {
  const { image, screen } = stage;
  const centre = {
    x: (screen.width / 2 - x) / (image.width * scale),
    y: (screen.height / 2 - y) / (image.height * scale),
  };
  return isActual ? { kind: 'actual', centre } : { kind: 'free', factor: scale / fitScale(stage), centre };
}

/** Zooms by a factor; the image place under `at` (CSS pixels) stays where it is. */
export function zoomAt(view: View, stage: ViewerStage, at: Point, factor: number): View {
  const before = viewportOf(view, stage);
  const [min, max] = scaleLimits(stage);
  const scale = Math.min(Math.max(before.scale * factor, min), max);
  const place = toImage(before, at);
  const after = { scale, x: at.x - place.x * scale, y: at.y - place.y * scale };
  return viewFrom(after, stage, false);
}

/** Image pixels as device pixels; the image place under `at` stays where it is. */
export function actualSizeAt(view: View, stage: ViewerStage, at: Point): View {
  const place = toImage(viewportOf(view, stage), at);
  const scale = 1 / stage.ratio;
  return viewFrom({ scale, x: at.x - place.x * scale, y: at.y - place.y * scale }, stage, true);
}

/** Moves the image by CSS pixels. */
export function panBy(view: View, stage: ViewerStage, dx: number, dy: number): View {
  const { scale, x, y } = viewportOf(view, stage);
  const moved = viewFrom({ scale, x: x + dx, y: y + dy }, stage, view.kind === 'actual');
  // Taken back into the limits at once: dragging back must answer from the first pixel on.
  return viewFrom(viewportOf(moved, stage), stage, view.kind === 'actual');
}

/** Brings a place of the image (0..1 both ways) to the middle of the screen. */
export function centredOn(view: View, stage: ViewerStage, centre: Point): View {
  const { scale } = viewportOf(view, stage);
  return view.kind === 'actual'
    ? { kind: 'actual', centre }
    : { kind: 'free', factor: scale / fitScale(stage), centre };
}

/** The view, moved so that a box of the image (image pixels) is in the middle, where nothing of it was in sight. */
export function revealed(view: View, stage: ViewerStage, box: Box): View {
  const seen = visibleBox(viewportOf(view, stage), stage);
  const isSeen =
    box.x < seen.x + seen.width &&
    box.x + box.width > seen.x &&
    box.y < seen.y + seen.height &&
    box.y + box.height > seen.y;
  if (isSeen) return view;
  const { width, height } = stage.image;
  return centredOn(view, stage, {
    x: (box.x + box.width / 2) / width,
    y: (box.y + box.height / 2) / height,
  });
}

/** Two fingers: where they are (CSS pixels). */
export type Pinch = readonly [Point, Point];

/** The view after two fingers moved: it follows their middle and grows with their distance. */
export function pinched(view: View, stage: ViewerStage, before: Pinch, after: Pinch): View {
  const middle = ([a, b]: Pinch) => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
  const distance = ([a, b]: Pinch) => Math.max(Math.hypot(a.x - b.x, a.y - b.y), 1);
  const [from, to] = [middle(before), middle(after)];
  const zoomed = zoomAt(view, stage, from, distance(after) / distance(before));
  return panBy(zoomed, stage, to.x - from.x, to.y - from.y);
}

/** CSS pixels → image pixels. */
export function toImage({ scale, x, y }: Viewport, at: Point): Point {
  return { x: (at.x - x) / scale, y: (at.y - y) / scale };
}

/** Image pixels → CSS pixels. */
export function toScreen({ scale, x, y }: Viewport, at: Point): Point {
  return { x: at.x * scale + x, y: at.y * scale + y };
}

/** The part of the image on the screen, in image pixels. */
export function visibleBox(viewport: Viewport, { image, screen }: ViewerStage): Box {
  const from = toImage(viewport, { x: 0, y: 0 });
  const to = toImage(viewport, { x: screen.width, y: screen.height });
  const x = Math.min(Math.max(from.x, 0), image.width);
  const y = Math.min(Math.max(from.y, 0), image.height);
  return {
    x,
    y,
    width: Math.min(Math.max(to.x, x), image.width) - x,
    height: Math.min(Math.max(to.y, y), image.height) - y,
  };
}
