import Konva from 'konva';
import {
  type CSSProperties,
  memo,
  type ReactNode,
  type RefObject,
  useLayoutEffect,
  useMemo,
  useRef,
} from 'react';
import { Group, Stage as KonvaStage, Layer, Shape } from 'react-konva';
import type { Annotation } from '../../src-shared/annotation.ts';
import type { Pyramid, SamPrompts } from '../../src-shared/contract/review.ts';
import type { Region } from '../../src-shared/result.ts';
import { annotatedArea, boxBetween, boxPolygon, NOTHING } from './geometry.ts';
import { ImageLayer } from './image-layer.tsx';
import { MapShape } from './map-shape.tsx';
import { PALETTE } from './palette.ts';
import type { ScoreMap } from './score-map.ts';
import { type Draft, type ScratchStore, useScratch } from './scratch.ts';
import { Area, Badge, DraftLine, PromptBox, PromptPoint, pathOf, scene } from './shapes.tsx';
import { levelOfRank, type Step } from './steps.ts';
import { type LayerId, type LayerSetting, useSettings, useViewport } from './view-settings.ts';
import type { SamCandidate } from './viewer-props.ts';
import type { Size, Stage } from './viewport.ts';

export interface SceneProps {
  readonly stage: Stage;
  /** Null: the picture is not shown. */
  readonly thumbnail: string | null;
  readonly pyramid: Pyramid | null;
  readonly layers: Readonly<Record<LayerId, LayerSetting>>;
  readonly regions: readonly Region[];
  readonly annotations: readonly Annotation[];
  readonly coarse: ScoreMap | undefined;
  readonly final: ScoreMap | undefined;
  readonly truth: ScoreMap | undefined;
  readonly colours: Uint32Array;
  readonly theta: number;
  readonly step: Step | null;
  readonly candidate: SamCandidate | null;
  /** Prompts that can be moved at the moment. */
  readonly editable: SamPrompts | null;
  readonly selectedRegion: number | null;
  readonly selectedAnnotation: number | null;
  readonly scratch: ScratchStore;
  /** Nothing but the image. */
  readonly bare: boolean;
}

/**
 * The canvases, from the bottom: picture, overlays, strokes being drawn, what follows the pointer. Every canvas that
 * moves with the image costs as much as the whole screen, so those with nothing on them are left out.
 */
export function Scene(props: SceneProps) {
  const { stage, bare, scratch } = props;
  const viewport = useViewport(stage);
  const { brightness, contrast, compare, divider } = useSettings(
    'brightness',
    'contrast',
    'compare',
    'divider',
  );
  const isStroking = useScratch(scratch, ({ draft }) => draft?.kind === 'strokes');
  const isLive = useIsLive(props);
  const picture = useRef<Konva.Layer>(null);
  const overlays = useRef<Konva.Layer>(null);
  const strokes = useRef<Konva.Layer>(null);
  const live = useRef<Konva.Layer>(null);
  // Done by the compositor: none of these needs anything to be drawn again.
  const isPlain = brightness === 1 && contrast === 1;
  useCanvasStyle(picture, { filter: isPlain ? '' : `brightness(${brightness}) contrast(${contrast})` });
  const shown: CSSProperties = {
    visibility: bare ? 'hidden' : 'visible',
    clipPath: compare ? `inset(0 0 0 ${divider * 100}%)` : '',
  };
  useCanvasStyle(overlays, shown);
  useCanvasStyle(strokes, { ...shown, display: isStroking ? 'block' : 'none', opacity: '0.5' });
  useCanvasStyle(live, { ...shown, display: isLive ? 'block' : 'none' });
  Konva.pixelRatio = stage.ratio;
  const world = { x: viewport.x, y: viewport.y, scaleX: viewport.scale, scaleY: viewport.scale };
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
      <Layer ref={overlays} listening={false}>
        <Group {...world}>
          <Maps {...pick(props)} image={stage.image} />
          <Vectors
            layers={props.layers}
            regions={props.regions}
            annotations={props.annotations}
            step={props.step}
          />
        </Group>
      </Layer>
      <Layer ref={strokes} listening={false}>
        {isStroking && (
          <Group {...world}>
            <Strokes scratch={scratch} />
          </Group>
        )}
      </Layer>
      <Layer ref={live} listening={false}>
        {isLive && (
          <Group {...world}>
            <Live
              layers={props.layers}
              regions={props.regions}
              annotations={props.annotations}
              candidate={props.candidate}
              editable={props.editable}
              selectedRegion={props.selectedRegion}
              selectedAnnotation={props.selectedAnnotation}
              scratch={scratch}
              image={stage.image}
            />
          </Group>
        )}
      </Layer>
    </KonvaStage>
  );
}

function useIsLive(props: SceneProps): boolean {
  const { scratch, step, selectedRegion, selectedAnnotation, candidate, editable } = props;
  const isPointed = useScratch(
    scratch,
    ({ region, annotation, draft, dragged }) => (region ?? annotation ?? draft ?? dragged) !== null,
  );
  return (
    step === null && (isPointed || (selectedRegion ?? selectedAnnotation ?? candidate ?? editable) !== null)
  );
}

