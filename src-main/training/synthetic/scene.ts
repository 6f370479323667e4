import { Random } from '../../../src-shared/random.ts';
import type { RgbImage } from '../../../src-shared/rgb-image.ts';
import { makeBackdrop } from './backdrop.ts';
import type { ObjectKind } from './blueprint.ts';
import { type Camera, randomCamera, takePicture } from './camera.ts';
import { decorateObject, decorateSurface } from './decoration.ts';
import { applyToPlanes } from './defects/apply-to-planes.ts';
import { makeDefect, pickDefect } from './defects/paint-defect.ts';
import type { Patch } from './defects/patch.ts';
import { type Accent, makeSite } from './defects/site.ts';
import { STRUCTURAL_DEFECTS, structuralDefect } from './defects/structural.ts';
import { visibleMask } from './defects/visible-mask.ts';
import { clamp } from './field.ts';
import { fixtures, furniture } from './furniture.ts';
import type { Size, SyntheticSample } from './image.ts';
import { castShadow, type Light, lightPlanes, randomLight } from './lighting.ts';
import { OBJECT_KINDS } from './objects/kinds.ts';
import {
  copyPlanes,
  cutPlanes,
  cutRows,
  emptyPlanes,
  type Layer,
  makePose,
  type Planes,
  paintLayer,
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
export function renderGood(kind: string, random: Random, size: Size): Scene {
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

function picture(planes: Planes, backdrop: Float32Array | null, light: Light, camera: Camera): RgbImage {
  const shadow = backdrop ? castShadow(planes, light) : null;
  return takePicture(lightPlanes(planes, backdrop, light, shadow), planes.width, planes.height, camera);
}

function objectMask(planes: Planes): Uint8Array {
  const mask = new Uint8Array(planes.alpha.length);
  for (let i = 0; i < mask.length; i++) mask[i] = planes.alpha[i]! >= 0.5 ? 255 : 0;
  return mask;
}

/** Where a layer lies in the picture. */
function accentOf({ pose, bounds: [left, top, right, bottom] }: Layer): Accent {
  const [m00, m01, m10, m11] = pose.matrix;
  const u = (left + right) / 2;
  const v = (top + bottom) / 2;
  return {
    x: pose.cx + pose.scale * (m00 * u + m01 * v),
    y: pose.cy + pose.scale * (m10 * u + m11 * v),
    radius: (pose.scale * Math.hypot(right - left, bottom - top)) / 3,
  };
}

/** An object's layers, with the writing on it once more. */
interface Placed {
  readonly layers: readonly Layer[];
  readonly printed: readonly Layer[];
}

/** One object in the frame, or several of the same kind. */
function placeObject(kind: ObjectKind, random: Random, size: Size, decorated: boolean): Placed {
  const several = !kind.alone && random.chance(0.14);
  const all: { layers: Layer[]; printed: Layer[] } = { layers: [], printed: [] };
  const add = ({ layers, printed }: Placed) => {
    all.layers.push(...layers);
    all.printed.push(...printed);
  };
  if (!several) {
    const cropped = random.chance(0.14);
    const fillShare = cropped ? random.range(1, 1.7) : 1 - 0.52 * random.next() ** 1.5;
    const box = { left: 0, top: 0, width: size.width, height: size.height };
    add(place(kind, random, size, box, fillShare, cropped ? 0.3 : 0.06, decorated));
    return all;
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
      add(
        place(
          kind,
          seed,
          size,
          { left: i * w, top: j * h, width: w, height: h },
          share,
          0.05,
          decorated,
          pose,
        ),
      );
    }
  }
  return all;
}

function place(
  kind: ObjectKind,
  random: Random,
  size: Size,
  { left, top, width, height }: Size & { readonly left: number; readonly top: number },
  share: number,
  drift: number,
  decorated: boolean,
  pose: Random = random.fork('pose'),
): Placed {
  const [hw, hh] = kind.extent;
  const built = kind.build(random.fork('build'));
  const printed = decorated ? decorateObject(kind, built, random.fork('print')) : [];
  const parts = [...built, ...printed];
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
    // Writing is never seen in a mirror.
    pose.chance(0.5) && !parts.some((part) => part.tag === 'print'),
  );
  const layers = parts.map((part) => ({ ...part, pose: placed }));
  return { layers, printed: layers.slice(built.length) };
}

