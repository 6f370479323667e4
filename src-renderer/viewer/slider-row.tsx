import { Slider } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './slider-row.module.css';

/** Class of a panel of such rows. */
export const SLIDER_PANEL = classes.panel ?? '';

interface SliderRowProps {
  /** Beside the name, at its left and right. */
  readonly before?: ReactNode;
  readonly after?: ReactNode;
  readonly name: string;
  readonly off?: boolean;
  readonly min: number;
  readonly max: number;
  readonly value: number;
  /** What the slider stands for. */
  readonly percent: number;
  readonly thumbProps: { readonly 'aria-label': string; readonly 'aria-valuetext'?: string };
  onChange(value: number): void;
}

/** A name, a slider, and what it is set to. */
export function SliderRow({ before, after, name, off = false, percent, ...slider }: SliderRowProps) {
  return (
    <div className={classes.row} data-off={off || undefined}>
      {before}
      <span className={classes.name}>{name}</span>
      {after}
      <Slider className={classes.slider} size="xs" step={0.05} label={null} {...slider} />
      <span className={classes.value}>{Math.round(percent)} %</span>
    </div>
  );
}
