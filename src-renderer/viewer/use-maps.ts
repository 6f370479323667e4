import { useCallback, useMemo } from 'react';
import type { Point } from '../../src-shared/geometry.ts';
import { colourTable } from '../../src-shared/paint-map.ts';
import { authorisedMediaUrls } from '../api/browser-access.ts';
import { maps, truths } from './pictures.ts';
import { type LoadedMap, scoreAt } from './score-map.ts';
import { useResource } from './use-resource.ts';
import { type LayerSettings, type MapId, shownMap } from './view-settings.ts';
import type { ViewerStage } from './viewport.ts';

interface MapSource {
  readonly imageId: number;
  /** Null: there is no result whose maps could be shown. */
  readonly runId: number | null;
  readonly hasTruth: boolean;
  readonly stage: ViewerStage | null;
  readonly layers: LayerSettings;
  /** 0..1. */
  readonly theta: number;
}

interface ShownMaps {
  /** The score map that is on; null: none is. */
  readonly shown: MapId | null;
  readonly scores: LoadedMap | undefined;
  readonly truth: LoadedMap | undefined;
  readonly colours: Uint32Array;
  /** The score (0..1) of the map on show at a place of the image; null where there is none. */
  scoreOf(at: Point): number | null;
}

/** The maps of the layers that are on, as far as they are there. */
export function useMaps({ imageId, runId, hasTruth, stage, layers, theta }: MapSource): ShownMaps {
  const shown = shownMap(layers);
  const scores = useResource(
    maps,
    runId !== null && shown !== null ? authorisedMediaUrls.map(shown, runId, imageId) : null,
  );
  const truth = useResource(
    truths,
    hasTruth && layers.truth.visible ? authorisedMediaUrls.truth(imageId) : null,
  );
  const colours = useMemo(() => colourTable(theta), [theta]);
  const scoreOf = useCallback(
    ({ x, y }: Point) => (stage && scores ? scoreAt(scores, stage.image, x, y) : null),
    [stage, scores],
  );
  return { shown, scores, truth, colours, scoreOf };
}
