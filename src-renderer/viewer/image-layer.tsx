import type Konva from 'konva';
import { type Ref, useEffect, useId, useMemo, useRef } from 'react';
import { Layer, Shape } from 'react-konva';
import type { Pyramid } from '../../src-shared/contract/review.ts';
import type { Box } from '../../src-shared/geometry.ts';
import { authorisedMediaUrls } from '../api/browser-access.ts';
import { pictures } from './pictures.ts';
import { levelFor, parentOf, type Tile, tileBox, tilesIn } from './tiles.ts';
import { type ViewerStage, type Viewport, visibleBox } from './viewport.ts';

export interface ImageLayerProps {
  /** Null: the picture is not shown. */
  readonly thumbnail: string | null;
  readonly pyramid: Pyramid | null;
  readonly stage: ViewerStage;
  readonly viewport: Viewport;
  readonly ref?: Ref<Konva.Layer>;
}

/** The picture itself: tiles of the right level, beneath them whatever coarser picture is already there. */
export function ImageLayer({ thumbnail, pyramid, stage, viewport, ref }: ImageLayerProps) {
  const shape = useRef<Konva.Shape>(null);
  const owner = useId();
  const deviceScale = viewport.scale * stage.ratio;
  const tiles = useMemo(
    () => (pyramid ? tilesIn(pyramid, levelFor(pyramid, deviceScale), visibleBox(viewport, stage)) : []),
    [pyramid, deviceScale, viewport, stage],
  );
  useEffect(() => {
    const whole = pyramid ? tilesIn(pyramid, pyramid.levels - 1, wholeOf(pyramid)) : [];
    const urls = pyramid ? [...whole, ...tiles].map((tile) => urlOf(pyramid, tile)) : [];
    pictures.want(owner, [...new Set([...(thumbnail === null ? [] : [thumbnail]), ...urls])]);
  }, [owner, thumbnail, pyramid, tiles]);
  useEffect(() => {
    const end = pictures.subscribe(() => shape.current?.getLayer()?.batchDraw());
    return () => {
      end();
      pictures.want(owner, []);
    };
  }, [owner]);
  return (
    <Layer listening={false} ref={ref}>
      <Shape
        ref={shape}
        sceneFunc={(context) => {
          const canvas = context._context as CanvasRenderingContext2D;
          canvas.save();
          drawImage(canvas, { thumbnail, pyramid, stage, viewport }, tiles);
          canvas.restore();
        }}
      />
    </Layer>
  );
}

function wholeOf({ width, height }: Pyramid): Box {
  return { x: 0, y: 0, width, height };
}

function urlOf({ imageId, version }: Pyramid, { level, column, row }: Tile): string {
  return authorisedMediaUrls.tile(imageId, version, level, column, row);
}

/** Draws in device pixels: tiles meet without seams only where their edges are rounded alike. */
function drawImage(
  canvas: CanvasRenderingContext2D,
  { thumbnail, pyramid, stage, viewport }: ImageLayerProps,
  tiles: readonly Tile[],
): void {
  const { ratio, image } = stage;
  const edge = (origin: number, at: number) => Math.round((origin + at * viewport.scale) * ratio);
  const place = ({ x, y, width, height }: Box) => {
    const left = edge(viewport.x, x);
    const top = edge(viewport.y, y);
    return [left, top, edge(viewport.x, x + width) - left, edge(viewport.y, y + height) - top] as const;
  };
  canvas.setTransform(1, 0, 0, 1, 0, 0);
  const whole = place({ x: 0, y: 0, width: image.width, height: image.height });
  canvas.beginPath();
  canvas.rect(...whole);
  canvas.clip();
  const missing = tiles.filter((tile) => !pyramid || !pictures.get(urlOf(pyramid, tile)));
  const small = thumbnail === null ? undefined : pictures.get(thumbnail);
  canvas.imageSmoothingEnabled = true;
  if (small && (missing.length > 0 || !pyramid)) canvas.drawImage(small, ...whole);
  if (!pyramid) return;
  const below = new Map(
    missing.flatMap((tile) => {
      const found = coarser(pyramid, tile);
      return found ? [[urlOf(pyramid, found), found] as const] : [];
    }),
  );
  for (const tile of [...below.values()].sort((a, b) => b.level - a.level)) {
    canvas.drawImage(pictures.get(urlOf(pyramid, tile))!, ...place(tileBox(pyramid, tile)));
  }
  // Beyond 1:1 pixels are to be seen as such.
  canvas.imageSmoothingEnabled = viewport.scale * ratio <= 1;
  canvas.imageSmoothingQuality = 'medium';
  for (const tile of tiles) {
    const bitmap = pictures.get(urlOf(pyramid, tile));
    if (bitmap) canvas.drawImage(bitmap, ...place(tileBox(pyramid, tile)));
  }
}

/** The next coarser tile over this one that is already there. */
function coarser(pyramid: Pyramid, tile: Tile): Tile | undefined {
  for (let up = parentOf(pyramid, tile); up; up = parentOf(pyramid, up)) {
    if (pictures.get(urlOf(pyramid, up))) return up;
  }
  return undefined;
}
