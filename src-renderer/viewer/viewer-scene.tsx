import Konva from 'konva';
import { type CSSProperties, type ReactNode, type RefObject, useLayoutEffect, useRef } from 'react';
import { Group, Stage as KonvaStage, Layer } from 'react-konva';
import type { Annotation } from '../../src-shared/annotation.ts';
import type { Pyramid, SamPrompts } from '../../src-shared/contract/review.ts';
import type { Region } from '../../src-shared/result.ts';
import { AreaShape, type ShownArea } from './area-shape.tsx';
import { ImageLayer } from './image-layer.tsx';
import { InteractionShapes, Strokes } from './interactive-layer.tsx';
import { type PointerStore, usePointer } from './pointer-state.ts';
import type { LoadedMap } from './score-map.ts';
import { Findings, Maps } from './static-layer.tsx';
import type { Step } from './steps.ts';
import { type LayerSettings, useSettings, useViewport } from './view-settings.ts';
import type { SamCandidate } from './viewer-props.ts';
import type { ViewerStage, Viewport } from './viewport.ts';

export interface ViewerSceneProps {
  readonly stage: ViewerStage;
  /** Null: the picture is not shown. */
  readonly thumbnail: string | null;
  readonly pyramid: Pyramid | null;
  readonly layers: LayerSettings;
  readonly regions: readonly Region[];
  readonly annotations: readonly Annotation[];
  readonly area: ShownArea | null;
  readonly scores: LoadedMap | undefined;
  readonly truth: LoadedMap | undefined;
  readonly colours: Uint32Array;
  readonly theta: number;
  readonly step: Step | null;
  readonly candidate: SamCandidate | null;
  /** Prompts that can be moved at the moment. */
  readonly editable: SamPrompts | null;
  readonly selectedRegion: number | null;
  readonly selectedAnnotation: number | null;
  readonly pointer: PointerStore;
  /** Nothing but the image. */
  readonly bare: boolean;
}

/**
 * The canvases, from the bottom: picture, findings, strokes being drawn, what follows the pointer. Every canvas that
 * moves with the image costs as much as the whole screen, so those with nothing on them are left out.
 */
export function ViewerScene(props: ViewerSceneProps) {
  const { stage, bare, pointer, layers, regions, annotations, scores, truth, colours, theta } = props;
  const viewport = useViewport(stage);
  const { brightness, contrast, compare, divider } = useSettings(
    'brightness',
    'contrast',
    'compare',
    'divider',
  );
  const isStroking = usePointer(pointer, ({ drawing }) => drawing?.kind === 'strokes');
  const isInteracting = useIsInteracting(props);
  const picture = useRef<Konva.Layer>(null);
  // Done by the compositor: none of these needs anything to be drawn again.
  const isPlain = brightness === 1 && contrast === 1;
  useCanvasStyle(picture, { filter: isPlain ? '' : `brightness(${brightness}) contrast(${contrast})` });
  const style: CSSProperties = {
    visibility: bare ? 'hidden' : 'visible',
    clipPath: compare ? `inset(0 0 0 ${divider * 100}%)` : '',
  };
  Konva.pixelRatio = stage.ratio;
  const findings = { layers, regions, annotations };
  const maps = { layers, scores, truth, colours, theta, image: stage.image };
  return (
    // A canvas keeps the pixel ratio that it was made with.
    <KonvaStage key={stage.ratio} {...stage.screen} listening={false}>
      <ImageLayer
        ref={picture}
        thumbnail={props.thumbnail}
        pyramid={props.pyramid}
        stage={stage}
        viewport={viewport}
      />
      <Overlay viewport={viewport} style={style} shown>
        <Maps {...maps} />
        {props.area && layers.area.visible && (
          <Group opacity={layers.area.opacity}>
            <AreaShape area={props.area} image={stage.image} />
          </Group>
        )}
        <Findings {...findings} step={props.step} />
      </Overlay>
      <Overlay viewport={viewport} style={{ ...style, opacity: '0.5' }} shown={isStroking}>
        <Strokes pointer={pointer} />
      </Overlay>
      <Overlay viewport={viewport} style={style} shown={isInteracting}>
        <InteractionShapes
          {...findings}
          candidate={props.candidate}
          editable={props.editable}
          selectedRegion={props.selectedRegion}
          selectedAnnotation={props.selectedAnnotation}
          pointer={pointer}
          image={stage.image}
        />
      </Overlay>
    </KonvaStage>
  );
}

/** A canvas over the picture, in image pixels. */
function Overlay({
  viewport: { x, y, scale },
  style,
  shown,
  children,
}: {
  readonly viewport: Viewport;
  readonly style: CSSProperties;
  readonly shown: boolean;
  readonly children: ReactNode;
}) {
  const layer = useRef<Konva.Layer>(null);
  useCanvasStyle(layer, { ...style, display: shown ? 'block' : 'none' });
  return (
    <Layer ref={layer} listening={false}>
      {shown && (
        <Group x={x} y={y} scaleX={scale} scaleY={scale}>
          {children}
        </Group>
      )}
    </Layer>
  );
}

/** True while something is selected, pointed at, asked or drawn. */
function useIsInteracting(props: ViewerSceneProps): boolean {
  const { pointer, step, selectedRegion, selectedAnnotation, candidate, editable } = props;
  const isPointed = usePointer(
    pointer,
    ({ region, annotation, drawing, dragged }) => (region ?? annotation ?? drawing ?? dragged) !== null,
  );
  return (
    step === null && (isPointed || (selectedRegion ?? selectedAnnotation ?? candidate ?? editable) !== null)
  );
}

/** Styles the canvas element of a layer. */
function useCanvasStyle(layer: RefObject<Konva.Layer | null>, style: CSSProperties): void {
  useLayoutEffect(() => {
    if (layer.current) Object.assign(layer.current.getNativeCanvasElement().style, style);
  });
}
