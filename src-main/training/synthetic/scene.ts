import type { Random } from '../../../src-shared/random.ts';
import type { RgbImage } from '../../../src-shared/rgb-image.ts';
import { makeBackdrop } from './backdrop.ts';
import { type Camera, randomCamera, takePicture } from './camera.ts';
import { decorateSurface } from './decoration.ts';
import type { Accent } from './defects/site.ts';
import { clamp } from './field.ts';
import { fixtures, furniture } from './furniture.ts';
import type { PictureSize } from './image.ts';
import { castShadow, type Light, lightPlanes, randomLight } from './lighting.ts';
import { OBJECT_KINDS } from './objects/kinds.ts';
import { placeObject } from './placement.ts';
import {
  copyPlanes,
  emptyPlanes,
  type Layer,
  type Planes,
  paintLayer,
  placeInImage,
  Textures,
} from './planes.ts';
import { SOFT_SURFACES, SURFACE_KINDS } from './surfaces/kinds.ts';
import { Surface } from './surfaces/surface.ts';

/** Names of the textures that fill the image. */
export const SURFACES: readonly string[] = Object.freeze(Object.keys(SURFACE_KINDS));

/** Names of the single parts shown in front of a backdrop. */
export const OBJECTS: readonly string[] = Object.freeze(Object.keys(OBJECT_KINDS));

/** A rendered good part with everything needed to damage it and take the same picture again. */
export interface Scene {
  readonly kind: string;
  readonly object: string;
  readonly objectSynonyms: readonly string[];
  readonly image: RgbImage;
  /** 255 on the object, 0 on the backdrop; everywhere 255 for surfaces. */
  readonly objectMask: Uint8Array;
  /** True when the object has an outline inside the image. */
  readonly hasOutline: boolean;
  readonly grain: number;
  readonly planes: Planes;
  /** The bare surface below the layers; null for objects. */
  readonly base: Planes | null;
  readonly layers: readonly Layer[];
  /** Middles and radii in pixels of the writing on it, where some defects are put. */
  readonly accents: readonly Accent[];
  readonly textures: Textures;
  readonly backdrop: Float32Array | null;
  /** Darkening of the backdrop by the object; null = none. */
  readonly shadow: Float32Array | null;
  readonly light: Light;
  readonly camera: Camera;
}

/**
 * Renders a part without any defect.
 * @param kind one of {@link SURFACES} or {@link OBJECTS}
 */
export function renderGood(kind: string, random: Random, size: PictureSize): Scene {
  const { width, height } = size;
  const long = Math.max(width, height);
  const light = randomLight(random.fork('light'), long);
  const textures = new Textures(width, height, random.fork('textures'));
  const words = random.fork('words');
  const surface = SURFACE_KINDS[kind];
  const object = OBJECT_KINDS[kind];
  const kinds = surface ?? object;
  if (!kinds) {
    throw new RangeError(`Unknown kind "${kind}". Known: ${[...SURFACES, ...OBJECTS].join(', ')}.`);
  }
  const names = kinds.names;
  const chosen = words.chance(0.5) ? names[0] : words.pick(names);
  const common = {
    kind,
    object: chosen,
    objectSynonyms: names.filter((name) => name !== chosen),
    textures,
    light,
    camera: randomCamera(random.fork('camera'), long),
  };
  if (surface) {
    const base = emptyPlanes(width, height);
    base.alpha.fill(1);
    const plan = surface.paint(new Surface(base, random.fork('surface')));
    const extras = random.fork('furniture');
    const prints = random.fork('print');
    const printed =
      !surface.bare && !surface.complete && prints.chance(0.25)
        ? decorateSurface(base, prints, size, !(kind in SOFT_SURFACES))
        : [];
    const layers = [
      ...(plan.layers ?? []),
      ...printed,
      ...(!surface.complete && extras.chance(0.22) ? furniture(extras, size) : []),
    ];
    const frame = random.fork('frame');
    const framed = frame.chance(0.12) ? frameBars(base, frame) : false;
    const planes = layers.length > 0 ? paintLayers(base, layers, textures) : base;
    return expose({
      ...common,
      objectMask: objectMask(planes),
      hasOutline: framed,
      grain: plan.grain,
      planes,
      base,
      layers,
      accents: printed.map(accentOf),
      backdrop: framed ? black(width, height) : null,
    });
  }
  const extras = random.fork('fixtures');
  const own = random.fork('object');
  const placed = placeObject(object!, own, size, !object!.bare && random.fork('print').chance(0.5));
  const layers = [...(extras.chance(0.08) ? fixtures(extras, size) : []), ...placed.layers];
  const planes = emptyPlanes(width, height);
  for (const layer of layers) paintLayer(planes, textures, layer);
  return expose({
    ...common,
    objectMask: objectMask(planes),
    hasOutline: true,
    grain: random.fork('grain').range(0, Math.PI),
    planes,
    base: null,
    layers,
    accents: placed.printed.map(accentOf),
    backdrop: makeBackdrop(width, height, random.fork('backdrop'), light),
  });
}

