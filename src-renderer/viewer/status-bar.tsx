import { useTranslation } from 'react-i18next';
import type { Scale } from '../../src-shared/scale.ts';
import { useSizeText } from '../ui/size-text.ts';
import { type PointerStore, usePointer } from './pointer-state.ts';
import { rulerLength } from './ruler.ts';
import classes from './status-bar.module.css';
import { type MapId, useViewport } from './view-settings.ts';
import type { Tool } from './viewer-props.ts';
import type { Size, ViewerStage } from './viewport.ts';
import { ZoomButtons } from './zoom-buttons.tsx';

/** Where the pointer is and what it meets, what the tool does, and the zoom. */
export function StatusBar({
  stage,
  tool,
  scale,
  map,
  pointer,
}: {
  readonly stage: ViewerStage | null;
  readonly tool: Tool;
  /** How large a pixel is; null: not known. */
  readonly scale: Scale | null;
  readonly map: MapId | 'fused';
  readonly pointer: PointerStore;
}) {
  const { t } = useTranslation('viewer');
  return (
    <>
      <div className={classes.reading}>
        <Reading pointer={pointer} image={stage?.image ?? null} scale={scale} map={map} />
      </div>
      <span className={classes.hint} title={t(`hints.${tool}`)}>
        {t(`hints.${tool}`)}
      </span>
      <ZoomButtons stage={stage}>
        <output className={classes.percent} aria-label={t('zoom')}>
          {stage ? <Percent stage={stage} /> : '–'}
        </output>
      </ZoomButtons>
    </>
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
  scale,
  map,
}: {
  readonly pointer: PointerStore;
  readonly image: Size | null;
  readonly scale: Scale | null;
  readonly map: MapId | 'fused';
}) {
  const { t } = useTranslation('viewer');
  const text = useSizeText();
  const position = usePointer(pointer, (state) => state.position);
  const drawing = usePointer(pointer, (state) => state.drawing);
  if (drawing?.kind === 'ruler') return <span>{text.length(rulerLength(drawing), scale)}</span>;
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
  if (!image) return null;
  const { width, height } = image;
  return (
    <>
      <span>{t('reading.size', { width, height })}</span>
      {scale && <span>{text.sides(image, scale)}</span>}
    </>
  );
}