function pick({ layers, coarse, final, truth, colours, theta }: SceneProps) {
  return { layers, coarse, final, truth, colours, theta };
}

/** Styles the canvas element of a layer. */
function useCanvasStyle(layer: RefObject<Konva.Layer | null>, style: CSSProperties): void {
  useLayoutEffect(() => {
    if (layer.current) Object.assign(layer.current.getNativeCanvasElement().style, style);
  });
}

type MapsProps = ReturnType<typeof pick> & { readonly image: Size };

const Maps = memo(function Maps({ layers, coarse, final, truth, colours, theta, image }: MapsProps) {
  const truthColours = useMemo(() => new Uint32Array([0, truthColour()]), []);
  const scores = { image, table: colours, threshold: theta, line: PALETTE.isoline };
  return (
    <>
      {coarse && layers.coarse.visible && (
        <MapShape {...scores} map={coarse} opacity={layers.coarse.opacity} />
      )}
      {final && layers.final.visible && <MapShape {...scores} map={final} opacity={layers.final.opacity} />}
      {truth && layers.truth.visible && (
        <MapShape
          map={truth}
          image={image}
          table={truthColours}
          threshold={0.5}
          line={PALETTE.truth}
          opacity={layers.truth.opacity}
        />
      )}
    </>
  );
});

/** {@link PALETTE}'s green as RGBA bytes in memory order. */
function truthColour(): number {
  return new Uint32Array(Uint8Array.of(0x7e, 0xe0, 0x4a, 0x58).buffer)[0]!;
}

interface VectorsProps {
  readonly layers: Readonly<Record<LayerId, LayerSetting>>;
  readonly regions: readonly Region[];
  readonly annotations: readonly Annotation[];
}

const Vectors = memo(function Vectors({
  layers,
  regions,
  annotations,
  step,
}: VectorsProps & { readonly step: Step | null }) {
  const rank = step?.rank ?? null;
  return (
    <>
      <Shown layer={layers.mask}>
        {regions.map(({ index, polygons }) => (
          <Area
            key={index}
            polygons={polygons}
            fill={PALETTE.maskFill}
            stroke={{ colour: PALETTE.mask, width: 1.5 }}
          />
        ))}
      </Shown>
      {rank !== null &&
        regions.map((region) => (
          <Area
            key={region.index}
            polygons={levelOfRank(region, rank)?.polygons ?? NOTHING}
            fill={PALETTE.maskFill}
            stroke={{ colour: PALETTE.mask, width: 1.5 }}
          />
        ))}
      <Shown layer={layers.prompts}>
        {regions.map(({ index, prompts }) => (
          <Prompts key={index} prompts={prompts} strong={false} />
        ))}
      </Shown>
      <Shown layer={layers.annotations}>
        {annotations.map((annotation) => (
          <Marked key={annotation.id} annotation={annotation} regions={regions} strong={false} />
        ))}
      </Shown>
      {(layers.mask.visible || layers.prompts.visible) &&
        regions.map(({ index, box }) => (
          <Badge key={index} at={box} text={String(index)} colour={PALETTE.mask} />
        ))}
    </>
  );
});

function Shown({ layer, children }: { readonly layer: LayerSetting; readonly children: ReactNode }) {
  return layer.visible ? <Group opacity={layer.opacity}>{children}</Group> : null;
}

function Prompts({ prompts, strong }: { readonly prompts: SamPrompts; readonly strong: boolean }) {
  return (
    <>
      {prompts.box && <PromptBox box={prompts.box} colour={PALETTE.box} strong={strong} />}
      {prompts.points.map((point) => (
        <PromptPoint
          key={`${point.x} ${point.y} ${point.label}`}
          at={point}
          label={point.label}
          strong={strong}
        />
      ))}
    </>
  );
}

const ANNOTATION_STYLES = {
  'false-positive': { colour: PALETTE.falsePositive, hatch: PALETTE.falsePositive, dash: [6, 4] },
  'missed-defect': { colour: PALETTE.missedDefect, fill: PALETTE.missedDefectFill },
  'corrected-region': { colour: PALETTE.correctedRegion, fill: PALETTE.correctedRegionFill, dash: [10, 3] },
} as const satisfies Record<
  Annotation['kind'],
  { colour: string; hatch?: string; fill?: string; dash?: readonly number[] }
>;

function Marked({
  annotation,
  regions,
  strong,
}: {
  readonly annotation: Annotation;
  readonly regions: readonly Region[];
  readonly strong: boolean;
}) {
  const { colour, ...style } = ANNOTATION_STYLES[annotation.kind];
  return (
    <Area
      polygons={annotatedArea(annotation, regions)}
      {...('fill' in style && { fill: style.fill })}
      {...('hatch' in style && { hatch: style.hatch })}
      stroke={{ colour, width: strong ? 3 : 1.75, ...('dash' in style && { dash: style.dash }) }}
    />
  );
}

