import { type ReactNode, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { CompareDivider } from './compare-divider.tsx';
import { Legend } from './legend.tsx';
import { LOOKING_ONLY, NOTHING_AT_HAND } from './looking-only.ts';
import { PlaceMark } from './place-mark.tsx';
import { createPointerStore } from './pointer-state.ts';
import { useTellPlace } from './shown-place.ts';
import { useEditingKeys } from './use-editing-keys.ts';
import { useInteraction } from './use-interaction.ts';
import { useMaps } from './use-maps.ts';
import { usePicture } from './use-picture.ts';
import { useResultText } from './use-result-text.ts';
import { useSettings, withoutLacking } from './view-settings.ts';
import { ViewerCanvas } from './viewer-canvas.tsx';
import { useNotice, ViewerNotice } from './viewer-notice.tsx';
import { ViewerPane } from './viewer-pane.tsx';
import type { ViewerProps } from './viewer-props.ts';
import { ViewerScene } from './viewer-scene.tsx';

const NONE: readonly never[] = [];

interface OtherViewerProps
  extends Pick<
    ViewerProps,
    'imageId' | 'name' | 'version' | 'file' | 'pyramid' | 'outcome' | 'thresholds' | 'hasTruth'
  > {
  /** The run whose result is shown. */
  readonly runId: number;
  /** What the pane is called. */
  readonly label: ReactNode;
}

/**
 * What another run says of the image, beside the {@link Viewer}: the same place of it with the same layers. Here it is
 * looked at, and nothing is said.
 */
export function OtherViewer(props: OtherViewerProps) {
  const { imageId, runId, outcome, thresholds, hasTruth, file } = props;
  const { t } = useTranslation('viewer');
  const settings = useSettings('layers', 'compare', 'bare');
  const pointer = useMemo(() => createPointerStore(imageId), [imageId]);
  const result = outcome?.status === 'done' ? outcome.result : null;
  const { stage, thumbnail, pyramid, isMissing, holder, holderRef } = usePicture(props, result);
  const layers = useMemo(() => {
    const opinions = result?.opinions ?? [];
    return withoutLacking(
      settings.layers,
      opinions.map(({ opinion }) => opinion),
    );
  }, [settings.layers, result]);
  const resultRun = result ? runId : null;
  const maps = useMaps({ imageId, runId: resultRun, hasTruth, stage, layers, theta: thresholds.theta });
  const interaction = useInteraction(
    { ...LOOKING_ONLY, imageId, stage, pointer, scoreAt: maps.scoreOf },
    holder,
  );
  useEditingKeys({ stage, tool: 'pan', pointer, interaction, element: holder.current });
  useTellPlace(pointer, 'other');
  const notice = useNotice({ outcome, file, isMissing });
  const describe = useResultText();
  const scene = stage && (
    <ViewerScene
      {...NOTHING_AT_HAND}
      stage={stage}
      thumbnail={thumbnail}
      pyramid={pyramid}
      layers={layers}
      regions={result?.regions ?? NONE}
      area={null}
      scores={maps.scores}
      truth={maps.truth}
      colours={maps.colours}
      theta={thresholds.theta}
      pointer={pointer}
      bare={settings.bare}
    />
  );
  return (
    <ViewerPane
      label={props.label}
      canvas={
        <ViewerCanvas
          holderRef={holderRef}
          tool="pan"
          interaction={interaction}
          name={t('other-canvas')}
          description={describe(props.name, result)}
          scene={scene}
        />
      }
      over={
        <>
          {!settings.bare && maps.shown !== null && result && <Legend {...thresholds} pointer={pointer} />}
          {stage && <PlaceMark side="other" imageId={imageId} stage={stage} scoreOf={maps.scoreOf} />}
          {settings.compare && !settings.bare && <CompareDivider />}
          <ViewerNotice text={notice} />
        </>
      }
    />
  );
}
