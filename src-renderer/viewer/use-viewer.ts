import { useEffect, useMemo } from 'react';
import { scaleOf } from '../../src-shared/scale.ts';
import { useActions } from '../keys/use-actions.ts';
import { createPointerStore } from './pointer-state.ts';
import { useTellPlace } from './shown-place.ts';
import { reveal } from './tool-actions.ts';
import { useEditingKeys } from './use-editing-keys.ts';
import { useInteraction } from './use-interaction.ts';
import { useMaps } from './use-maps.ts';
import { usePicture } from './use-picture.ts';
import { usePointerUpkeep } from './use-pointer-upkeep.ts';
import { useSteps } from './use-steps.ts';
import { useSettings } from './view-settings.ts';
import { VIEWER_ACTIONS, type ViewerContext } from './viewer-actions.ts';
import type { ViewerProps } from './viewer-props.ts';

const NONE: readonly never[] = [];

/** Everything that the parts of the viewer share: picture, result, maps, selection, pointer, and what can be done. */
export function useViewer(props: ViewerProps) {
  const { imageId, runId, tool, candidate, selectedRegion, thresholds } = props;
  const pointer = useMemo(() => createPointerStore(imageId), [imageId]);
  const { bare, set } = useSettings('bare', 'set');
  const result = props.outcome?.status === 'done' ? props.outcome.result : null;
  const regions = result?.regions ?? NONE;
  const regionScale = scaleOf(result ?? {}, props);
  // Who sets the scale anew measures with it, whatever results were made with.
  const rulerScale = props.scale ?? regionScale;
  const annotations = useMemo(
    () => props.annotations.filter((one) => one.imageId === imageId && one.runId === runId),
    [props.annotations, imageId, runId],
  );
  const picture = usePicture(props, result);
  const { stage, holder } = picture;
  const steps = useSteps(result);
  const { layers } = steps;
  const { hasTruth } = props;
  const resultRun = result ? runId : null;
  const maps = useMaps({ imageId, runId: resultRun, hasTruth, stage, layers, theta: thresholds.theta });

  const isAsking = tool === 'point-positive' || tool === 'point-negative' || tool === 'box';
  const region = regions.find(({ index }) => index === selectedRegion);
  const shownRegion = props.pointedRegion ?? selectedRegion;
  const editable = isAsking ? (candidate?.prompts ?? region?.prompts ?? null) : null;
  const interaction = useInteraction(
    {
      ...props,
      stage,
      regions,
      annotations: layers.annotations.visible ? annotations : NONE,
      prompts: editable,
      pointer,
      scoreAt: maps.scoreOf,
    },
    holder,
  );
  useTellPlace(pointer, 'reviewed', props.beside !== undefined);
  usePointerUpkeep(pointer, tool, shownRegion, maps.scoreOf);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only another choice counts, not another size of the window
  useEffect(() => reveal(stage, region?.box), [region?.box]);

  const context: ViewerContext = {
    ...props,
    stage,
    pointer,
    regions,
    shownRegion,
    layers: steps.chosen,
    opinions: result?.opinions ?? NONE,
    step: steps.asked,
    hasResult: result !== null,
    showStep: steps.showStep,
    showBare: (bare) => set({ bare }),
    clearSelection: () => {
      props.onSelectRegion(null);
      props.onSelectAnnotation(null);
    },
  };
  useActions(VIEWER_ACTIONS, context);
  useEditingKeys({ stage, tool, pointer, interaction, element: holder.current });
  return {
    bare,
    result,
    regions,
    regionScale,
    rulerScale,
    annotations,
    picture,
    steps,
    maps,
    pointer,
    shownRegion,
    editable,
    interaction,
    context,
  };
}
export type ViewerState = ReturnType<typeof useViewer>;
