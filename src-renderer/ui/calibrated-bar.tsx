import classes from './calibrated-bar.module.css';

/** A calibrated value, 0..1, as the part of a bar; its middle is as far as the farthest good one. */
export function CalibratedBar({ value }: { readonly value: number }) {
  return (
    <span className={classes.bar} aria-hidden>
      <span style={{ inlineSize: `${value * 100}%` }} />
    </span>
  );
}
