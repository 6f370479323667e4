import type { Point } from '../../src-shared/geometry.ts';
import classes from './place-mark.module.css';
import { useShownPlace, type ViewerSide } from './shown-place.ts';
import { useViewport } from './view-settings.ts';
import { toScreen, type ViewerStage } from './viewport.ts';

/** Shows the place at which the pointer is on the other side, and what this side's map says there. */
export function PlaceMark({
  side,
  imageId,
  stage,
  scoreOf,
}: {
  /** This side. */
  readonly side: ViewerSide;
  readonly imageId: number;
  readonly stage: ViewerStage;
  /** 0..1; null where there is no score. */
  scoreOf(at: Point): number | null;
}) {
  const viewport = useViewport(stage);
  const place = useShownPlace(({ place }) =>
    place && place.side !== side && place.imageId === imageId ? place : null,
  );
  if (!place) return null;
  const { x, y } = toScreen(viewport, place);
  const score = scoreOf(place);
  return (
    <div className={classes.mark} style={{ transform: `translate(${x}px, ${y}px)` }} aria-hidden>
      {score !== null && (
        <span className={classes.score} data-testid="place-score">
          {score.toFixed(3)}
        </span>
      )}
    </div>
  );
}
