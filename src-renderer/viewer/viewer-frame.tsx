import type { MouseEvent, ReactNode } from 'react';
import classes from './viewer-frame.module.css';
import { ViewerPane } from './viewer-pane.tsx';

/** A viewer from top to bottom: bar, tools beside the canvas with what floats over it, status. */
export function ViewerFrame({
  header,
  opinions,
  tools,
  label,
  canvas,
  over,
  beside,
  footer,
}: {
  readonly header?: ReactNode;
  /** Below the header, where there is something to show. */
  readonly opinions?: ReactNode;
  readonly tools?: ReactNode;
  /** What the canvas is called, where another one is beside it. */
  readonly label?: ReactNode;
  readonly canvas: ReactNode;
  readonly over: ReactNode;
  /** A pane with another canvas. */
  readonly beside?: ReactNode;
  readonly footer: ReactNode;
}) {
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it does nothing itself, it only leaves the focus alone
    <div className={classes.viewer} onMouseDown={keepFocus}>
      {header && <header className={classes.header}>{header}</header>}
      {opinions && <div className={classes.opinions}>{opinions}</div>}
      <div className={classes.body}>
        {tools}
        <ViewerPane label={label} canvas={canvas} over={over} />
        {beside}
      </div>
      <footer className={classes.footer}>{footer}</footer>
    </div>
  );
}

/** A button that is clicked leaves the focus where it is: the next Space shows the bare image and presses no button. */
function keepFocus(event: MouseEvent): void {
  if (event.target instanceof Element && event.target.closest('button')) event.preventDefault();
}
