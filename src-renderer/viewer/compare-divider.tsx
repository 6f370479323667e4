import { IconArrowsHorizontal } from '@tabler/icons-react';
import type { KeyboardEvent, PointerEvent } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './compare-divider.module.css';
import { useSettings } from './view-settings.ts';

/** Between the bare image and the one with everything over it: dragged, or moved with the arrow keys. */
export function CompareDivider() {
  const { t } = useTranslation('viewer');
  const { divider, set } = useSettings('divider', 'set');
  const move = (to: number) => set({ divider: Math.min(Math.max(to, 0.02), 0.98) });
  const drag = (event: PointerEvent<HTMLElement>) => {
    if (event.buttons !== 1) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const { left, width } = event.currentTarget.parentElement!.getBoundingClientRect();
    move((event.clientX - left) / width);
  };
  const press = (event: KeyboardEvent) => {
    const step = event.shiftKey ? 0.1 : 0.02;
    if (event.key === 'ArrowLeft') move(divider - step);
    else if (event.key === 'ArrowRight') move(divider + step);
    else if (event.key === 'Home') move(0);
    else if (event.key === 'End') move(1);
    else return;
    event.preventDefault();
  };
  return (
    <>
      <span className={classes.side} style={{ right: `calc(${(1 - divider) * 100}% + 14px)` }}>
        {t('compare.left')}
      </span>
      <span className={classes.side} style={{ left: `calc(${divider * 100}% + 14px)` }}>
        {t('compare.right')}
      </span>
      <div
        className={classes.divider}
        style={{ left: `${divider * 100}%` }}
        role="slider"
        tabIndex={0}
        aria-label={t('compare.divider')}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(divider * 100)}
        onPointerDown={drag}
        onPointerMove={drag}
        onKeyDown={press}
      >
        <span className={classes.grip}>
          <IconArrowsHorizontal size={14} stroke={2} />
        </span>
      </div>
    </>
  );
}
