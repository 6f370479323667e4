import { makeBackdrop } from './backdrop.ts';
import type { ObjectKind, SurfaceKind } from './blueprint.ts';
import { type Camera, randomCamera, takePicture } from './camera.ts';
import { applyToPlanes, visibleMask } from './defect-apply.ts';
import type { Patch } from './defect-patch.ts';
import { makeSite } from './defect-site.ts';
import { DEFECTS, makeDefect, pickDefect } from './defects.ts';
import type { RgbImage, Size, SyntheticSample } from './image.ts';
import { type Light, lightPlanes, randomLight } from './lighting.ts';
import { ELECTRIC_OBJECTS } from './objects-electric.ts';
import { EVERYDAY_OBJECTS } from './objects-everyday.ts';
import { GENERIC_OBJECTS } from './objects-generic.ts';
import { HARDWARE_OBJECTS } from './objects-hardware.ts';
import {
  copyPlanes,
  emptyPlanes,
  type Layer,
  makePose,
  type Planes,
  paintLayer,
  Textures,
} from './planes.ts';
import { Random } from './random.ts';
import { structuralDefect } from './structural.ts';
import { ELECTRONIC_SURFACES } from './surfaces-electronic.ts';
import { HARD_SURFACES } from './surfaces-hard.ts';
import { METAL_SURFACES } from './surfaces-metal.ts';
import { SOFT_SURFACES } from './surfaces-soft.ts';

const SURFACE_KINDS: Readonly<Record<string, SurfaceKind>> = {
  ...METAL_SURFACES,
  ...SOFT_SURFACES,
  ...HARD_SURFACES,
  ...ELECTRONIC_SURFACES,
};

const OBJECT_KINDS: Readonly<Record<string, ObjectKind>> = {
  ...HARDWARE_OBJECTS,
  ...EVERYDAY_OBJECTS,
  ...ELECTRIC_OBJECTS,
  ...GENERIC_OBJECTS,
};

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
  readonly textures: Textures;
  readonly backdrop: Float32Array | null;
  readonly light: Light;
  readonly camera: Camera;
}

/**
 * Renders a part without any defect.
 * @param kind one of {@link SURFACES} or {@link OBJECTS}
 */