/** Takes the good picture with the camera exposed for the object, as far as a photographer would. */
function expose(scene: Omit<Scene, 'image' | 'shadow'>): Scene {
  const { planes, backdrop, light, camera, objectMask } = scene;
  const shadow = backdrop ? castShadow(planes, light) : null;
  const radiance = lightPlanes(planes, backdrop, light, shadow);
  const counts = new Uint32Array(256);
  let total = 0;
  for (let i = 0; i < objectMask.length; i += 7) {
    if (objectMask[i]! === 0) continue;
    const k = i * 3;
    const luma = 0.299 * radiance[k]! + 0.587 * radiance[k + 1]! + 0.114 * radiance[k + 2]!;
    counts[Math.max(0, Math.min(255, Math.floor(luma * 160)))]!++;
    total++;
  }
  let left = total * 0.9;
  let bright = 0;
  while (bright < 255 && left > 0) left -= counts[bright++]!;
  const wanted = camera.exposure * 0.72;
  const gain = clamp((wanted / Math.max(0.02, bright / 160)) ** 0.75, 0.5, 4);
  const exposed = { ...camera, exposure: gain };
  return {
    ...scene,
    shadow,
    camera: exposed,
    image: takePicture(radiance, planes.width, planes.height, exposed),
  };
}

/** Black bars, as a letterbox or the part's own end leaves them, on one to four sides. */
function frameBars(planes: Planes, random: Random): true {
  const { width, height, alpha } = planes;
  const bar = () => (random.chance(0.5) ? random.range(0.01, 0.14) : 0);
  const left = bar() * width;
  const right = bar() * width;
  const top = bar() * height;
  const bottom = bar() * height;
  const lean = random.chance(0.5) ? random.normal() * 0.01 : 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const u = x + lean * y;
      const v = y - lean * x;
      const d = Math.min(u - left, width - right - u, v - top, height - bottom - v);
      if (d < 1 && (left > 0 || right > 0 || top > 0 || bottom > 0))
        alpha[y * width + x] = Math.max(0, Math.min(1, d));
    }
  }
  return true;
}

function black(width: number, height: number): Float32Array {
  return new Float32Array(width * height * 3).fill(0.012);
}

function paintLayers(base: Planes, layers: readonly Layer[], textures: Textures): Planes {
  const planes = copyPlanes(base);
  for (const layer of layers) paintLayer(planes, textures, layer);
  return planes;
}

function objectMask(planes: Planes): Uint8Array {
  const mask = new Uint8Array(planes.alpha.length);
  for (let i = 0; i < mask.length; i++) mask[i] = planes.alpha[i]! >= 0.5 ? 255 : 0;
  return mask;
}

/** Where a layer lies in the picture. */
function accentOf({ pose, bounds: [left, top, right, bottom] }: Layer): Accent {
  const [x, y] = placeInImage(pose, (left + right) / 2, (top + bottom) / 2);
  return { x, y, radius: (pose.scale * Math.hypot(right - left, bottom - top)) / 3 };
}
