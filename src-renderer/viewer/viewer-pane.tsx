import type { ReactNode } from 'react';
import classes from './viewer-frame.module.css';

/** A canvas with what floats over it, and what it is called where there are two. */
export function ViewerPane({
  label,
  canvas,
  over,
}: {
  readonly label?: ReactNode;
  readonly canvas: ReactNode;
  readonly over: ReactNode;
}) {
  return (
    <div className={classes.pane}>
      {label}
      <div className={classes.held}>
        {canvas}
        <div className={classes.over}>{over}</div>
      </div>
    </div>
  );
}
