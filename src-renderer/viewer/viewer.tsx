import type { Opinion } from '../../src-shared/opinion.ts';
import { LayerBar, OpinionBar } from './layer-bar.tsx';
import { PointerGuide } from './pointer-guide.tsx';
import { RulerReading } from './ruler-reading.tsx';
import { StatusBar } from './status-bar.tsx';
import { ToolBar } from './tool-bar.tsx';
import { useResultText } from './use-result-text.ts';
import { useViewer, type ViewerState } from './use-viewer.ts';
import { ViewBar } from './view-bar.tsx';
import { LAYERS, type LayerId, OPINION_MAPS } from './view-settings.ts';
import { ViewerCanvas } from './viewer-canvas.tsx';
import { ViewerFrame } from './viewer-frame.tsx';
import { ViewerOverlays } from './viewer-overlays.tsx';
import type { ViewerProps } from './viewer-props.ts';
import { ViewerScene } from './viewer-scene.tsx';

/** One image with everything that was found in it: looking, comparing, asking SAM and drawing. */
export function Viewer(props: ViewerProps) {
  const { tool } = props;
  const viewer = useViewer(props);
  const { picture, annotations, pointer, interaction, context } = viewer;
  const { stage } = picture;
  const { shown } = viewer.maps;
  const describe = useResultText();
  return (
    <ViewerFrame
      header={
        <>
          <LayerBar absent={absentLayers(props, viewer)} context={context} />
          <ViewBar context={context} />
        </>
      }
      opinions={context.opinions.length > 0 && <OpinionBar context={context} />}
      tools={<ToolBar context={context} disabled={stage === null || props.file === 'changed'} />}
      label={props.label}
      beside={props.beside}
      canvas={
        <ViewerCanvas
          holderRef={picture.holderRef}
          tool={tool}
          interaction={interaction}
          description={describe(props.name, viewer.result)}
          scene={stage && <Scene {...props} viewer={viewer} />}
        >
          {stage && <PointerGuide tool={tool} stage={stage} annotations={annotations} pointer={pointer} />}
          {stage && <RulerReading stage={stage} scale={viewer.rulerScale} pointer={pointer} />}
        </ViewerCanvas>
      }
      over={<ViewerOverlays {...props} viewer={viewer} />}
      footer={
        <StatusBar
          stage={stage}
          tool={tool}
          scale={viewer.rulerScale}
          map={shown === 'coarse' && context.opinions.length > 0 ? 'fused' : (shown ?? 'coarse')}
          pointer={pointer}
        />
      }
    />
  );
}

function Scene({ viewer, ...props }: ViewerProps & { readonly viewer: ViewerState }) {
  const { picture, maps, steps } = viewer;
  const { stage, thumbnail, pyramid } = picture;
  return (
    stage && (
      <ViewerScene
        stage={stage}
        thumbnail={thumbnail}
        pyramid={pyramid}
        layers={steps.layers}
        regions={viewer.regions}
        annotations={viewer.annotations}
        area={props.area ?? null}
        scores={maps.scores}
        truth={maps.truth}
        colours={maps.colours}
        theta={props.thresholds.theta}
        step={steps.step}
        candidate={props.candidate}
        editable={viewer.editable}
        selectedRegion={viewer.shownRegion}
        selectedAnnotation={props.selectedAnnotation}
        pointer={viewer.pointer}
        bare={viewer.bare}
      />
    )
  );
}

/** Layers on which there is nothing to see. */
function absentLayers({ hasTruth, area = null }: ViewerProps, viewer: ViewerState): ReadonlySet<LayerId> {
  const isThere: Readonly<Record<LayerId, boolean>> = {
    coarse: viewer.result !== null,
    ...(Object.fromEntries(
      OPINION_MAPS.map((id) => [id, viewer.context.opinions.some(({ opinion }) => opinion === id)]),
    ) as Record<Opinion, boolean>),
    final: viewer.result !== null,
    area: area !== null,
    truth: hasTruth,
    mask: viewer.regions.some(({ belowLimit }) => !belowLimit),
    'below-limit': viewer.regions.some(({ belowLimit }) => belowLimit),
    prompts: viewer.regions.length > 0,
    annotations: viewer.annotations.length > 0,
  };
  return new Set(LAYERS.filter((id) => !isThere[id]));
}
