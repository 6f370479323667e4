import { describe, expect, it } from 'vitest';
import { outlinePolygons } from '../../src-main/pipeline/polygons.ts';
import type { Polygon } from '../../src-shared/geometry.ts';
import { sampleBilinear } from './naive-bilinear.ts';
import { polygonArea } from './polygon-area.ts';

const unitPlacement = { x: 0, y: 0, cellWidth: 1, cellHeight: 1, imageWidth: 100, imageHeight: 100 };

function raster(width: number, height: number, value: (x: number, y: number) => number): Float32Array {
  return Float32Array.from({ length: width * height }, (_, i) =>
    value((i % width) + 0.5, Math.floor(i / width) + 0.5),
  );
}

/** True when a horizontal ray to the left crosses the ring an odd number of times. */
function crossesLeftOf(ring: Polygon[number], x: number, y: number): boolean {
  const crossings = ring.slice(1).filter(([bx, by], i) => {
    const [ax, ay] = ring[i]!;
    return ay > y !== by > y && x > ax + ((bx - ax) * (y - ay)) / (by - ay);
  });
  return crossings.length % 2 === 1;
}

describe('outlinePolygons', () => {
  it('outlines a ring with its hole', () => {
    const distance = (x: number, y: number) => Math.hypot(x - 50, y - 50);
    const ring = raster(100, 100, (x, y) => Math.min(30 - distance(x, y), distance(x, y) - 12));
    const polygons = outlinePolygons(ring, 100, 100, 0, unitPlacement, 0.2);
    expect(polygons).toHaveLength(1);
    expect(polygons[0]).toHaveLength(2);
    expect(Math.abs(polygonArea(polygons) / (Math.PI * (30 ** 2 - 12 ** 2)) - 1)).toBeLessThan(0.01);
    for (const [k, radius] of [30, 12].entries()) {
      for (const [x, y] of polygons[0]![k]!) expect(Math.abs(distance(x, y) - radius)).toBeLessThan(0.3);
    }
  });

  it('holds the same pixels as the field itself, holes and islands included', () => {
    const size = 80;
    const waves = (x: number, y: number) =>
      Math.sin(x / 4) * Math.cos(y / 5) + Math.sin((x + 2 * y) / 11) - 0.2;
    const circle = (x: number, y: number) => 2 - Math.abs(Math.hypot(x - 40, y - 40) - 14);
    const field = raster(size, size, (x, y) => Math.max(waves(x, y), circle(x, y)));
    const scale = 3;
    const image = size * scale;
    const placement = {
      x: 0,
      y: 0,
      cellWidth: scale,
      cellHeight: scale,
      imageWidth: image,
      imageHeight: image,
    };
    const polygons = outlinePolygons(field, size, size, 0, placement, 0.4);
    expect(polygons.length).toBeGreaterThan(3);
    expect(polygons.some((rings) => rings.length > 1)).toBe(true);
    let [both, either] = [0, 0];
    for (let y = 0.5; y < image; y++)
      for (let x = 0.5; x < image; x++) {
        const drawn = polygons.flat().filter((ring) => crossesLeftOf(ring, x, y)).length % 2 === 1;
        const real = sampleBilinear(field, size, size, x / scale - 0.5, y / scale - 0.5) >= 0;
        if (drawn && real) both++;
        if (drawn || real) either++;
      }
    expect(both / either).toBeGreaterThan(0.98);
  });

  it('runs along the edge where the set touches it, and in image pixels', () => {
    const placement = { x: 10, y: 20, cellWidth: 2, cellHeight: 3, imageWidth: 100, imageHeight: 100 };
    const [polygon] = outlinePolygons(
      raster(4, 5, () => 1),
      4,
      5,
      0.5,
      placement,
      0,
    );
    const xs = polygon![0]!.map(([x]) => x);
    const ys = polygon![0]!.map(([, y]) => y);
    expect([Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)]).toEqual([10, 18, 20, 35]);
  });

  it('clamps to the image', () => {
    const placement = { ...unitPlacement, imageWidth: 3.5, imageHeight: 4 };
    const [polygon] = outlinePolygons(
      raster(4, 5, () => 1),
      4,
      5,
      0.5,
      placement,
      0,
    );
    expect(Math.max(...polygon![0]!.map(([x]) => x))).toBe(3.5);
    expect(Math.max(...polygon![0]!.map(([, y]) => y))).toBe(4);
  });

  it('keeps closed rings when it simplifies, small ones whole', () => {
    const blobs = raster(40, 40, (x, y) =>
      Math.max(12 - Math.hypot(x - 14, y - 14), 1.3 - Math.hypot(x - 35, y - 35)),
    );
    const polygons = outlinePolygons(blobs, 40, 40, 0, unitPlacement, 2);
    expect(polygons).toHaveLength(2);
    for (const [ring] of polygons) {
      expect(ring!.length).toBeGreaterThanOrEqual(4);
      expect(ring!.at(-1)).toEqual(ring![0]);
    }
  });

  it('leaves specks out beside larger polygons, and only then', () => {
    const speck = (x: number, y: number) => 0.4 - Math.hypot(x - 35.5, y - 35.5);
    const alone = raster(40, 40, speck);
    const beside = raster(40, 40, (x, y) => Math.max(speck(x, y), 5 - Math.hypot(x - 14, y - 14)));
    expect(outlinePolygons(alone, 40, 40, 0, unitPlacement, 0.4)).toHaveLength(1);
    expect(outlinePolygons(beside, 40, 40, 0, unitPlacement, 0.4)).toHaveLength(1);
  });

  it('is empty where nothing reaches the threshold', () => {
    expect(
      outlinePolygons(
        raster(4, 4, () => 0.2),
        4,
        4,
        0.5,
        unitPlacement,
        0.4,
      ),
    ).toEqual([]);
  });
});
