import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Histogram } from '../../src-shared/what-if.ts';
import { useFormat } from '../ui/use-format.ts';
import { Plot } from './plot.tsx';
import { ThresholdHandle } from './threshold-handle.tsx';
import { heightOf, type ThresholdName, type TrialThresholds } from './thresholds.ts';
import classes from './what-if.module.css';

/** Image scores of the batch, with the two verdict thresholds as lines to drag. */
export function ScoreHistogram({
  histogram,
  isLog,
  trial,
  onMove,
}: {
  readonly histogram: Histogram<string>;
  readonly isLog: boolean;
  readonly trial: TrialThresholds;
  onMove(name: ThresholdName, value: number): void;
}) {
  const { t } = useTranslation(['what-if', 'app']);
  const top = Math.max(0, ...histogram.bins.map((bin) => bin.reduce((sum, count) => sum + count, 0)));
  return (
    <Plot top={top} isLog={isLog} className={classes.scores} label={t('scores')}>
      <div className={classes.zone} data-verdict="accept" style={{ width: `${trial.warn * 100}%` }} />
      <div
        className={classes.zone}
        data-verdict="warn"
        style={{ left: `${trial.warn * 100}%`, width: `${(trial.reject - trial.warn) * 100}%` }}
      />
      <div
        className={classes.zone}
        data-verdict="reject"
        style={{ left: `${trial.reject * 100}%`, right: 0 }}
      />
      <Bars histogram={histogram} top={top} isLog={isLog} />
      <ThresholdHandle
        name="warn"
        label={t('app:verdict.warn')}
        value={trial.warn}
        onChange={(value) => onMove('warn', value)}
      />
      <ThresholdHandle
        name="reject"
        label={t('app:verdict.reject')}
        value={trial.reject}
        onChange={(value) => onMove('reject', value)}
      />
    </Plot>
  );
}

/** Drawn once per histogram, not with every step of a threshold. */
const Bars = memo(function Bars({
  histogram: { bins, parts },
  top,
  isLog,
}: {
  readonly histogram: Histogram<string>;
  readonly top: number;
  readonly isLog: boolean;
}) {
  const { t } = useTranslation('what-if');
  const format = useFormat();
  return (
    <svg
      className={classes.bars}
      viewBox={`0 0 ${bins.length} 1`}
      preserveAspectRatio="none"
      role="img"
      aria-label={t('scores')}
    >
      {bins.map((bin, index) => {
        const total = bin.reduce((sum, count) => sum + count, 0);
        if (total === 0) return null;
        const height = heightOf(total, top, isLog);
        const range = `${(index / bins.length).toFixed(2)}–${((index + 1) / bins.length).toFixed(2)}`;
        let y = 1;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a bin is its position
          <g key={index}>
            <title>{`${range}: ${format.count(total)}`}</title>
            {bin.map((count, part) => {
              const size = (height * count) / total;
              y -= size;
              return (
                count > 0 && (
                  <rect
                    key={parts[part]}
                    data-part={parts[part]}
                    x={index + 0.08}
                    width={0.84}
                    y={y}
                    height={size}
                  />
                )
              );
            })}
          </g>
        );
      })}
    </svg>
  );
});
