import type { Random } from '../../../src-shared/random.ts';
import { grey, hsv, randomColor } from './color.ts';
import { blur } from './field.ts';
import type { Rgb } from './image.ts';
import { type Light, lightPlanes } from './lighting.ts';
import { fractalNoise } from './noise.ts';
import { SCATTERED } from './objects/kinds.ts';
import { emptyPlanes, makePose, type Planes, paintLayer, Textures } from './planes.ts';
import { SURFACE_KINDS } from './surfaces/kinds.ts';
import { Surface } from './surfaces/surface.ts';

const TEXTURED = [
  'wood',
  'fabric',
  'rubber',
  'paper',
  'felt',
  'plastic',
  'concrete',
  'grid',
  'tile',
  'brushed metal',
  'perforated metal',
].map((name) => SURFACE_KINDS[name]!);

/**
 * What lies behind an object: radiance, interleaved RGB. Mostly plain, as in a photo box; sometimes textured; now and
 * then other things lie about.
 */
export function makeBackdrop(width: number, height: number, random: Random, light: Light): Float32Array {
  const kind = random.next();
  const things = random.fork('scatter');
  const cluttered = things.chance(0.12);
  if (kind < 0.78) {
    const out = plain(width, height, random);
    if (!cluttered) return out;
    const planes = emptyPlanes(width, height);
    scatter(planes, things);
    return unfocused(lightPlanes(planes, out, light), width, height, random);
  }
  const planes = emptyPlanes(width, height);
  planes.alpha.fill(1);
  random.pick(TEXTURED).paint(new Surface(planes, random.fork('texture')));
  if (cluttered) scatter(planes, things);
  return unfocused(lightPlanes(planes, null, { ...light, occlusion: 0 }), width, height, random);
}

/** Paints other parts, of all sizes, anywhere; some run out of the picture. */
function scatter(planes: Planes, random: Random): void {
  const { width, height } = planes;
  const textures = new Textures(width, height, random.fork('textures'));
  for (let i = random.int(1, 6); i > 0; i--) {
    const parts = random.pick(SCATTERED).build(random.fork(`thing ${i}`));
    const pose = makePose(
      random.range(-0.05, 1.05) * width,
      random.range(-0.05, 1.05) * height,
      Math.max(width, height) * random.logRange(0.04, 0.3),
      random.range(0, 2 * Math.PI),
    );
    for (const part of parts) paintLayer(planes, textures, { ...part, pose });
  }
}

function unfocused(out: Float32Array, width: number, height: number, random: Random): Float32Array {
  // The backdrop lies behind the plane of focus and is often kept dim or bright.
  const level = random.range(0.5, 1.15);
  const sigma = random.chance(0.6) ? random.range(0.5, 3) * (Math.max(width, height) / 640) : 0;
  for (let c = 0; c < 3; c++) {
    const plane = new Float32Array(width * height);
    for (let i = 0; i < plane.length; i++) plane[i] = out[i * 3 + c]! * level;
    const soft = sigma > 0 ? blur(plane, width, height, sigma) : plane;
    for (let i = 0; i < plane.length; i++) out[i * 3 + c] = soft[i]!;
  }
  return out;
}

function plain(width: number, height: number, random: Random): Float32Array {
  const kind = random.next();
  const color: Rgb =
    kind < 0.22
      ? grey(random.range(0.005, 0.07))
      : kind < 0.45
        ? grey(random.range(0.85, 1.05))
        : kind < 0.72
          ? grey(random.range(0.12, 0.8))
          : kind < 0.85
            ? hsv(random.next(), random.range(0.02, 0.25), random.range(0.3, 0.9))
            : randomColor(random, 0.15, 0.9);
  const out = new Float32Array(width * height * 3);
  const angle = random.range(0, 2 * Math.PI);
  const slope = random.chance(0.6) ? random.range(0, 0.5) : 0;
  const gx = (Math.cos(angle) * slope) / width;
  const gy = (Math.sin(angle) * slope) / height;
  const pool = random.chance(0.3) ? random.range(-0.3, 0.35) : 0;
  const px = random.range(0.2, 0.8) * width;
  const py = random.range(0.2, 0.8) * height;
  const far = 1 / (width * width + height * height);
  const grain = random.chance(0.45)
    ? fractalNoise(width, height, random, {
        wavelength: random.logRange(2, 120) * (Math.max(width, height) / 640) + 1,
        octaves: random.int(2, 4),
        gain: 0.65,
      })
    : null;
  const contrast = random.range(0.005, 0.05);
  // Some photo boxes show the fold between table and wall, or a second tone.
  const split = random.chance(0.12) ? random.range(0.2, 0.8) * height : -1;
  const tone = random.range(0.75, 1.2);
  const soft = random.range(1, 30);
  for (let y = 0; y < height; y++) {
    const lower = split < 0 ? 1 : 1 + (tone - 1) / (1 + Math.exp((split - y) / soft));
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      const d2 = ((x - px) * (x - px) + (y - py) * (y - py)) * far;
      let f = 1 + gx * (x - width / 2) + gy * (y - height / 2) + pool * Math.exp(-8 * d2);
      if (grain) f += contrast * grain[at]!;
      f *= lower;
      out[at * 3] = color[0] * f;
      out[at * 3 + 1] = color[1] * f;
      out[at * 3 + 2] = color[2] * f;
    }
  }
  return out;
}