export function renderGood(kind: string, random: Random, size: Size): Scene {
  const { width, height } = size;
  const long = Math.max(width, height);
  const light = randomLight(random.fork('light'), long);
  const camera = randomCamera(random.fork('camera'), long);
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
    camera,
  };
  if (surface) {
    const base = emptyPlanes(width, height);
    base.alpha.fill(1);
    const plan = surface.paint(base, random.fork('surface'));
    const layers = plan.layers ?? [];
    const frame = random.fork('frame');
    const framed = frame.chance(0.12) ? frameBars(base, frame) : false;
    const planes = layers.length > 0 ? paintLayers(base, layers, textures) : base;
    const image = picture(planes, framed ? black(width, height) : null, light, camera);
    return {
      ...common,
      image,
      objectMask: objectMask(planes),
      hasOutline: framed,
      grain: plan.grain,
      planes,
      base,
      layers,
      backdrop: framed ? black(width, height) : null,
    };
  }
  const layers = placeObject(object!, random.fork('object'), size);
  const planes = emptyPlanes(width, height);
  for (const layer of layers) paintLayer(planes, textures, layer);
  const backdrop = makeBackdrop(width, height, random.fork('backdrop'), light);
  return {
    ...common,
    image: picture(planes, backdrop, light, camera),
    objectMask: objectMask(planes),
    hasOutline: true,
    grain: random.fork('grain').range(0, Math.PI),
    planes,
    base: null,
    layers,
    backdrop,
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

function picture(planes: Planes, backdrop: Float32Array | null, light: Light, camera: Camera): RgbImage {
  return takePicture(lightPlanes(planes, backdrop, light), planes.width, planes.height, camera);
}

function objectMask(planes: Planes): Uint8Array {
  const mask = new Uint8Array(planes.alpha.length);
  for (let i = 0; i < mask.length; i++) mask[i] = planes.alpha[i]! >= 0.5 ? 255 : 0;
  return mask;
}

/** One object in the frame, or several of the same kind. */
function placeObject(kind: ObjectKind, random: Random, size: Size): Layer[] {
  const several = !kind.alone && random.chance(0.14);
  const layers: Layer[] = [];
  if (!several) {
    const cropped = random.chance(0.14);
    const fillShare = cropped ? random.range(1, 1.7) : random.range(0.45, 0.96);
    layers.push(...place(kind, random, size, 0, 0, size.width, size.height, fillShare, cropped ? 0.3 : 0.06));
    return layers;
  }
  const columns = random.int(size.width >= size.height ? 2 : 1, size.width >= size.height ? 5 : 3);
  const rows = Math.max(1, Math.round((columns * size.height) / size.width));
  const same = random.chance(0.6) ? random.fork('same').next() : null;
  const w = size.width / columns;
  const h = size.height / rows;
  const share = random.range(0.5, 0.85);
  for (let j = 0; j < rows; j++) {
    for (let i = 0; i < columns; i++) {
      const seed = same === null ? random.fork(`${i},${j}`) : new Random(same);
      const pose = random.fork(`pose ${i},${j}`);
      layers.push(...place(kind, seed, size, i * w, j * h, w, h, share, 0.05, pose));
    }
  }
  return layers;
}

function place(
  kind: ObjectKind,
  random: Random,
  size: Size,
  left: number,
  top: number,
  width: number,
  height: number,
  share: number,
  drift: number,
  pose: Random = random.fork('pose'),
): Layer[] {
  const [hw, hh] = kind.extent;
  let angle: number;
  if (kind.upright)
    angle = pose.chance(0.7) ? pose.normal() * 0.05 : pose.int(0, 3) * (Math.PI / 2) + pose.normal() * 0.05;
  else if (pose.chance(0.4)) {
    // Laid along the longer side of the frame, as a photographer would.
    angle =
      (hw > hh === width > height ? 0 : Math.PI / 2) +
      pose.normal() * 0.06 +
      (pose.chance(0.5) ? Math.PI : 0);
  } else angle = pose.range(0, 2 * Math.PI);
  const c = Math.abs(Math.cos(angle));
  const s = Math.abs(Math.sin(angle));
  const scale = Math.min(width / (2 * (hw * c + hh * s)), height / (2 * (hw * s + hh * c))) * share;
  const squeeze = pose.chance(0.2) ? pose.range(0.8, 1) : 1;
  const placed = makePose(
    left + width * (0.5 + pose.normal() * drift * 0.5),
    top + height * (0.5 + pose.normal() * drift * 0.5),
    Math.max(4, Math.min(scale, Math.max(size.width, size.height))),
    angle,
    squeeze,
    pose.chance(0.5) && kind.names[0] !== 'name plate',
  );
  return kind.build(random.fork('build')).map((part) => ({ ...part, pose: placed }));
}

/**
 * Renders a part with one to four defects of a kind, or a good one.
 * @param options.defect a name from {@link DEFECTS}; null: a good part; left out: chosen at random
 * @returns the picture with the exact mask; `defect` is null when no defect stayed visible
 */
export function renderSample(
  kind: string,
  random: Random,
  size: Size,
  options: { readonly defect?: string | null } = {},
): SyntheticSample {
  const scene = renderGood(kind, random, size);
  const empty = new Uint8Array(size.width * size.height);
  const common = { object: scene.object, objectSynonyms: scene.objectSynonyms };
  const good = { ...common, image: scene.image, mask: empty, defect: null };
  if (options.defect === null) return good;
  const choice = random.fork('defect');
  if (options.defect === undefined && choice.chance(0.16)) {
    const built = structuralDefect(scene.layers, choice, size);
    if (built) {
      const planes = scene.base ? copyPlanes(scene.base) : emptyPlanes(size.width, size.height);
      for (const layer of built.layers) paintLayer(planes, scene.textures, layer);
      const image = picture(planes, scene.backdrop, scene.light, scene.camera);
      const { mask, area, contrast } = visibleMask(scene.image, image, built.patches);
      if (area >= 12 && contrast >= 14 && area < 0.5 * mask.length) {
        return { ...common, image, mask, defect: built.defect };
      }
    }
  }
  const defect = options.defect ?? pickDefect(choice, scene.hasOutline);
  return damage(scene, choice, defect) ?? good;
}

const COUNTS = [1, 1, 1, 1, 1, 2, 2, 3, 4];

/** The scene with defects of one kind, retaken with the same camera; null when nothing could be made visible. */
function damage(scene: Scene, random: Random, defect: string): SyntheticSample | null {
  const { width, height } = scene.image;
  let strength = random.logRange(0.35, 1.4);
  for (let attempt = 0; attempt < 4; attempt++) {
    const own = random.fork(`attempt ${attempt}`);
    const site = makeSite(albedoImage(scene), scene.hasOutline ? scene.objectMask : null, {
      grain: scene.grain,
      strength,
    });
    const patches: Patch[] = [];
    const count = own.pick(COUNTS);
    for (let i = 0; i < count; i++) patches.push(...makeDefect(site, own.fork(`defect ${i}`), defect));
    if (patches.length > 0) {
      const planes = copyPlanes(scene.planes);
      for (const patch of patches) applyToPlanes(planes, patch);
      const image = picture(planes, scene.backdrop, scene.light, scene.camera);
      const { mask, area, contrast } = visibleMask(scene.image, image, patches);
      if (area >= 6 && contrast >= 10) {
        return { object: scene.object, objectSynonyms: scene.objectSynonyms, image, mask, defect };
      }
    }
    strength = Math.min(2.5, strength * 1.6);
  }
  return null;
}

/** Albedo as bytes: what defects take local colours from. */
function albedoImage(scene: Scene): RgbImage {
  const { width, height, red, green, blue } = scene.planes;
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < red.length; i++) {
    data[i * 3] = Math.min(255, red[i]! * 255);
    data[i * 3 + 1] = Math.min(255, green[i]! * 255);
    data[i * 3 + 2] = Math.min(255, blue[i]! * 255);
  }
  return { width, height, data };
}

export { DEFECTS };
