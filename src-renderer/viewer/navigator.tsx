import { type PointerEvent, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Box } from '../../src-shared/geometry.ts';
import classes from './navigator.module.css';
import { pictures } from './pictures.ts';
import { useResource } from './use-resource.ts';
import { changeView, useViewport } from './view-settings.ts';
import { centredOn, type ViewerStage, visibleBox } from './viewport.ts';

interface NavigatorProps {
  /** Null: the picture is not shown. */
  readonly thumbnail: string | null;
  readonly stage: ViewerStage;
}

/** CSS pixels of the longer side. */
const LONGEST = 148;

/** The whole image in small, with the part that is on the screen; dragging moves it. Not there while all is seen. */
export function Navigator({ thumbnail, stage }: NavigatorProps) {
  const visible = visibleBox(useViewport(stage), stage);
  const { width, height } = stage.image;
  if (visible.width === width && visible.height === height) return null;
  return <Overview thumbnail={thumbnail} stage={stage} visible={visible} />;
}

function Overview({ thumbnail, stage, visible }: NavigatorProps & { readonly visible: Box }) {
  const { t } = useTranslation('viewer');
  const canvas = useRef<HTMLCanvasElement>(null);
  const picture = useResource(pictures, thumbnail);
  const { image, ratio } = stage;
  const scale = LONGEST / Math.max(image.width, image.height);
  const width = Math.max(image.width * scale, 24);
  const height = Math.max(image.height * scale, 24);
  useEffect(() => {
    const target = canvas.current;
    if (!target) return;
    target.width = Math.round(width * ratio);
    target.height = Math.round(height * ratio);
    if (picture) target.getContext('2d')!.drawImage(picture, 0, 0, target.width, target.height);
  }, [picture, width, height, ratio]);
  const part = (value: number, whole: number) => `${(100 * value) / whole}%`;
  const go = (event: PointerEvent<HTMLElement>) => {
    if (event.buttons !== 1) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const { left, top } = event.currentTarget.getBoundingClientRect();
    const centre = { x: (event.clientX - left) / width, y: (event.clientY - top) / height };
    changeView((view) => centredOn(view, stage, centre));
  };
  return (
    <div
      className={classes.navigator}
      style={{ width, height }}
      role="img"
      aria-label={t('navigator.about')}
      onPointerDown={go}
      onPointerMove={go}
    >
      <canvas ref={canvas} />
      <div
        className={classes.window}
        style={{
          left: part(visible.x, image.width),
          top: part(visible.y, image.height),
          width: part(visible.width, image.width),
          height: part(visible.height, image.height),
        }}
      />
    </div>
  );
}
