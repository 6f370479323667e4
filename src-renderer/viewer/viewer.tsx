import { type MouseEvent, useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { colourTable } from '../../src-shared/paint-map.ts';
import type { Box, Point } from '../../src-shared/result.ts';
import { mediaUrls } from '../api/browser-access.ts';
import { failureText } from '../i18n/failure-text.ts';
import { CompareDivider } from './compare-divider.tsx';
import { LayerBar } from './layer-bar.tsx';
import { Legend } from './legend.tsx';
import { Navigator } from './navigator.tsx';
import { maps, pictures, truths } from './pictures.ts';
import { DrawingBar, PointerGuide } from './pointer-guide.tsx';
import { createPointerStore } from './pointer-state.ts';
import { RegionCard } from './region-card.tsx';
import { scoreAt } from './score-map.ts';
import { StatusBar } from './status-bar.tsx';
import { StepPlayer } from './step-player.tsx';
import { type Step, stepsOf } from './steps.ts';
import { ToolBar } from './tool-bar.tsx';
import { useEditingKeys } from './use-editing-keys.ts';
import { useInteraction } from './use-interaction.ts';
import { useResource } from './use-resource.ts';
import { useStage } from './use-stage.ts';
import { useViewerActions } from './use-viewer-actions.ts';
import { useZoom } from './use-zoom.ts';
import { ViewBar } from './view-bar.tsx';
import { changeView, LAYERS, type LayerId, type LayerSetting, useSettings } from './view-settings.ts';
import classes from './viewer.module.css';
import type { ViewerProps } from './viewer-props.ts';
import { ViewerScene } from './viewer-scene.tsx';
import { revealed } from './viewport.ts';

const NONE: readonly never[] = [];

/** One image with everything that was found in it: looking, comparing, asking SAM and drawing. */
export function Viewer(props: ViewerProps) {
  const { imageId, runId, version, thresholds, tool, onTool, candidate, selectedRegion } = props;
  const { onSelectRegion, onSelectAnnotation, onPrompts } = props;
  const { t } = useTranslation(['viewer', 'app']);
  const { layers: settings, navigator, compare } = useSettings('layers', 'navigator', 'compare');
  const pointer = useMemo(() => createPointerStore(imageId), [imageId]);
  const [bare, setBare] = useState(false);
  const [stepping, setStepping] = useState<{ imageId: number; at: number } | null>(null);

  const result = props.outcome?.status === 'done' ? props.outcome.result : null;
  const isChanged = props.file === 'changed';
  // What belongs to another image, or to a file that has changed since, is as good as not there.
  const pyramid = props.pyramid?.imageId === imageId && !isChanged ? props.pyramid : null;
  const regions = result?.regions ?? NONE;
  const annotations = useMemo(
    () => props.annotations.filter((mark) => mark.imageId === imageId && mark.runId === runId),
    [props.annotations, imageId, runId],
  );
  const thumbnail = isChanged || props.file === null ? null : mediaUrls.thumbnail(imageId, version);
  const small = useResource(pictures, thumbnail);
  const isMissing = useSyncExternalStore(
    pictures.subscribe,
    () => thumbnail !== null && pictures.isBroken(thumbnail),
  );
  const imageWidth = pyramid?.width ?? result?.width ?? small?.width;
  const imageHeight = pyramid?.height ?? result?.height ?? small?.height;
  const { stage, holder, holderRef } = useStage(imageWidth ?? 0, imageHeight ?? 0);

  const steps = useMemo(() => stepsOf(regions), [regions]);
  const at = stepping && result ? Math.min(stepping.at, steps.length - 1) : null;
  const step = at === null ? null : steps[at]!;
  const layers = useMemo(() => (step ? layersOf(step, settings) : settings), [step, settings]);
  const mapUrl = (kind: 'coarse' | 'final') =>
    result && runId !== null && layers[kind].visible ? mediaUrls.map(kind, runId, imageId) : null;
  const coarse = useResource(maps, mapUrl('coarse'));
  const final = useResource(maps, mapUrl('final'));
  const truth = useResource(truths, props.hasTruth && layers.truth.visible ? mediaUrls.truth(imageId) : null);
  const shownMap = layers.final.visible ? final : coarse;
  const colours = useMemo(() => colourTable(thresholds.theta), [thresholds.theta]);

  const isAsking = tool === 'point-positive' || tool === 'point-negative' || tool === 'box';
  const region = regions.find(({ index }) => index === selectedRegion);
  const shownRegion = props.pointedRegion ?? selectedRegion;
  const editable = isAsking ? (candidate?.prompts ?? region?.prompts ?? null) : null;
  const scoreOf = useCallback(
    ({ x, y }: Point) => (stage && shownMap ? scoreAt(shownMap, stage.image, x, y) : null),
    [stage, shownMap],
  );
  const interaction = useInteraction(
    {
      ...props,
      stage,
      regions,
      annotations: layers.annotations.visible ? annotations : NONE,
      prompts: editable,
      pointer,
      scoreAt: scoreOf,
    },
    holder,
  );
  useEffect(() => {
    // Another map under a pointer that rests.
    const { position } = pointer.getState();
    if (position) pointer.setState({ position: { ...position, score: scoreOf(position) } });
  }, [pointer, scoreOf]);
  useEffect(() => {
    const { drawing } = pointer.getState();
    const keeps = drawing?.kind === 'strokes' ? ['pan', 'brush', 'eraser'] : ['pan', drawing?.kind];
    if (drawing && !keeps.includes(tool)) pointer.setState({ drawing: null });
  }, [pointer, tool]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another region's levels are others
  useEffect(() => pointer.setState({ level: null }), [pointer, shownRegion]);
  const zoom = useZoom(stage);
  const goToStep = useCallback((next: number) => setStepping({ imageId, at: next }), [imageId]);
  const toggleSteps = () => (stepping ? setStepping(null) : result && goToStep(0));
  const reset = () => {
    const { drawing } = pointer.getState();
    if (stepping) setStepping(null);
    else if (drawing) pointer.setState({ drawing: null });
    else if (tool !== 'pan' || candidate) {
      if (candidate) onPrompts(null);
      onTool('pan');
    } else {
      onSelectRegion(null);
      onSelectAnnotation(null);
    }
  };
  // Whoever chooses a region by key or in the list wants to see it.
  const reveal = (box: Box | undefined) => {
    if (box && stage) changeView((view) => revealed(view, stage, box));
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: only another choice counts, not another size of the window
  useEffect(() => reveal(region?.box), [region?.box]);
  const nextLevel = () => {
    const { level } = pointer.getState();
    const order = [
      null,
      ...(regions.find(({ index }) => index === shownRegion)?.levels ?? []).map((m) => m.level),
    ];
    pointer.setState({ level: order[(order.indexOf(level) + 1) % order.length] ?? null });
  };
  const nextRegion = () => {
    const present = regions.findIndex(({ index }) => index === selectedRegion);
    const next = regions[(present + 1) % regions.length];
    if (next) onSelectRegion(next.index);
    reveal(next?.box);
  };
  useViewerActions({
    zoom,
    tool,
    onTool,
    onBare: setBare,
    onStep: toggleSteps,
    onReset: reset,
    onNextRegion: nextRegion,
    onNextLevel: nextLevel,
  });
  useEditingKeys({ stage, tool, pointer, interaction, element: holder.current });

  const absent = new Set<LayerId>(
    LAYERS.filter(
      (id) =>
        (id === 'truth' && !props.hasTruth) ||
        (id === 'annotations' && annotations.length === 0) ||
        ((id === 'mask' || id === 'prompts') && regions.length === 0) ||
        ((id === 'coarse' || id === 'final') && !result),
    ),
  );
  const showsMap = !bare && (layers.coarse.visible || layers.final.visible) && result !== null;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it does nothing itself, it only leaves the focus alone
    <div className={classes.viewer} onMouseDown={keepFocus}>
      <header className={classes.bar}>
        <LayerBar absent={absent} />
        <ViewBar stepping={stepping !== null} canStep={result !== null} onStep={toggleSteps} />
      </header>
      <div className={classes.body}>
        <ToolBar tool={tool} disabled={stage === null || isChanged} onTool={onTool} />
        <div
          ref={holderRef}
          className={classes.canvas}
          data-tool={tool}
          role="application"
          aria-label={t('canvas')}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys move what is on the focused canvas
          tabIndex={0}
          {...interaction.handlers}
        >
          <div role="img" aria-label={description()} className={classes.scene}>
            {stage && (
              <ViewerScene
                stage={stage}
                thumbnail={thumbnail}
                pyramid={pyramid}
                layers={layers}
                regions={regions}
                annotations={annotations}
                coarse={coarse}
                final={final}
                truth={truth}
                colours={colours}
                theta={thresholds.theta}
                step={step}
                candidate={candidate}
                editable={editable}
                selectedRegion={shownRegion}
                selectedAnnotation={props.selectedAnnotation}
                pointer={pointer}
                bare={bare}
              />
            )}
          </div>
          {stage && <PointerGuide tool={tool} stage={stage} annotations={annotations} pointer={pointer} />}
        </div>
        <div className={classes.over}>
          {showsMap && <Legend {...thresholds} pointer={pointer} />}
          {stage && navigator && <Navigator thumbnail={thumbnail} stage={stage} />}
          {!bare && !step && stage && (
            <RegionCard stage={stage} regions={regions} selected={shownRegion} pointer={pointer} />
          )}
          {compare && !bare && <CompareDivider />}
          <DrawingBar
            pointer={pointer}
            onFinish={interaction.finish}
            onDrop={() => pointer.setState({ drawing: null })}
          />
          {at !== null && (
            <StepPlayer
              steps={steps}
              at={at}
              regions={regions}
              theta={thresholds.theta}
              onStep={goToStep}
              onClose={() => setStepping(null)}
            />
          )}
          <Notice outcome={props.outcome} file={props.file} isMissing={isMissing && pyramid === null} />
        </div>
      </div>
      <StatusBar
        stage={stage}
        tool={tool}
        map={layers.final.visible ? 'final' : 'coarse'}
        pointer={pointer}
        zoom={zoom}
      />
    </div>
  );

  function description(): string {
    if (!result) return t('describe.image', { name: props.name });
    const { score, verdict } = result;
    return t('describe.result', {
      name: props.name,
      score: score.toFixed(2),
      verdict: t(`app:verdict.${verdict}`),
      count: regions.length,
    });
  }
}

/** A button that is clicked leaves the focus where it is: the next Space shows the bare image and presses no button. */
function keepFocus(event: MouseEvent): void {
  if (event.target instanceof Element && event.target.closest('button')) event.preventDefault();
}

/** Why there is nothing to see over the image. */
function Notice({
  outcome,
  file,
  isMissing,
}: {
  readonly outcome: ViewerProps['outcome'];
  readonly file: ViewerProps['file'];
  readonly isMissing: boolean;
}) {
  const { t } = useTranslation('viewer');
  if (outcome?.status === 'failed') return <div className={classes.notice}>{failureText(outcome.error)}</div>;
  if (file === 'changed')
    return (
      <div className={classes.notice}>{t(outcome?.status === 'done' ? 'changed' : 'changed-import')}</div>
    );
  if (isMissing)
    return <div className={classes.notice}>{t(file === 'missing' ? 'missing' : 'unreadable')}</div>;
  if (outcome?.status === 'pending') return <div className={classes.notice}>{t('pending')}</div>;
  return null;
}

/** While stepping through, the step says what is seen. */
function layersOf(
  step: Step,
  settings: Readonly<Record<LayerId, LayerSetting>>,
): Record<LayerId, LayerSetting> {
  return Object.fromEntries(
    LAYERS.map((id) => [id, { ...settings[id], visible: step.layers.includes(id) }]),
  ) as Record<LayerId, LayerSetting>;
}
