import type { Scale } from '../../src-shared/scale.ts';
import { useSizeText } from '../ui/size-text.ts';
import { type PointerStore, usePointer } from './pointer-state.ts';
import { rulerLength } from './ruler.ts';
import classes from './ruler-reading.module.css';
import { useViewport } from './view-settings.ts';
import { toScreen, type ViewerStage } from './viewport.ts';

/** CSS pixels kept free at the edges of the screen. */
const EDGE = { x: 90, y: 20 };
/** Half of the reading's size with the gap to the line, in CSS pixels. */
const HALF = { width: 84, height: 20 };

/** The length of the ruler beside its middle, on the screen wherever the line goes. */
export function RulerReading({
  stage,
  scale,
  pointer,
}: {
  readonly stage: ViewerStage;
  readonly scale: Scale | null;
  readonly pointer: PointerStore;
}) {
  const text = useSizeText();
  const viewport = useViewport(stage);
  const drawing = usePointer(pointer, (state) => state.drawing);
  if (drawing?.kind !== 'ruler') return null;
  const length = rulerLength(drawing);
  if (length === 0) return null;
  const [from, to] = [toScreen(viewport, drawing.from), toScreen(viewport, drawing.to)];
  const { width, height } = stage.screen;
  const within = (value: number, edge: number, most: number) =>
    Math.min(Math.max(value, edge), Math.max(most - edge, edge));
  // Across the line upwards, or to the right of one that stands, until the box lies beside it.
  const along = Math.max(Math.hypot(to.x - from.x, to.y - from.y), 1e-9);
  const [u, v] = [(to.y - from.y) / along, (from.x - to.x) / along];
  const side = v < 0 || (v === 0 && u > 0) ? 1 : -1;
  const away = side * (Math.abs(u) * HALF.width + Math.abs(v) * HALF.height);
  const x = within((from.x + to.x) / 2 + u * away, EDGE.x, width);
  const y = within((from.y + to.y) / 2 + v * away, EDGE.y, height);
  return (
    <div
      className={classes.reading}
      style={{ transform: `translate(${Math.round(x)}px, ${Math.round(y)}px) translate(-50%, -50%)` }}
      data-testid="ruler-reading"
      aria-hidden
    >
      {text.length(length, scale)}
    </div>
  );
}
