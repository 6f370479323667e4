import { IconArrowsMaximize, IconMinus, IconPlus } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ActionButton } from './action-button.tsx';
import { type ScratchStore, useScratch } from './scratch.ts';
import { useViewport } from './view-settings.ts';
import classes from './viewer.module.css';
import type { Tool } from './viewer-props.ts';
import type { Size, Stage } from './viewport.ts';

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
  scratch,
  zoom,
}: {
  readonly stage: Stage | null;
  readonly tool: Tool;
  readonly map: 'coarse' | 'final';
  readonly scratch: ScratchStore;
  readonly zoom: ZoomActions;
}) {
  const { t } = useTranslation('viewer');
  return (
    <footer className={classes.status}>
      <div className={classes.reading}>
        <Reading scratch={scratch} image={stage?.image ?? null} map={map} />
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
function Percent({ stage }: { readonly stage: Stage }) {
  const percent = useViewport(stage).scale * stage.ratio * 100;
  return <>{percent < 10 ? percent.toFixed(1) : Math.round(percent)} %</>;
}

function Reading({
  scratch,
  image,
  map,
}: {
  readonly scratch: ScratchStore;
  readonly image: Size | null;
  readonly map: 'coarse' | 'final';
}) {
  const { t } = useTranslation('viewer');
  const place = useScratch(scratch, (state) => state.place);
  if (place) {
    return (
      <>
        <span>
          {Math.floor(place.x)}, {Math.floor(place.y)}
        </span>
        {place.score !== null && (
          <span>
            {t(`reading.${map}`)} <strong>{place.score.toFixed(3)}</strong>
          </span>
        )}
      </>
    );
  }
  return image && <span>{t('reading.size', { width: image.width, height: image.height })}</span>;
}
