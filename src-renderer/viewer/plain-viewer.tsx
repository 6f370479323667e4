import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Pyramid } from '../../src-shared/contract/review.ts';
import type { FileState } from '../../src-shared/file-state.ts';
import { colourTable } from '../../src-shared/paint-map.ts';
import { useActions } from '../keys/use-actions.ts';
import { LOOKING_ONLY, NOTHING_AT_HAND } from './looking-only.ts';
import { Navigator } from './navigator.tsx';
import { createPointerStore } from './pointer-state.ts';
import { useEditingKeys } from './use-editing-keys.ts';
import { useInteraction } from './use-interaction.ts';
import { usePicture } from './use-picture.ts';
import { LAYERS, type LayerSettings, useSettings } from './view-settings.ts';
import { ViewerCanvas } from './viewer-canvas.tsx';
import { ViewerFrame } from './viewer-frame.tsx';
import { ViewerNotice } from './viewer-notice.tsx';
import { ViewerScene } from './viewer-scene.tsx';
import { ZOOM_ACTIONS } from './zoom-actions.ts';
import { ZoomButtons } from './zoom-buttons.tsx';

const NONE: readonly never[] = [];
const NO_LAYERS = Object.fromEntries(
  LAYERS.map((id) => [id, { visible: false, opacity: 0 }]),
) as LayerSettings;

/** A viewer in which nothing was found, nothing is selected and nothing can be drawn. */
const EMPTY_SCENE = {
  ...NOTHING_AT_HAND,
  layers: NO_LAYERS,
  regions: NONE,
  area: null,
  scores: undefined,
  truth: undefined,
  colours: colourTable(1),
  theta: 1,
} as const;

interface PlainViewerProps {
  readonly imageId: number;
  /** Content hash: part of the picture's addresses. */
  readonly version: string | null;
  /** What became of the file: only the `same` is shown. */
  readonly file: FileState;
  /** Null while it is made: the thumbnail is shown enlarged. */
  readonly pyramid: Pyramid | null;
  /** What is read out instead of the picture. */
  readonly description: string;
}

/** An image to look at closely, and nothing that anybody said about it. */
export function PlainViewer(props: PlainViewerProps) {
  const { imageId, file, description } = props;
  const { t } = useTranslation('viewer');
  const { navigator } = useSettings('navigator');
  const pointer = useMemo(() => createPointerStore(imageId), [imageId]);
  const { stage, thumbnail, pyramid, isMissing, holder, holderRef } = usePicture(props);
  const interaction = useInteraction({ ...LOOKING_ONLY, imageId, stage, pointer }, holder);
  useActions(ZOOM_ACTIONS, { stage });
  useEditingKeys({ stage, tool: 'pan', pointer, interaction, element: holder.current });
  const missing = isMissing ? t(file === 'missing' ? 'missing' : 'unreadable') : null;
  return (
    <ViewerFrame
      canvas={
        <ViewerCanvas
          holderRef={holderRef}
          tool="pan"
          interaction={interaction}
          description={description}
          scene={
            stage && (
              <ViewerScene
                {...EMPTY_SCENE}
                stage={stage}
                thumbnail={thumbnail}
                pyramid={pyramid}
                pointer={pointer}
                bare
              />
            )
          }
        />
      }
      over={
        <>
          {stage && navigator && <Navigator thumbnail={thumbnail} stage={stage} />}
          <ViewerNotice text={file === 'changed' ? t('changed-study') : missing} />
        </>
      }
      footer={<ZoomButtons stage={stage} />}
    />
  );
}
