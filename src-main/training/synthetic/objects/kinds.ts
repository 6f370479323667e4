import type { ObjectKind } from '../blueprint.ts';
import { CONTAINERS } from './containers.ts';
import { ELECTRONICS } from './electronics.ts';
import { FOOD } from './food.ts';
import { GENERIC } from './generic.ts';
import { HOUSEHOLD } from './household.ts';
import { MACHINE_PARTS } from './machine-parts.ts';
import { NUTS } from './nuts.ts';
import { PILLS } from './pills.ts';
import { PLATES } from './plates.ts';
import { SCREWS } from './screws.ts';
import { WIRING } from './wiring.ts';

const names = (...lines: readonly string[]) => lines.flatMap((line) => line.split(', '));

// Seeds choose by position, so the order is part of every generated picture: new kinds go to the end.
const MECHANICAL = names(
  'screw, nut, wing nut, washer, gear, bracket, bearing, spring, tube, coin, key, bolt head, plate',
  'commutator, hook, blade, chain, wire',
);
const EVERYDAY = names(
  'tablet, capsule, softgel, bottle top, screw cap, bottle side, toothbrush, zipper, macaroni, seed',
  'biscuit, button, lens, candle, cork, gummy, pen, package',
);
const ELECTRIC = names(
  'transistor, chip, resistor, connector, cable end, cable side, wires, battery, coil, memory card',
);
const LATER = names(
  'stamped nut, screw head, threaded rod, pin header, bottle mouth, two-tone capsule, gasket, dial',
  'carton blank',
);

const KINDS: Readonly<Record<string, ObjectKind>> = {
  ...CONTAINERS,
  ...ELECTRONICS,
  ...FOOD,
  ...GENERIC,
  ...HOUSEHOLD,
  ...MACHINE_PARTS,
  ...NUTS,
  ...PILLS,
  ...PLATES,
  ...SCREWS,
  ...WIRING,
};

const inOrder = (names: readonly string[]) => names.map((name) => [name, KINDS[name]!] as const);

/** Every kind of object by its name. */
export const OBJECT_KINDS: Readonly<Record<string, ObjectKind>> = Object.fromEntries(
  inOrder([...MECHANICAL, ...EVERYDAY, ...ELECTRIC, ...Object.keys(GENERIC), ...LATER]),
);

/** What may lie about in the background. */
export const SCATTERED: readonly ObjectKind[] = inOrder([
  ...MECHANICAL,
  ...ELECTRIC,
  ...Object.keys(GENERIC),
]).map(([, kind]) => kind);
