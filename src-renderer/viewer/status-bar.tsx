import { IconArrowsMaximize, IconMinus, IconPlus } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ActionButton } from './action-button.tsx';
import { type PointerStore, usePointer } from './pointer-state.ts';
import { useViewport } from './view-settings.ts';
import classes from './viewer.module.css';
import type { Tool } from './viewer-props.ts';
import type { Size, ViewerStage } from './viewport.ts';

export interface ZoomActions {
  zoomIn(): void;
  zoomOut(): void;
  fit(): void;
  actualSize(): void;
}

/** Where the pointer is and what it meets, what the tool does, and the zoom. */
export function StatusBar({
  stage,
  tool,
  map,
  pointer,
  zoom,
}: {
  readonly stage: ViewerStage | null;
  readonly tool: Tool;
  readonly map: 'coarse' | 'final';
  readonly pointer: PointerStore;
  readonly zoom: ZoomActions;
}) {
  const { t } = useTranslation('viewer');
  return (
    <footer className={classes.status}>
      <div className={classes.reading}>
        <Reading pointer={pointer} image={stage?.image ?? null} map={map} />
      </div>
      <span className={classes.hint} title={t(`hints.${tool}`)}>
        {t(`hints.${tool}`)}
      </span>
      <ZoomButtons zoom={zoom}>
        <output className={classes.percent} aria-label={t('zoom')}>
          {stage ? <Percent stage={stage} /> : '–'}
        </output>
      </ZoomButtons>
    </footer>
  );
}

/** What is between zooming out and in stands between their buttons. */
export function ZoomButtons({
  zoom,
  children,
}: {
  readonly zoom: ZoomActions;
  readonly children?: ReactNode;
}) {
  return (
    <div className={classes.zoom}>
      <ActionButton
        action="viewer.zoom-out"
        side="top"
        icon={<IconMinus size={15} />}
        onClick={zoom.zoomOut}
      />
      {children}
      <ActionButton action="viewer.zoom-in" side="top" icon={<IconPlus size={15} />} onClick={zoom.zoomIn} />
      <ActionButton
        action="viewer.fit"
        side="top"
        icon={<IconArrowsMaximize size={16} stroke={1.7} />}
        onClick={zoom.fit}
      />
      <ActionButton
        action="viewer.actual-size"
        side="top"
        icon={<span className={classes.oneToOne}>1:1</span>}
        onClick={zoom.actualSize}
      />
    </div>
  );
}

/** Device pixels per image pixel. */
function Percent({ stage }: { readonly stage: ViewerStage }) {
  const percent = useViewport(stage).scale * stage.ratio * 100;
  return <>{percent < 10 ? percent.toFixed(1) : Math.round(percent)} %</>;
}

function Reading({
  pointer,
  image,
  map,
}: {
  readonly pointer: PointerStore;
  readonly image: Size | null;
  readonly map: 'coarse' | 'final';
}) {
  const { t } = useTranslation('viewer');
  const position = usePointer(pointer, (state) => state.position);
  if (position) {
    return (
      <>
        <span>
          {Math.floor(position.x)}, {Math.floor(position.y)}
        </span>
        {position.score !== null && (
          <span>
            {t(`reading.${map}`)} <strong>{position.score.toFixed(3)}</strong>
          </span>
        )}
      </>
    );
  }
  return image && <span>{t('reading.size', { width: image.width, height: image.height })}</span>;
}
