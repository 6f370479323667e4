import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { type Frame, frameFor } from '../../../../src-shared/frame.ts';
import type { Polygon } from '../../../../src-shared/geometry.ts';
import { colourTable, paintMap } from '../../../../src-shared/paint-map.ts';
import type { Recipe } from '../../../../src-shared/recipe.ts';
import type { ArtifactRef, Region } from '../../../../src-shared/result.ts';
import type { SampleRange } from '../../../../src-shared/sample-range.ts';
import type { ModelVerdict } from '../../../../src-shared/verdict.ts';
import { encodeRgba } from '../../../codec/encode-rgba.ts';
import { decodeGrey16, thumbnail } from '../../../codec/image-codec.ts';
import { decodeMask } from '../../../codec/mask-codec.ts';
import { ArtifactStore } from '../../../files/artifact-store.ts';
import { mapContent } from '../../../pipeline/bilinear.ts';
import { fillPolygons } from '../../../pipeline/polygon-raster.ts';
import { outlinePolygons } from '../../../pipeline/polygons.ts';
import { unlessUnreadable } from '../../../reports/seen-content.ts';
import type { MethodCase } from '../methods/method-case.ts';
import type { CaseRole, ChosenCase } from './choose-cases.ts';
import type { PictureFolder } from './picture-folder.ts';

/** Longest side of a picture in pixels. */
const SIDE = 384;

/** A picture of a map and where it lies, in image pixels from the top left corner; it may reach beyond the image. */
interface MapPicture {
  readonly href: string;
  readonly width: number;
  readonly height: number;
}

/** How a method's answer compares with the ground truth, in shares of the image's pixels. */
interface Overlap {
  readonly truth: number;
  readonly mask: number;
  readonly both: number;
}

/** Everything that a page shows of a case. Hrefs are relative to the page, geometry is in image pixels. */
export interface CasePictures {
  readonly role: CaseRole;
  /** Folder of the defect and name of the file. */
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly figures: MethodCase['figures'];
  readonly verdict: ModelVerdict;
  readonly defective: boolean;
  /** Null: the file could not be read any more. */
  readonly picture: string | null;
  readonly truth: readonly Polygon[];
  /** The map in which regions were looked for; where an opinion is measured alone, its own. */
  readonly map: MapPicture;
  /** What SAM was asked with; undefined: it was not asked. */
  readonly prompts: readonly Pick<Region, 'index' | 'prompts'>[] | undefined;
  readonly mask: readonly Polygon[];
  readonly overlap: Overlap;
}

/** Takes small pictures of a case while its files are there. */
export async function takePictures(
  { role, case: shown }: ChosenCase<MethodCase>,
  range: SampleRange | undefined,
  { theta, maxPixels }: Pick<Recipe, 'theta' | 'maxPixels'>,
  folder: PictureFolder,
): Promise<CasePictures> {
  const { path, result, defective, figures } = shown;
  const { width, height } = result;
  const frame = frameFor(width, height);
  const isWhole = shown.finalMap.sha256 === result.artifacts.finalMap.sha256;
  const mapRef = isWhole ? result.artifacts.coarseMap : shown.finalMap;
  const map = await readMap(mapRef, shown.artifactRoot, frame);
  const picture = await unlessUnreadable(
    thumbnail(path, SIDE, { maxPixels, ...(range && { range }), format: 'webp' }),
  );
  const truth = shown.mask === undefined ? [] : await truthOutline(shown.mask, maxPixels);
  const mask = isWhole
    ? result.regions.flatMap(({ polygons }) => polygons)
    : outlineAbove(map, theta, frame, toleranceOf(width, height));
  return {
    role,
    name: `${basename(dirname(path))}/${basename(path)}`,
    ...{ width, height, figures, defective },
    verdict: result.verdict,
    picture: picture && (await folder.keep(picture, 'webp')),
    truth,
    map: {
      href: await folder.keep(await mapPicture(map, theta), 'png'),
      width: (map.width * width) / map.content.width,
      height: (map.height * height) / map.content.height,
    },
    prompts: isWhole && result.timings.decode > 0 ? result.regions : undefined,
    mask,
    overlap: overlapOf(truth, mask, width, height),
  };
}

interface ReadMap {
  readonly width: number;
  readonly height: number;
  readonly data: Uint16Array;
  /** How much of it the image covers. */
  readonly content: { readonly width: number; readonly height: number };
}

async function readMap(ref: ArtifactRef, artifactRoot: string, frame: Frame): Promise<ReadMap> {
  const map = await decodeGrey16(await readFile(new ArtifactStore(artifactRoot).pathOf(ref)));
  return { ...map, content: mapContent(map, frame) };
}

/** In the viewer's colours. */
async function mapPicture({ width, height, data }: ReadMap, theta: number): Promise<Uint8Array> {
  const pixels = new Uint32Array(data.length);
  paintMap(data, colourTable(theta), pixels);
  return encodeRgba(width, height, new Uint8Array(pixels.buffer), SIDE);
}

async function truthOutline(path: string, maxPixels: number): Promise<Polygon[]> {
  const { width, height, data } = await decodeMask(path, { maxPixels });
  const placement = {
    ...{ x: 0, y: 0, cellWidth: 1, cellHeight: 1 },
    ...{ imageWidth: width, imageHeight: height },
  };
  return outlinePolygons(Float32Array.from(data), width, height, 0.5, placement, toleranceOf(width, height));
}

function outlineAbove(map: ReadMap, theta: number, frame: Frame, tolerance: number): Polygon[] {
  const { imageWidth, imageHeight } = frame;
  const placement = {
    ...{ x: 0, y: 0, imageWidth, imageHeight },
    cellWidth: imageWidth / map.content.width,
    cellHeight: imageHeight / map.content.height,
  };
  const values = Float32Array.from(map.data, (value) => value / 65535);
  return outlinePolygons(values, map.width, map.height, theta, placement, tolerance);
}

/** Half a pixel of the picture, in image pixels. */
function toleranceOf(width: number, height: number): number {
  return Math.max(0.4, (0.5 * Math.max(width, height)) / SIDE);
}

function overlapOf(
  truth: readonly Polygon[],
  mask: readonly Polygon[],
  width: number,
  height: number,
): Overlap {
  const [a, b] = [new Uint8Array(width * height), new Uint8Array(width * height)];
  fillPolygons(a, width, height, truth, 1);
  fillPolygons(b, width, height, mask, 1);
  let [inTruth, inMask, inBoth] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    inTruth += a[i]!;
    inMask += b[i]!;
    inBoth += a[i]! & b[i]!;
  }
  return { truth: inTruth / a.length, mask: inMask / a.length, both: inBoth / a.length };
}
