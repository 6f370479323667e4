import type { SurfaceKind } from '../blueprint.ts';
import { circuitBoard } from './circuit-board.ts';
import { COATED_SURFACES } from './coated.ts';
import { HARD_SURFACES } from './hard.ts';
import { label } from './label.ts';
import { MACHINED_SURFACES } from './machined.ts';
import { METAL_SURFACES } from './metal.ts';
import { TEXTILE_SURFACES } from './textile.ts';

/** What is printed on and never engraved. */
export const SOFT_SURFACES: Readonly<Record<string, SurfaceKind>> = {
  ...TEXTILE_SURFACES,
  ...COATED_SURFACES,
};

/** Every texture by its name. Seeds choose by position: new kinds go to the end. */
export const SURFACE_KINDS: Readonly<Record<string, SurfaceKind>> = {
  ...METAL_SURFACES,
  ...SOFT_SURFACES,
  ...HARD_SURFACES,
  pcb: circuitBoard,
  label,
  ...MACHINED_SURFACES,
};