/** Brush strokes, opaque on a canvas of their own: where they overlap they don't get darker, and an eraser erases. */
function Strokes({ scratch }: { readonly scratch: ScratchStore }) {
  const draft = useScratch(scratch, (state) => state.draft);
  if (draft?.kind !== 'strokes') return null;
  return (
    <Shape
      sceneFunc={scene((context) => {
        context.fillStyle = PALETTE.draft;
        context.fill(pathOf(draft.base), 'evenodd');
        context.lineCap = 'round';
        context.lineJoin = 'round';
        context.strokeStyle = PALETTE.draft;
        for (const { points, radius, erase } of draft.strokes) {
          context.globalCompositeOperation = erase ? 'destination-out' : 'source-over';
          context.lineWidth = radius * 2;
          context.beginPath();
          points.forEach(({ x, y }, index) => {
            if (index === 0) context.moveTo(x, y);
            context.lineTo(x, y);
          });
          context.stroke();
        }
        context.globalCompositeOperation = 'source-over';
      })}
    />
  );
}

interface LiveProps extends VectorsProps {
  readonly candidate: SamCandidate | null;
  readonly editable: SamPrompts | null;
  readonly selectedRegion: number | null;
  readonly selectedAnnotation: number | null;
  readonly scratch: ScratchStore;
  readonly image: Size;
}

/** Selection, what is under the pointer, SAM's answer to prompts by hand, and what is being drawn. */
const Live = memo(function Live({
  layers,
  regions,
  annotations,
  candidate,
  editable,
  selectedRegion,
  selectedAnnotation,
  scratch,
  image,
}: LiveProps) {
  const hovered = useScratch(scratch, (state) => state.region);
  const hoveredAnnotation = useScratch(scratch, (state) => state.annotation);
  const level = useScratch(scratch, (state) => state.level);
  const draft = useScratch(scratch, (state) => state.draft);
  const dragged = useScratch(scratch, (state) => state.dragged);
  const prompts = dragged ?? editable ?? candidate?.prompts;
  const region = regions.find(({ index }) => index === selectedRegion);
  const under = regions.find(({ index }) => index === hovered && index !== selectedRegion);
  const answer = candidate?.levels.find((mask) => mask.level === candidate.chosen) ?? candidate?.levels[0];
  const marked = annotations.filter(
    ({ id }) => layers.annotations.visible && (id === selectedAnnotation || id === hoveredAnnotation),
  );
  return (
    <>
      {under && <Emphasised region={under} level={null} strong={false} />}
      {region && <Emphasised region={region} level={level} strong={!candidate} />}
      {marked.map((annotation) => (
        <Marked key={annotation.id} annotation={annotation} regions={regions} strong />
      ))}
      {answer && (
        <Group opacity={candidate?.pending ? 0.55 : 1}>
          <Area
            polygons={answer.polygons}
            fill={PALETTE.candidateFill}
            stroke={{ colour: PALETTE.candidate, width: 2 }}
          />
        </Group>
      )}
      {prompts && <Prompts prompts={prompts} strong />}
      {draft && <DraftShape draft={draft} scratch={scratch} image={image} />}
    </>
  );
});

/** A region that is looked at: its outline or one of its three masks, and the prompts that led to it. */
function Emphasised({
  region,
  level,
  strong,
}: {
  readonly region: Region;
  readonly level: 1 | 2 | 3 | null;
  readonly strong: boolean;
}) {
  const mask = region.levels.find((candidate) => candidate.level === level);
  return (
    <>
      <Area
        polygons={mask?.polygons ?? region.polygons}
        {...(strong && { fill: mask ? PALETTE.levelFill : PALETTE.selectedFill })}
        stroke={{
          colour: strong ? PALETTE.selected : PALETTE.mask,
          width: strong ? 2.25 : 2,
          ...(mask && { dash: [3, 3] }),
        }}
      />
      {strong && <Prompts prompts={region.prompts} strong={false} />}
      {!strong && <PromptBox box={region.prompts.box} colour={PALETTE.box} strong={false} />}
      <Badge at={region.box} text={String(region.index)} colour={PALETTE.selected} />
    </>
  );
}

function DraftShape({
  draft,
  scratch,
  image,
}: {
  readonly draft: Draft;
  readonly scratch: ScratchStore;
  readonly image: Size;
}) {
  const place = useScratch(scratch, (state) => (draft.kind === 'polygon' ? state.place : null));
  if (draft.kind === 'strokes') return null;
  if (draft.kind === 'polygon') return <DraftLine points={draft.points} cursor={place} />;
  const box = boxBetween(draft.from, draft.to, image);
  if (draft.kind === 'box') return <PromptBox box={box} colour={PALETTE.box} strong />;
  return (
    <Area
      polygons={[boxPolygon(box)]}
      fill={PALETTE.draftFill}
      stroke={{ colour: PALETTE.draft, width: 1.75 }}
    />
  );
}
