import { CompareDivider } from './compare-divider.tsx';
import { DrawingBar } from './drawing-bar.tsx';
import { Legend } from './legend.tsx';
import { Navigator } from './navigator.tsx';
import { PlaceMark } from './place-mark.tsx';
import { usePointer } from './pointer-state.ts';
import { RegionCard } from './region-card.tsx';
import { RulerBar } from './ruler-bar.tsx';
import { StepPlayer } from './step-player.tsx';
import type { ViewerState } from './use-viewer.ts';
import { useSettings } from './view-settings.ts';
import { useNotice, ViewerNotice } from './viewer-notice.tsx';
import type { ViewerProps } from './viewer-props.ts';

/** What floats over the image: legend, navigator, the card of a region, the divider, the step player, notices. */
export function ViewerOverlays({ viewer, ...props }: ViewerProps & { readonly viewer: ViewerState }) {
  const { thresholds, outcome, file } = props;
  const {
    bare,
    result,
    regions,
    picture,
    steps,
    pointer,
    shownRegion,
    interaction,
    regionScale,
    rulerScale,
  } = viewer;
  const { navigator, compare } = useSettings('navigator', 'compare');
  const { stage, thumbnail, isMissing } = picture;
  const { at, step, showStep } = steps;
  const showsMap = !bare && viewer.maps.shown !== null && result !== null;
  // The card would lie over what is measured.
  const isMeasuring = usePointer(pointer, ({ drawing }) => drawing?.kind === 'ruler');
  const notice = useNotice({ outcome, file, isMissing });
  return (
    <>
      {stage && <RulerBar pointer={pointer} image={stage.image} scale={rulerScale} onScale={props.onScale} />}
      {showsMap && <Legend {...thresholds} pointer={pointer} />}
      {stage && props.beside && (
        <PlaceMark side="reviewed" imageId={props.imageId} stage={stage} scoreOf={viewer.maps.scoreOf} />
      )}
      {stage && navigator && <Navigator thumbnail={thumbnail} stage={stage} />}
      {!bare && !step && !isMeasuring && stage && (
        <RegionCard
          stage={stage}
          regions={regions}
          selected={shownRegion}
          scale={regionScale}
          pointer={pointer}
        />
      )}
      {compare && !bare && <CompareDivider />}
      <DrawingBar
        pointer={pointer}
        onFinish={() => interaction.finish()}
        onDrop={() => pointer.setState({ drawing: null })}
      />
      {at !== null && result && (
        <StepPlayer
          steps={steps.steps}
          at={at}
          result={result}
          theta={thresholds.theta}
          onStep={showStep}
          onClose={() => showStep(null)}
        />
      )}
      <ViewerNotice text={notice} />
    </>
  );
}
