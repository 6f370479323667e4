import type { ReactNode, RefCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { Interaction } from './interaction.ts';
import classes from './viewer-canvas.module.css';
import type { Tool } from './viewer-props.ts';

/** The element that holds the canvases and takes pointer and arrow keys. */
export function ViewerCanvas({
  holderRef,
  tool,
  interaction,
  name,
  description,
  scene,
  children,
}: {
  readonly holderRef: RefCallback<HTMLDivElement>;
  readonly tool: Tool;
  readonly interaction: Interaction;
  /** What the canvas is called, and what its keys do; left out: the image. */
  readonly name?: string;
  /** What is read out instead of the picture. */
  readonly description: string;
  readonly scene: ReactNode;
  /** What follows the pointer. */
  readonly children?: ReactNode;
}) {
  const { t } = useTranslation('viewer');
  return (
    <div
      ref={holderRef}
      className={classes.canvas}
      data-tool={tool}
      role="application"
      aria-label={name ?? t('canvas')}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys move what is on the focused canvas
      tabIndex={0}
      {...interaction.handlers}
    >
      <div role="img" aria-label={description} className={classes.scene}>
        {scene}
      </div>
      {children}
    </div>
  );
}
