import type { Random } from '../../../../src-shared/random.ts';
import type { PictureSize } from '../image.ts';
import { imageBounds, type Layer, type Pose, placeInImage } from '../planes.ts';
import { type Patch, patchOver } from './patch.ts';

/** Names of the defects that change what an object consists of. */
export const STRUCTURAL_DEFECTS: readonly string[] = ['missing component', 'misplaced component', 'misprint'];

/**
 * Takes a component away, moves it, or spoils a print: done on the object's layers, so the picture is right by
 * construction. Null when the object has no such component.
 */
export function structuralDefect(
  layers: readonly Layer[],
  random: Random,
  size: PictureSize,
): { layers: Layer[]; patches: Patch[]; defect: string } | null {
  const tags = new Map<string, number>();
  for (const layer of layers) if (layer.tag) tags.set(layer.tag, (tags.get(layer.tag) ?? 0) + 1);
  if (tags.size === 0) return null;
  const tag = random.pick([...tags.keys()]);
  const print = tag === 'print' || tag === 'label' || tag === 'barcode' || tag.startsWith('band');
  const candidates = layers.filter((layer) => layer.tag === tag);
  // Layers of one component share pose and tag; prints and legs are single layers.
  const single = print || tag === 'leg';
  const first = random.pick(candidates);
  // The print on a component goes with it.
  const belongs = (layer: Layer) =>
    layer.tag === tag || (layer.tag === 'print' && tag.startsWith('component'));
  const chosen = new Set(
    single ? [first] : layers.filter((layer) => layer.pose === first.pose && belongs(layer)),
  );
  const remove = random.chance(0.5);
  const changed: Layer[] = [];
  const result: Layer[] = [];
  const angle = random.chance(0.5) ? random.normal() * 0.4 : 0;
  for (const layer of layers) {
    if (!chosen.has(layer)) {
      result.push(layer);
      continue;
    }
    changed.push(layer);
    if (remove) continue;
    const reach = Math.min(layer.bounds[2] - layer.bounds[0], layer.bounds[3] - layer.bounds[1]);
    const moved = movedLayer(layer, first, angle, reach, random.fork('shift'));
    changed.push(moved);
    result.push(moved);
  }
  if (!remove && print && random.chance(0.5)) {
    // A double or blurred print: the old one stays faintly.
    for (const layer of chosen) result.push({ ...layer, opacity: (layer.opacity ?? 1) * 0.5 });
  }
  const joined = join(
    changed.map((layer) => patchOf(layer, size)).filter((box) => box !== null),
    size,
  );
  if (!joined) return null;
  for (const layer of changed) if (!print) markBody(joined, layer);
  const defect = print ? 'misprint' : remove ? 'missing component' : 'misplaced component';
  return { layers: result, patches: [joined], defect };
}

/** Where a solid layer lies belongs to the defect, even where its colour happens to be that of its surroundings. */
function markBody(patch: Patch, layer: Layer): void {
  const { cx, cy, scale, matrix } = layer.pose;
  const [m00, m01, m10, m11] = matrix;
  const inverse = 1 / ((m00 * m11 - m01 * m10) * scale);
  for (let y = 0, p = 0; y < patch.height; y++) {
    for (let x = 0; x < patch.width; x++, p++) {
      const px = patch.x0 + x - cx;
      const py = patch.y0 + y - cy;
      if (layer.shape((m11 * px - m01 * py) * inverse, (m00 * py - m10 * px) * inverse) < 0)
        patch.body[p] = 1;
    }
  }
}

function movedLayer(layer: Layer, anchor: Layer, angle: number, reach: number, random: Random): Layer {
  const { pose } = layer;
  // All layers of a component turn around the anchor's centre and shift by the same amount.
  const ax = (anchor.bounds[0] + anchor.bounds[2]) / 2;
  const ay = (anchor.bounds[1] + anchor.bounds[3]) / 2;
  const [m00, m01, m10, m11] = pose.matrix;
  const [centreX, centreY] = placeInImage(pose, ax, ay);
  const c = Math.cos(angle);
  const s = Math.sin(angle);
  const heading = random.range(0, 2 * Math.PI);
  const far = reach * pose.scale * random.range(0.15, 0.5);
  const rx = pose.cx - centreX;
  const ry = pose.cy - centreY;
  const turned: Pose = {
    scale: pose.scale,
    cx: centreX + c * rx - s * ry + far * Math.cos(heading),
    cy: centreY + s * rx + c * ry + far * Math.sin(heading),
    matrix: [c * m00 - s * m10, c * m01 - s * m11, s * m00 + c * m10, s * m01 + c * m11],
  };
  return { ...layer, pose: turned };
}

function patchOf(layer: Layer, size: PictureSize): Patch | null {
  const [left, top, right, bottom] = imageBounds(layer);
  return patchOver(left - 2, top - 2, right + 2, bottom + 2, size.width, size.height);
}

function join(patches: readonly Patch[], size: PictureSize): Patch | null {
  if (patches.length === 0) return null;
  return patchOver(
    Math.min(...patches.map((p) => p.x0)),
    Math.min(...patches.map((p) => p.y0)),
    Math.max(...patches.map((p) => p.x0 + p.width)) - 1,
    Math.max(...patches.map((p) => p.y0 + p.height)) - 1,
    size.width,
    size.height,
  );
}
