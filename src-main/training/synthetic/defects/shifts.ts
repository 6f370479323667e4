import { clamp, smoothstep } from '../field.ts';
import { coverage, fill } from './patch.ts';
import { type Make, onCircle, onSpot, roughness } from './tools.ts';

export const pulledThread: Make = (site, random, size) => {
  const options = { ragged: 0.3, aspect: random.logRange(1.5, 5), angle: site.grain, margin: 4 };
  return onSpot(site, random, size, options, ({ patch, distance }) => {
    const radius = size / 2;
    const wave = roughness(patch, random, size / 3, 3);
    const pull = radius * random.range(0.25, 0.6);
    const turn = random.range(0, 2 * Math.PI);
    const push = (p: number) => pull * smoothstep(0, radius * 0.8, -distance[p]!) * (0.7 + 0.5 * wave[p]!);
    patch.moveX = distance.map((_, p) => Math.cos(turn) * push(p));
    patch.moveY = distance.map((_, p) => Math.sin(turn) * push(p));
    patch.gain = distance.map((d, p) => 0.25 * site.strength * wave[p]! * coverage(d, 3));
  });
};

/** The surface drawn together or pushed aside: what was there is displaced. */
export const bent: Make = (site, random, size) => {
  const rim = random.chance(0.6) ? site.pointOnOutline(random) : null;
  const [x, y] = rim ? [rim.x, rim.y] : site.pointInside(random);
  const reach = size * 0.75;
  return onCircle(site, [x, y], reach, (patch) => {
    const angle = rim ? Math.atan2(rim.ny, rim.nx) + random.normal() * 0.4 : random.range(0, 2 * Math.PI);
    const push = size * random.range(0.12, 0.3) * random.sign() * (0.6 + 0.5 * site.strength);
    const window = fill(patch, (px, py) => {
      const r = Math.hypot(px - x, py - y) / reach;
      return r >= 1 ? 0 : (1 - r * r) ** 2;
    });
    patch.moveX = window.map((w) => -Math.cos(angle) * push * w);
    patch.moveY = window.map((w) => -Math.sin(angle) * push * w);
    const tone = random.normal() * 0.15 * site.strength;
    patch.gain = window.map((w) => tone * w);
    patch.body.set(window.map((w) => (Math.abs(push) * w > 2 ? 1 : 0)));
  });
};

/** Displaced, lumpy and glossier. */
export const melted: Make = (site, random, size) => {
  const patches = bent(site, random, size);
  const patch = patches[0];
  if (!patch) return [];
  const lumps = roughness(patch, random, size / 4, 3);
  const reach = patch.moveX!.map((dx, p) => clamp(Math.hypot(dx, patch.moveY![p]!) / (size * 0.12), 0, 1));
  const tall = Math.min(2.5 * site.unit, size * 0.008);
  patch.relief = reach.map((r, p) => r * lumps[p]! * tall * (0.4 + site.strength));
  patch.matte = reach.map((r) => -0.5 * r);
  patch.gain = reach.map((r, p) => 0.15 * site.strength * r * lumps[p]!);
  return patches;
};
