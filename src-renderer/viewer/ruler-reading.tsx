import type { Scale } from '../../src-shared/scale.ts';
import { useSizeText } from '../ui/size-text.ts';
import { type PointerStore, usePointer } from './pointer-state.ts';
import { rulerLength } from './ruler.ts';
import classes from './ruler-reading.module.css';
import { useViewport } from './view-settings.ts';
import { toScreen, type ViewerStage } from './viewport.ts';

/** CSS pixels kept free at the edges of the screen. */
const EDGE = { x: 90, y: 20 };

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
  // Above a line that lies, beside one that stands.
  const lies = Math.abs(to.x - from.x) >= Math.abs(to.y - from.y);
  const x = within((from.x + to.x) / 2 + (lies ? 0 : 84), EDGE.x, width);
  const y = within((from.y + to.y) / 2 - (lies ? 22 : 0), EDGE.y, height);
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
