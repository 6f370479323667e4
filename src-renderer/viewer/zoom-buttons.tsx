import { IconArrowsMaximize, IconMinus, IconPlus } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { ActionButton } from '../keys/action-button.tsx';
import type { ViewerStage } from './viewport.ts';
import { actualSize, fit, zoomIn, zoomOut } from './zoom-actions.ts';
import classes from './zoom-buttons.module.css';

/** What is between zooming out and in stands between their buttons. */
export function ZoomButtons({
  stage,
  children,
}: {
  readonly stage: ViewerStage | null;
  readonly children?: ReactNode;
}) {
  const at = { context: { stage }, side: 'top' } as const;
  return (
    <div className={classes.zoom}>
      <ActionButton {...at} action={zoomOut} icon={<IconMinus size={15} />} />
      {children}
      <ActionButton {...at} action={zoomIn} icon={<IconPlus size={15} />} />
      <ActionButton {...at} action={fit} icon={<IconArrowsMaximize size={16} stroke={1.7} />} />
      <ActionButton {...at} action={actualSize} icon={<span className={classes.oneToOne}>1:1</span>} />
    </div>
  );
}
