import { Fragment, memo, type ReactNode, useMemo } from 'react';
import { Group } from 'react-konva';
import type { Annotation } from '../../src-shared/annotation.ts';
import type { Region } from '../../src-shared/result.ts';
import { AnnotationArea } from './annotation-area.tsx';
import { NO_AREA } from './geometry.ts';
import { MapShape } from './map-shape.tsx';
import { PALETTE } from './palette.ts';
import { PromptShapes } from './prompt-shapes.tsx';
import type { LoadedMap } from './score-map.ts';
import { Area, ImageBadge } from './shapes.tsx';
import { levelOfRank, type Step } from './steps.ts';
import { type LayerSetting, type LayerSettings, shownMap } from './view-settings.ts';
import type { Size } from './viewport.ts';

interface MapsProps {
  readonly layers: LayerSettings;
  /** The score map that is on, as far as it is there. */
  readonly scores: LoadedMap | undefined;
  readonly truth: LoadedMap | undefined;
  readonly colours: Uint32Array;
  readonly theta: number;
  readonly image: Size;
}

/** Score maps and ground truth. */
export const Maps = memo(function Maps({ layers, scores, truth, colours, theta, image }: MapsProps) {
  const truthColours = useMemo(() => new Uint32Array([0, truthColour()]), []);
  const shown = shownMap(layers);
  return (
    <>
      {scores && shown && (
        <MapShape
          map={scores}
          image={image}
          table={colours}
          threshold={theta}
          line={PALETTE.isoline}
          opacity={layers[shown].opacity}
        />
      )}
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

export interface FindingsProps {
  readonly layers: LayerSettings;
  readonly regions: readonly Region[];
  readonly annotations: readonly Annotation[];
}

/** Of a region that does not count. */
const BELOW_LIMIT = { colour: PALETTE.belowLimit, width: 1.25, dash: [3, 4] } as const;

/** What was found and annotated, as outlines; while stepping through, the masks of the step. */
export const Findings = memo(function Findings({
  layers,
  regions,
  annotations,
  step,
}: FindingsProps & { readonly step: Step | null }) {
  const rank = step?.rank ?? null;
  const [counted, below] = [
    regions.filter(({ belowLimit }) => !belowLimit),
    regions.filter(({ belowLimit }) => belowLimit),
  ];
  return (
    <>
      <Shown layer={layers.mask}>
        {counted.map(({ index, polygons }) => (
          <Area
            key={index}
            polygons={polygons}
            fill={PALETTE.maskFill}
            stroke={{ colour: PALETTE.mask, width: 1.5 }}
          />
        ))}
      </Shown>
      <Shown layer={layers['below-limit']}>
        {below.map(({ index, polygons, box }) => (
          <Fragment key={index}>
            <Area polygons={polygons} stroke={BELOW_LIMIT} />
            <ImageBadge at={box} text={String(index)} colour={PALETTE.belowLimit} />
          </Fragment>
        ))}
      </Shown>
      {rank !== null &&
        regions.map((region) => (
          <Area
            key={region.index}
            polygons={levelOfRank(region, rank)?.polygons ?? NO_AREA}
            fill={PALETTE.maskFill}
            stroke={{ colour: PALETTE.mask, width: 1.5 }}
          />
        ))}
      <Shown layer={layers.prompts}>
        {regions.map(({ index, prompts }) => (
          <PromptShapes key={index} prompts={prompts} strong={false} />
        ))}
      </Shown>
      <Shown layer={layers.annotations}>
        {annotations.map((annotation) => (
          <AnnotationArea key={annotation.id} annotation={annotation} regions={regions} strong={false} />
        ))}
      </Shown>
      {(layers.mask.visible || layers.prompts.visible) &&
        counted.map(({ index, box }) => (
          <ImageBadge key={index} at={box} text={String(index)} colour={PALETTE.mask} />
        ))}
    </>
  );
});

function Shown({ layer, children }: { readonly layer: LayerSetting; readonly children: ReactNode }) {
  return layer.visible ? <Group opacity={layer.opacity}>{children}</Group> : null;
}
