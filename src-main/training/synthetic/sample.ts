import type { Random } from '../../../src-shared/random.ts';
import type { RgbImage } from '../../../src-shared/rgb-image.ts';
import { type Camera, takePicture } from './camera.ts';
import { applyToPlanes } from './defects/apply-to-planes.ts';
import { makeDefect, pickDefect } from './defects/paint-defect.ts';
import type { Patch } from './defects/patch.ts';
import { makeSite } from './defects/site.ts';
import { STRUCTURAL_DEFECTS, structuralDefect } from './defects/structural.ts';
import { visibleMask } from './defects/visible-mask.ts';
import type { PictureSize, SyntheticSample } from './image.ts';
import { castShadow, type Light, lightPlanes } from './lighting.ts';
import { copyPlanes, cutPlanes, cutRows, emptyPlanes, type Planes, paintLayer } from './planes.ts';
import { renderGood, type Scene } from './scene.ts';

/**
 * Renders a part with one to four defects of a kind, or a good one.
 * @param options.defect a name from {@link DEFECTS} or {@link STRUCTURAL_DEFECTS}; null: a good part; left out:
 * chosen at random
 * @returns the picture with the exact mask; `defect` is null when no defect stayed visible
 */
export function renderSample(
  kind: string,
  random: Random,
  size: PictureSize,
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

function picture(planes: Planes, backdrop: Float32Array | null, light: Light, camera: Camera): RgbImage {
  const shadow = backdrop ? castShadow(planes, light) : null;
  return takePicture(lightPlanes(planes, backdrop, light, shadow), planes.width, planes.height, camera);
}
