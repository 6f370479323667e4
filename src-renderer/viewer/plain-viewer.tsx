import { useMemo, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import type { Pyramid } from '../../src-shared/contract/review.ts';
import type { FileState } from '../../src-shared/file-state.ts';
import { colourTable } from '../../src-shared/paint-map.ts';
import { mediaUrls } from '../api/browser-access.ts';
import { useActions } from '../keys/use-actions.ts';
import { Navigator } from './navigator.tsx';
import { pictures } from './pictures.ts';
import { createPointerStore } from './pointer-state.ts';
import { ZoomButtons } from './status-bar.tsx';
import { useEditingKeys } from './use-editing-keys.ts';
import { useInteraction } from './use-interaction.ts';
import { useResource } from './use-resource.ts';
import { useStage } from './use-stage.ts';
import { useZoom } from './use-zoom.ts';
import { LAYERS, type LayerId, type LayerSetting, useSettings } from './view-settings.ts';
import classes from './viewer.module.css';
import { ViewerScene } from './viewer-scene.tsx';

const NONE: readonly never[] = [];
const NO_LAYERS = Object.fromEntries(LAYERS.map((id) => [id, { visible: false, opacity: 0 }])) as Record<
  LayerId,
  LayerSetting
>;
const NO_COLOURS = colourTable(1);
const nothing = () => {};

/** An image to look at closely, and nothing that anybody said about it. */
export function PlainViewer({
  imageId,
  version,
  file,
  pyramid: given,
  description,
}: {
  readonly imageId: number;
  /** Content hash: part of the picture's addresses. */
  readonly version: string | null;
  /** What became of the file: only the `same` is shown. */
  readonly file: FileState;
  /** Null while it is made: the thumbnail is shown enlarged. */
  readonly pyramid: Pyramid | null;
  /** What is read out instead of the picture. */
  readonly description: string;
}) {
  const { t } = useTranslation('viewer');
  const { navigator } = useSettings('navigator');
  const pointer = useMemo(() => createPointerStore(imageId), [imageId]);
  const isChanged = file === 'changed';
  const pyramid = given?.imageId === imageId && !isChanged ? given : null;
  const thumbnail = isChanged ? null : mediaUrls.thumbnail(imageId, version);
  const small = useResource(pictures, thumbnail);
  const isMissing = useSyncExternalStore(
    pictures.subscribe,
    () => thumbnail !== null && pictures.isBroken(thumbnail),
  );
  const { width, height } = pyramid ?? small ?? { width: 0, height: 0 };
  const { stage, holder, holderRef } = useStage(width, height);
  const interaction = useInteraction(
    {
      imageId,
      stage,
      tool: 'pan',
      regions: NONE,
      annotations: NONE,
      selectedRegion: null,
      selectedAnnotation: null,
      prompts: null,
      pointer,
      scoreAt: () => null,
      onPrompts: nothing,
      onDrawn: nothing,
      onSelectRegion: nothing,
      onSelectAnnotation: nothing,
    },
    holder,
  );
  const zoom = useZoom(stage);
  useActions({
    'viewer.fit': zoom.fit,
    'viewer.actual-size': zoom.actualSize,
    'viewer.zoom-in': zoom.zoomIn,
    'viewer.zoom-out': zoom.zoomOut,
  });
  useEditingKeys({ stage, tool: 'pan', pointer, interaction, element: holder.current });
  return (
    <div className={classes.viewer}>
      <div className={classes.body}>
        <div
          ref={holderRef}
          className={classes.canvas}
          data-tool="pan"
          role="application"
          aria-label={t('canvas')}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys move what is on the focused canvas
          tabIndex={0}
          {...interaction.handlers}
        >
          <div role="img" aria-label={description} className={classes.scene}>
            {stage && (
              <ViewerScene
                stage={stage}
                thumbnail={thumbnail}
                pyramid={pyramid}
                layers={NO_LAYERS}
                regions={NONE}
                annotations={NONE}
                coarse={undefined}
                final={undefined}
                truth={undefined}
                colours={NO_COLOURS}
                theta={1}
                step={null}
                candidate={null}
                editable={null}
                selectedRegion={null}
                selectedAnnotation={null}
                pointer={pointer}
                bare
              />
            )}
          </div>
        </div>
        <div className={classes.over}>
          {stage && navigator && <Navigator thumbnail={thumbnail} stage={stage} />}
          {isChanged ? (
            <div className={classes.notice}>{t('changed-study')}</div>
          ) : (
            isMissing &&
            !pyramid && (
              <div className={classes.notice}>{t(file === 'missing' ? 'missing' : 'unreadable')}</div>
            )
          )}
        </div>
      </div>
      <footer className={classes.status}>
        <ZoomButtons zoom={zoom} />
      </footer>
    </div>
  );
}