/**
 * Renders a part with one to four defects of a kind, or a good one.
 * @param options.defect a name from {@link DEFECTS} or {@link STRUCTURAL_DEFECTS}; null: a good part; left out:
 * chosen at random
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
  const structural = options.defect !== undefined && STRUCTURAL_DEFECTS.includes(options.defect);
  if (structural || (options.defect === undefined && choice.chance(0.16))) {
    for (let attempt = 0; attempt < (structural ? 12 : 1); attempt++) {
      const rebuilt = rebuild(scene, choice.fork(`rebuild ${attempt}`), options.defect);
      if (rebuilt) return rebuilt;
    }
    if (structural) return good;
  }
  if (options.defect !== undefined) return damage(scene, choice, options.defect) ?? good;
  for (let attempt = 0; attempt < 3; attempt++) {
    const own = choice.fork(`kind ${attempt}`);
    const damaged = damage(scene, own, pickDefect(own, scene.hasOutline));
    if (damaged) return damaged;
  }
  return good;
}

/** The scene with a component missing, out of place or misprinted; null when it has none or nobody would see it. */
function rebuild(scene: Scene, random: Random, wanted?: string): SyntheticSample | null {
  const size = scene.image;
  const built = structuralDefect(scene.layers, random, size);
  if (!built || (wanted !== undefined && built.defect !== wanted)) return null;
  const planes = scene.base ? copyPlanes(scene.base) : emptyPlanes(size.width, size.height);
  for (const layer of built.layers) paintLayer(planes, scene.textures, layer);
  const image = picture(planes, scene.backdrop, scene.light, scene.camera);
  const { mask, area, kept } = visibleMask(scene.image, image, built.patches);
  if (area < 12 || kept.length === 0 || area > 0.5 * mask.length) return null;
  return { object: scene.object, objectSynonyms: scene.objectSynonyms, image, mask, defect: built.defect };
}

const COUNTS = [1, 1, 1, 1, 1, 2, 2, 3, 4];

/** The scene with defects of one kind, retaken with the same camera; null when nothing could be made visible. */
function damage(scene: Scene, random: Random, defect: string): SyntheticSample | null {
  const { width, height } = scene.image;
  const albedo = albedoImage(scene);
  let strength = random.logRange(0.22, 1.4);
  for (let attempt = 0; attempt < 4; attempt++) {
    const own = random.fork(`attempt ${attempt}`);
    const site = makeSite(albedo, scene.hasOutline ? scene.objectMask : null, {
      grain: scene.grain,
      strength,
      accents: scene.accents,
    });
    const patches: Patch[] = [];
    const count = own.pick(COUNTS);
    for (let i = 0; i < count; i++) patches.push(...makeDefect(site, own.fork(`defect ${i}`), defect));
    let image = retake(scene, patches);
    let seen = visibleMask(scene.image, image, patches, scene.objectMask);
    if (seen.kept.length > 0 && seen.kept.length < patches.length) {
      // Patches that nobody would see are taken back, or they would be changes outside the mask.
      const { kept } = seen;
      image = retake(scene, kept);
      seen = visibleMask(scene.image, image, kept, scene.objectMask);
    }
    if (seen.kept.length > 0 && seen.area >= 6 && seen.area < 0.75 * width * height) {
      return { object: scene.object, objectSynonyms: scene.objectSynonyms, image, mask: seen.mask, defect };
    }
    strength = Math.min(2.5, strength * 1.6);
  }
  return null;
}

/** The same picture with patches on the object; only the part that can change is lit and taken again. */
function retake(scene: Scene, patches: readonly Patch[]): RgbImage {
  const { light, camera, backdrop } = scene;
  const { width, height } = scene.image;
  // What a changed pixel reaches: the occlusion's and the lens's blur. A changed outline also moves the shadow.
  const outline = patches.some((patch) => patch.erase || patch.moveX || patch.loose) && backdrop !== null;
  const reach = Math.ceil(3.3 * light.occlusionRadius + 3 * camera.blur + 6);
  const x0 = Math.max(0, Math.min(...patches.map((patch) => patch.x0)) - reach);
  const y0 = Math.max(0, Math.min(...patches.map((patch) => patch.y0)) - reach);
  const x1 = Math.min(width, Math.max(...patches.map((patch) => patch.x0 + patch.width)) + reach);
  const y1 = Math.min(height, Math.max(...patches.map((patch) => patch.y0 + patch.height)) + reach);
  if (outline || (x1 - x0) * (y1 - y0) > 0.6 * width * height || patches.length === 0) {
    const planes = copyPlanes(scene.planes);
    for (const patch of patches) applyToPlanes(planes, patch);
    return picture(planes, backdrop, light, camera);
  }
  // Margins are lit twice as wide, so that the border of the cut-out itself has no effect on what is kept.
  const left = Math.max(0, x0 - reach);
  const top = Math.max(0, y0 - reach);
  const w = Math.min(width, x1 + reach) - left;
  const h = Math.min(height, y1 + reach) - top;
  const planes = cutPlanes(scene.planes, left, top, w, h);
  for (const patch of patches) applyToPlanes(planes, { ...patch, x0: patch.x0 - left, y0: patch.y0 - top });
  const part = { left, top, full: { width, height } };
  const behind = backdrop ? cutRows(backdrop, width * 3, left * 3, top, w * 3, h) : null;
  const shadow = scene.shadow ? cutRows(scene.shadow, width, left, top, w, h) : null;
  const taken = takePicture(lightPlanes(planes, behind, light, shadow, part), w, h, camera, part);
  const data = scene.image.data.slice();
  for (let y = y0; y < y1; y++) {
    const from = ((y - top) * w + x0 - left) * 3;
    data.set(taken.data.subarray(from, from + (x1 - x0) * 3), (y * width + x0) * 3);
  }
  return { width, height, data };
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
