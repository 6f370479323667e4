import { Random } from '../../../src-shared/random.ts';
import type { ObjectKind } from './blueprint.ts';
import { decorateObject } from './decoration.ts';
import type { PictureSize } from './image.ts';
import { type Layer, makePose } from './planes.ts';

/** An object's layers; those of the writing on it stand in `printed` as well. */
interface Placed {
  readonly layers: readonly Layer[];
  readonly printed: readonly Layer[];
}

/** One object in the frame, or several of the same kind. */
export function placeObject(kind: ObjectKind, random: Random, size: PictureSize, decorated: boolean): Placed {
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
    const pose = random.fork('pose');
    add(place(kind, random, pose, { size, box, share: fillShare, drift: cropped ? 0.3 : 0.06, decorated }));
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
      const box = { left: i * w, top: j * h, width: w, height: h };
      add(place(kind, seed, pose, { size, box, share, drift: 0.05, decorated }));
    }
  }
  return all;
}

interface Frame {
  /** Of the picture. */
  readonly size: PictureSize;
  /** The part of the picture that the object lies in, in pixels. */
  readonly box: PictureSize & { readonly left: number; readonly top: number };
  /** How much of the box it fills; above 1 it runs out of it. */
  readonly share: number;
  /** How far from the middle it may lie, as a share of the box. */
  readonly drift: number;
  readonly decorated: boolean;
}

function place(kind: ObjectKind, random: Random, pose: Random, frame: Frame): Placed {
  const { size, share, drift, decorated } = frame;
  const { left, top, width, height } = frame.box;
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
