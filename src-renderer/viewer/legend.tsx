import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { scoreColour } from '../../src-shared/colour-map.ts';
import { spreadLabels } from './label-layout.ts';
import classes from './legend.module.css';
import { type PointerStore, usePointer } from './pointer-state.ts';

/** CSS pixels. */
const LENGTH = 148;
const LABEL = 15;
const BAR = 10;

const GRADIENT = `linear-gradient(to top, ${Array.from(
  { length: 17 },
  (_, i) => `rgb(${scoreColour(i / 16).join(' ')})`,
).join(', ')})`;

/** The one colour scale of all images, with the thresholds and the value under the pointer marked on it. */
export const Legend = memo(function Legend({
  theta,
  warn,
  reject,
  pointer,
}: {
  readonly theta: number;
  readonly warn: number;
  readonly reject: number;
  readonly pointer: PointerStore;
}) {
  const { t } = useTranslation('viewer');
  const marks = [
    { id: 'theta', value: theta },
    { id: 'warn', value: warn },
    { id: 'reject', value: reject },
  ] as const;
  const wanted = marks.map(({ value }) => (1 - value) * LENGTH);
  const placed = spreadLabels(wanted, LABEL, LENGTH);
  return (
    <figure className={classes.legend} aria-label={t('legend.title')}>
      <svg
        width={124}
        height={LENGTH + 2}
        viewBox={`0 -1 124 ${LENGTH + 2}`}
        role="img"
        aria-label={t('legend.marks', { theta, warn, reject })}
      >
        <foreignObject x={14} y={0} width={BAR} height={LENGTH}>
          <div className={classes.scale} style={{ background: GRADIENT }} />
        </foreignObject>
        <text x={9} y={9} textAnchor="end">
          1
        </text>
        <text x={9} y={LENGTH - 1} textAnchor="end">
          0
        </text>
        {marks.map(({ id, value }, index) => (
          <g key={id} data-mark={id}>
            <path
              d={`M14 ${wanted[index]} h${BAR + 3} L34 ${placed[index]} h3`}
              className={classes.tick}
              data-dashed={id === 'theta' || undefined}
            />
            <text x={40} y={placed[index]! + 4}>
              {t(`legend.${id}`)} {value.toFixed(2)}
            </text>
          </g>
        ))}
        <Pointer pointer={pointer} />
      </svg>
    </figure>
  );
});

function Pointer({ pointer }: { readonly pointer: PointerStore }) {
  const score = usePointer(pointer, (state) => state.position?.score ?? null);
  if (score === null) return null;
  const y = (1 - score) * LENGTH;
  return <path d={`M14 ${y} l-6 -4.5 v9 z`} className={classes.pointer} />;
}
