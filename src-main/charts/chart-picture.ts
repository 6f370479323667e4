import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { initWasm, Resvg } from '@resvg/resvg-wasm';
import type { RgbImage } from '../../src-shared/rgb-image.ts';
import { FONT_FAMILY, fontFile } from '../files/fonts.ts';
import { unpackedPath } from '../files/unpacked-path.ts';

/** Fonts of the machine are not asked: the same picture everywhere. */
let ready: Promise<readonly Uint8Array[]> | undefined;

/**
 * A chart (SVG on an opaque background) as pixels.
 * @param zoom pixels per CSS pixel
 */
export async function chartPicture(svg: string, zoom: number): Promise<RgbImage> {
  ready ??= load();
  const fontBuffers = [...(await ready)];
  const renderer = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: zoom },
    font: { fontBuffers, defaultFontFamily: FONT_FAMILY, sansSerifFamily: FONT_FAMILY },
  });
  try {
    const picture = renderer.render();
    try {
      const { width, height, pixels } = picture;
      return { width, height, data: withoutAlpha(pixels) };
    } finally {
      picture.free();
    }
  } finally {
    renderer.free();
  }
}

async function load(): Promise<readonly Uint8Array[]> {
  const path = unpackedPath(fileURLToPath(import.meta.resolve('@resvg/resvg-wasm/index_bg.wasm')));
  await initWasm(await readFile(path));
  return [await readFile(fontFile('regular'))];
}

function withoutAlpha(rgba: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4) {
    rgb[to++] = rgba[from]!;
    rgb[to++] = rgba[from + 1]!;
    rgb[to++] = rgba[from + 2]!;
  }
  return rgb;
}
