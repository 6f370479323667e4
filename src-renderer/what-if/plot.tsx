import type { ReactNode } from 'react';
import { useFormat } from '../ui/use-format.ts';
import { countTicks, heightOf } from './thresholds.ts';
import classes from './what-if.module.css';

const SCORES = [0, 0.2, 0.4, 0.6, 0.8, 1];

/** Axes: scores 0..1 to the right, counts upwards. What is inside fills the area between them. */
export function Plot({
  top,
  isLog = false,
  label,
  className,
  children,
}: {
  /** Highest count. */
  readonly top: number;
  readonly isLog?: boolean;
  readonly label: string;
  readonly className: string | undefined;
  readonly children: ReactNode;
}) {
  const format = useFormat();
  return (
    <fieldset className={`${classes.plot} ${className ?? ''}`} aria-label={label}>
      <div className={classes.counts} aria-hidden>
        {countTicks(top, isLog).map((count) => (
          <span key={count} style={{ bottom: `${heightOf(count, top, isLog) * 100}%` }}>
            {format.count(count)}
          </span>
        ))}
      </div>
      <div className={classes.area}>{children}</div>
      <div className={classes.axis} aria-hidden>
        {SCORES.map((score) => (
          <span key={score} style={{ left: `${score * 100}%` }}>
            {score}
          </span>
        ))}
      </div>
    </fieldset>
  );
}
