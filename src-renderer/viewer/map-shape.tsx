import { memo, useMemo, useRef } from 'react';
import { Shape } from 'react-konva';
import { paintMap } from '../../src-shared/paint-map.ts';
import { PALETTE } from './palette.ts';
import { isoline, type LoadedMap, mapScale } from './score-map.ts';
import { inImagePixels } from './shapes.tsx';
import type { Size } from './viewport.ts';

/** A map painted over the image through a table of colours, with a line where it crosses the threshold. */
export const MapShape = memo(function MapShape({
  map,
  image,
  table,
  threshold,
  line,
  opacity,
}: {
  readonly map: LoadedMap;
  readonly image: Size;
  readonly table: Uint32Array;
  /** 0..1. */
  readonly threshold: number;
  readonly line: string;
  readonly opacity: number;
}) {
  const painted = usePainted(map, table);
  const path = useMemo(() => segmentsPath(isoline(map, threshold)), [map, threshold]);
  return (
    <Shape
      sceneFunc={inImagePixels((context, pixel) => {
        const scale = mapScale(map, image);
        context.save();
        context.beginPath();
        context.rect(0, 0, image.width, image.height);
        context.clip();
        context.scale(scale.x, scale.y);
        context.imageSmoothingEnabled = true;
        context.globalAlpha = opacity;
        context.drawImage(painted, 0, 0);
        context.globalAlpha = Math.min(1, opacity + 0.2);
        // A line's width is in map pixels here, which need not be square: by the mean of both sides.
        const width = (2 * pixel) / (scale.x + scale.y);
        context.lineCap = 'round';
        context.strokeStyle = PALETTE.casing;
        context.lineWidth = 2.6 * width;
        context.stroke(path);
        context.strokeStyle = line;
        context.lineWidth = 1.2 * width;
        context.stroke(path);
        context.restore();
      })}
    />
  );
});

/** The map as a picture of its own size. One canvas serves all maps, one after the other. */
function usePainted(map: LoadedMap, table: Uint32Array): OffscreenCanvas {
  const reused = useRef<OffscreenCanvas>(null);
  return useMemo(() => {
    const { width, height, values } = map;
    let canvas = reused.current;
    if (canvas?.width !== width || canvas.height !== height) canvas = new OffscreenCanvas(width, height);
    reused.current = canvas;
    const picture = new ImageData(width, height);
    paintMap(values, table, new Uint32Array(picture.data.buffer));
    canvas.getContext('2d')!.putImageData(picture, 0, 0);
    return canvas;
  }, [map, table]);
}

function segmentsPath(segments: Float32Array): Path2D {
  const path = new Path2D();
  for (let i = 0; i < segments.length; i += 4) {
    path.moveTo(segments[i]!, segments[i + 1]!);
    path.lineTo(segments[i + 2]!, segments[i + 3]!);
  }
  return path;
}
