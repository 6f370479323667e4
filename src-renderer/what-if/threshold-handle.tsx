import { type KeyboardEvent, type PointerEvent, useRef } from 'react';
import { formatScore } from '../i18n/format.ts';
import { round, type ThresholdName } from './thresholds.ts';
import classes from './what-if.module.css';

const STEP = 0.005;
const LEAP = 0.05;

/** A line over a plot whose width is 0..1: dragged with the pointer, or moved with arrows, Page Up / Down, Home, End. */
export function ThresholdHandle({
  name,
  label,
  value,
  onChange,
}: {
  readonly name: ThresholdName;
  readonly label: string;
  readonly value: number;
  onChange(value: number): void;
}) {
  const handle = useRef<HTMLDivElement>(null);
  const isHeld = useRef(false);
  const follow = ({ clientX }: PointerEvent) => {
    const plot = handle.current?.parentElement?.getBoundingClientRect();
    if (plot && plot.width > 0) onChange(round((clientX - plot.left) / plot.width));
  };
  const press = (event: KeyboardEvent) => {
    const step = event.shiftKey ? LEAP : STEP;
    const targets: Record<string, number> = {
      ArrowRight: value + step,
      ArrowUp: value + step,
      ArrowLeft: value - step,
      ArrowDown: value - step,
      PageUp: value + LEAP,
      PageDown: value - LEAP,
      Home: 0,
      End: 1,
    };
    const to = targets[event.key];
    if (to === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    onChange(round(to));
  };
  return (
    <div
      ref={handle}
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-orientation="horizontal"
      aria-valuemin={0}
      aria-valuemax={1}
      aria-valuenow={value}
      aria-valuetext={formatScore(value)}
      data-threshold={name}
      data-end={value > 0.88 || undefined}
      className={classes.handle}
      style={{ left: `${value * 100}%` }}
      onKeyDown={press}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        isHeld.current = true;
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => isHeld.current && follow(event)}
      onPointerUp={() => {
        isHeld.current = false;
      }}
      onPointerCancel={() => {
        isHeld.current = false;
      }}
    >
      <span className={classes.chip}>
        {label} {formatScore(value)}
      </span>
    </div>
  );
}
