import { ResourceLoader } from './resource-loader.ts';
import type { LoadedMap } from './score-map.ts';

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
export const maps = new ResourceLoader<LoadedMap>(
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
export const truths = new ResourceLoader<LoadedMap>(
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
