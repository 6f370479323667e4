import { PIXELS, type SurfaceKind } from '../blueprint.ts';
import { metalColor } from '../color.ts';
import { clamp, lerp, smoothstep, tableAt, triangle } from '../field.ts';
import type { Rgb } from '../image.ts';
import { bounds } from '../part.ts';
import { pixelHash } from '../pixel-hash.ts';
import type { Layer } from '../planes.ts';
import { box } from '../shape.ts';
import { mostlyStraight, pixel } from './surface.ts';

const COPPER: Rgb = [0.72, 0.45, 0.3];

/** Close views of threads, knurls, flutes, commutators, windings and saw cuts: regular structure that fills the image. */
export const MACHINED_SURFACES: Readonly<Record<string, SurfaceKind>> = {
  thread: {
    bare: true,
    names: ['screw thread', 'thread', 'threaded shaft', 'threaded bolt'],
    paint: (surface) => {
      const { long, unit, random } = surface;
      const angle = mostlyStraight(random);
      const pitch = random.logRange(14, 110) * unit;
      const lean = random.normal() * 0.08;
      const tall = pitch * random.range(0.18, 0.42);
      const flat = random.range(1, 1.9);
      // The thread runs out on the shank, or the picture shows nothing else.
      const end = random.chance(0.45) ? random.range(-0.3, 0.3) * long : long;
      const soft = pitch * random.range(0.5, 3);
      const radius = random.chance(0.7) ? long * random.range(0.55, 1.2) : 0;
      const fine = surface.noise(3, 3);
      const turned = surface.noise(4, 3, { angle: angle + Math.PI / 2, stretch: 25 });
      const dark = random.range(0.1, 0.55);
      surface.castTurned(
        { angle },
        metalColor(random),
        random.range(0.6, 0.95),
        random.range(0.25, 0.7),
        (i, u, v) => {
          const cut = smoothstep(end + soft, end - soft, u);
          const crest = Math.min(1, triangle((u + lean * v) / pitch) * flat);
          const round = radius > 0 ? Math.sqrt(Math.max(1, radius * radius - v * v)) * 0.8 : 0;
          return pixel(
            1 - dark * cut * (1 - crest) ** 2 + 0.02 * fine[i]! + 0.04 * turned[i]!,
            cut * tall * (crest - 1) + round + 0.08 * fine[i]! + 0.15 * turned[i]!,
          );
        },
      );
      return { grain: angle + Math.PI / 2 };
    },
  },
  knurl: {
    bare: true,
    names: ['knurled metal', 'knurled grip', 'diamond knurling', 'metal handle'],
    paint: (surface) => {
      const { long, unit, random } = surface;
      const angle = mostlyStraight(random);
      const pitch = random.logRange(8, 60) * unit;
      const cross = random.range(0.5, 1.1);
      const straight = random.chance(0.3);
      const tall = pitch * random.range(0.12, 0.4);
      const half = random.chance(0.6) ? long * random.range(0.15, 0.5) : long;
      const middle = long * random.range(-0.2, 0.2);
      const radius = long * random.range(0.55, 1.3);
      const fine = surface.noise(3, 3);
      const dark = random.range(0.1, 0.6);
      surface.castTurned(
        { angle },
        metalColor(random),
        random.range(0.55, 0.95),
        random.range(0.3, 0.75),
        (i, u, v) => {
          const cut = smoothstep(half + 2 * unit, half - 2 * unit, Math.abs(u - middle));
          const rim = Math.exp(-(((Math.abs(u - middle) - half) / (3 * unit)) ** 2));
          const h = straight
            ? triangle(v / pitch)
            : Math.min(triangle((v + cross * u) / pitch), triangle((v - cross * u) / pitch));
          return pixel(
            1 - dark * cut * (1 - Math.min(1, 1.6 * h)) - 0.3 * rim + 0.025 * fine[i]!,
            cut * tall * h -
              2 * rim * unit +
              0.7 * Math.sqrt(Math.max(1, radius * radius - v * v)) +
              0.1 * fine[i]!,
          );
        },
      );
      return { grain: angle };
    },
  },
  'fluted shaft': {
    bare: true,
    names: ['gear teeth', 'splined shaft', 'toothed rack', 'fluted shaft'],
    paint: (surface) => {
      const { long, unit, random } = surface;
      const angle = mostlyStraight(random);
      const pitch = random.logRange(28, 170) * unit;
      const tip = random.range(0.2, 0.5);
      const flank = random.range(0.05, 0.2);
      const tall = pitch * random.range(0.12, 0.4);
      const bottom = random.range(0.2, 0.9);
      const end = random.chance(0.5) ? random.range(-0.3, 0.45) * long : long;
      const fine = surface.noise(3, 3);
      const drawn = surface.noise(4, 3, {
        angle: random.chance(0.5) ? angle : angle + Math.PI / 2,
        stretch: 30,
      });
      const polished = random.range(0, 0.25);
      surface.castTurned(
        { angle },
        metalColor(random),
        random.range(0.5, 0.95),
        random.range(0.3, 0.7),
        (i, u, v) => {
          const t = Math.abs(v / pitch - Math.round(v / pitch));
          const tooth =
            smoothstep(tip / 2 + flank, tip / 2, t) * smoothstep(end + 3 * unit, end - 3 * unit, u);
          return pixel(
            lerp(bottom, 1 + polished, tooth) + 0.02 * fine[i]! + 0.04 * drawn[i]!,
            tall * tooth + 0.08 * fine[i]! + 0.2 * drawn[i]!,
          );
        },
      );
      return { grain: angle };
    },
  },
  'commutator bars': {
    names: ['commutator', 'commutator segments', 'copper bars', 'slip ring'],
    paint: (surface) => {
      const { width, height, unit, random } = surface;
      const upright = height > width ? random.chance(0.85) : random.chance(0.5);
      const across = upright ? width : height;
      const along = upright ? height : width;
      const pitch = across / random.range(2.5, 16);
      const slot = Math.max(1.2, pitch * random.range(0.04, 0.14));
      const shift = random.next() * pitch;
      const radius = across * random.range(0.52, 1.1);
      const key = random.int(0, 1 << 30);
      const uneven = random.range(0, 0.12);
      const fine = surface.noise(3, 3);
      const worn = surface.noise(5, 4, { angle: upright ? 0 : Math.PI / 2, stretch: 40 });
      const cloud = surface.noise(160, 4);
      const track = [random.range(0.1, 0.4) * along, random.range(0.6, 0.95) * along] as const;
      const film = random.range(-0.3, 0.1);
      const color = random.chance(0.5) ? COPPER : metalColor(random);
      surface.cast(color, random.range(0.3, 0.85), random.range(0.35, 0.75), (i, x, y) => {
        const a = upright ? x : y;
        const b = upright ? y : x;
        const t = (a + shift) / pitch;
        const bar = Math.floor(t);
        const edge = Math.min(t - bar, bar + 1 - t) * pitch;
        const solid = clamp((edge - slot / 2) / 1.5 + 0.5, 0, 1);
        const run =
          smoothstep(track[0] - 3 * unit, track[0] + 3 * unit, b) *
          smoothstep(track[1] + 3 * unit, track[1] - 3 * unit, b);
        const tone =
          1 +
          uneven * (pixelHash(bar, 0, key) - 0.5) +
          run * (film + 0.05 * worn[i]!) +
          0.05 * cloud[i]! +
          0.02 * fine[i]!;
        const off = a - across / 2;
        return pixel(
          lerp(0.07, tone, solid),
          2.5 * unit * solid +
            0.7 * Math.sqrt(Math.max(1, radius * radius - off * off)) +
            run * 0.1 * worn[i]! +
            0.1 * fine[i]!,
        );
      });
      const layers: Layer[] = [];
      if (random.chance(0.6)) {
        // The moulded hub or the risers close the bars off at one end.
        const deep = along * random.range(0.06, 0.22);
        const far = random.chance(0.5) ? deep / 2 : along - deep / 2;
        const v = random.range(0.05, 0.4);
        layers.push({
          pose: PIXELS,
          shape: upright
            ? box(width, deep / 2, 0, width / 2, far)
            : box(deep / 2, height, 0, far, height / 2),
          bounds: upright ? bounds(width, deep, width / 2, far) : bounds(deep, height, far, height / 2),
          mode: random.chance(0.5) ? 'body' : 'mark',
          material: {
            color: [v, v * 0.95, v * 0.9],
            rough: 0.6,
            gloss: 0.05,
            grain: 0.04,
            bump: 0.2,
            mottle: 0.04,
          },
          rise: 3,
          bevel: 4,
          onTop: true,
        });
      }
      return { grain: upright ? Math.PI / 2 : 0, layers };
    },
  },
  winding: {
    bare: true,
    names: ['wire winding', 'coil winding', 'copper winding', 'wound wire'],
    paint: (surface) => {
      const { unit, random } = surface;
      const angle = mostlyStraight(random);
      const pitch = Math.max(4.5, random.logRange(8, 45) * unit);
      const key = random.int(0, 1 << 30);
      const sway = surface.noise(220, 2);
      const fine = surface.noise(4, 2, { angle, stretch: 12 });
      const loose = random.range(0, 0.12) * pitch;
      const twist = random.chance(0.3) ? random.range(1.5, 4) * pitch : 0;
      const color = random.chance(0.6) ? COPPER : metalColor(random);
      surface.castTurned(
        { angle, origin: 'corner' },
        color,
        random.range(0.5, 0.9),
        random.range(0.25, 0.6),
        (i, u, across) => {
          const v = across + loose * sway[i]!;
          const wire = Math.floor(v / pitch);
          const f = 2 * (v / pitch - wire) - 1;
          const strand = twist > 0 ? triangle((u + f * pitch * 0.5) / twist) : 0;
          const round = Math.sqrt(Math.max(0, 1 - f * f));
          const tone =
            0.9 + 0.16 * pixelHash(wire, 1, key) + 0.03 * fine[i]! - 0.25 * (twist > 0 ? 1 - strand : 0);
          return pixel(
            lerp(0.12, tone, smoothstep(0, 0.45, round)),
            pitch * (0.42 * round + 0.06 * strand) + 0.1 * fine[i]!,
          );
        },
      );
      return { grain: angle };
    },
  },
  'sawn metal': {
    names: ['sawn metal', 'saw-cut face', 'machined surface', 'cut metal'],
    paint: (surface) => {
      const { long, unit, random } = surface;
      const angle = random.range(0, Math.PI);
      const radius = long * random.logRange(0.7, 8);
      const profile = new Float32Array(4096);
      let low = 0;
      let slow = 0;
      for (let i = 0; i < profile.length; i++) {
        low = low * 0.9 + random.normal() * 0.35;
        slow = slow * 0.99 + random.normal() * 0.14;
        profile[i] = 0.45 * random.normal() + 0.6 * low + 0.5 * slow;
      }
      const pitch = random.logRange(1.2, 5) * unit;
      const chatter = random.chance(0.5) ? random.range(12, 60) * unit : 0;
      const fine = surface.noise(3, 3);
      const cloud = surface.noise(180, 4);
      const amount = random.range(0.15, 0.8);
      const contrast = random.range(0.03, 0.14);
      const v = random.logRange(0.1, 0.6);
      const tint = random.normal() * 0.02;
      surface.castTurned(
        { angle },
        [v + tint, v, Math.max(0.02, v - tint)],
        random.range(0.3, 0.9),
        random.range(0.35, 0.8),
        (i, u, w) => {
          const r = Math.hypot(u + radius, w) + 1.5 * unit * cloud[i]!;
          const line = tableAt(profile, r / pitch);
          const beat = chatter > 0 ? Math.sin((2 * Math.PI * (r + 0.3 * w)) / chatter) : 0;
          return pixel(
            1 + contrast * line + 0.04 * beat + 0.06 * cloud[i]! + 0.03 * fine[i]!,
            amount * line + 0.4 * beat + 0.12 * fine[i]!,
          );
        },
      );
      return { grain: angle + Math.PI / 2 };
    },
  },
};
