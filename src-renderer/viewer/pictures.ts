import type { Pyramid } from '../../src-shared/contract.ts';
import { mediaUrls } from '../api/browser-access.ts';
import { ResourceLoader } from './resource-loader.ts';
import type { ScoreMap } from './score-map.ts';
import { levelFor, tilesIn } from './tiles.ts';
import { useViewSettings } from './view-settings.ts';
import { type Size, type Stage, viewportOf, visibleBox } from './viewport.ts';

const MEBIBYTE = 2 ** 20;

async function fetchOk(url: string, signal: AbortSignal): Promise<Response> {
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response;
}

/** Tiles and thumbnails, decoded off the main thread. */
export const pictures = new ResourceLoader<ImageBitmap>(
  {
    load: async (url, signal) => createImageBitmap(await (await fetchOk(url, signal)).blob()),
    bytes: ({ width, height }) => width * height * 4,
    release: (bitmap) => bitmap.close(),
  },
  { bytes: 256 * MEBIBYTE, parallel: 8 },
);

/** Coarse and final maps. */
export const maps = new ResourceLoader<ScoreMap>(
  {
    load: async (url, signal) => {
      const response = await fetchOk(url, signal);
      const width = Number(response.headers.get('x-map-width'));
      const height = Number(response.headers.get('x-map-height'));
      const values = new Uint16Array(await response.arrayBuffer());
      if (values.length !== width * height || values.length === 0)
        throw new Error(`${url}: ${values.length} values for ${width} × ${height}`);
      return { width, height, values };
    },
    bytes: ({ values }) => values.byteLength,
  },
  { bytes: 48 * MEBIBYTE, parallel: 3 },
);

/** Ground truth as a map of 0 and 65535, so that it is outlined like one. */
export const truths = new ResourceLoader<ScoreMap>(
  {
    load: async (url, signal) => {
      const bitmap = await createImageBitmap(await (await fetchOk(url, signal)).blob());
      const { width, height } = bitmap;
      const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!;
      context.drawImage(bitmap, 0, 0);
      bitmap.close();
      const { data } = context.getImageData(0, 0, width, height);
      const values = new Uint16Array(width * height);
      for (let i = 0; i < values.length; i++) values[i] = data[i * 4]! * 257;
      return { width, height, values };
    },
    bytes: ({ values }) => values.byteLength,
  },
  { bytes: 24 * MEBIBYTE, parallel: 1 },
);

/** The screen that the viewer had last: says which tiles of a neighbour will be needed. */
let screen: { readonly size: Size; readonly ratio: number } = {
  size: { width: 1024, height: 768 },
  ratio: 1,
};
export function rememberScreen(size: Size, ratio: number): void {
  screen = { size, ratio };
}

/** What must be known of an image to fetch what the viewer will show of it. */
export interface PrefetchedImage {
  readonly imageId: number;
  readonly runId: number | null;
  readonly version: string | null;
  readonly pyramid: Pyramid | null;
}

/** Fetches the pictures and maps of an image that is likely to be looked at next, as the present view would show it. */
export function prefetchImage({ imageId, runId, version, pyramid }: PrefetchedImage): void {
  const urls = [mediaUrls.thumbnail(imageId, version)];
  if (pyramid && pyramid.imageId === imageId) {
    const stage = { image: pyramid, screen: screen.size, ratio: screen.ratio };
    urls.push(...tileUrls(pyramid, stage));
  }
  pictures.fetchAhead(urls);
  const { layers } = useViewSettings.getState();
  if (runId === null) return;
  const kinds = (['coarse', 'final'] as const).filter((kind) => layers[kind].visible);
  maps.fetchAhead(kinds.map((kind) => mediaUrls.map(kind, runId, imageId)));
}

function tileUrls(pyramid: Pyramid, stage: Stage): string[] {
  const viewport = viewportOf(useViewSettings.getState().view, stage);
  const level = levelFor(pyramid, viewport.scale * stage.ratio);
  return tilesIn(pyramid, level, visibleBox(viewport, stage)).map((tile) =>
    mediaUrls.tile(pyramid.imageId, pyramid.version, tile.level, tile.column, tile.row),
  );
}
