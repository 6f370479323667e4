import { brokenEdge, bump, chip, dent, edgeDamage, hole, missingPart, pores, puncture } from './breaks.ts';
import { crack, cut, fibre, fold, fray, inclusion, scratch } from './lines.ts';
import { bent, melted, pulledThread } from './shifts.ts';
import {
  brightSpot,
  burn,
  contamination,
  corrosion,
  discolouration,
  glue,
  oxidePatch,
  peeled,
  scuff,
  smear,
  stain,
} from './stains.ts';
import type { Make } from './tools.ts';

/** How one kind of defect is made. */
interface DefectKind {
  /** Smallest and largest diameter (for lines: length) relative to the object's span. */
  readonly size: readonly [number, number];
  /** Needs an outline: an object in front of a backdrop. */
  readonly outline?: boolean;
  readonly make: Make;
}

/** Every kind of defect by its name. Seeds choose by position: new kinds go to the end. */
export const DEFECT_KINDS: Readonly<Record<string, DefectKind>> = {
  scratch: { size: [0.06, 0.9], make: scratch },
  crack: { size: [0.05, 1.5], make: crack },
  dent: { size: [0.03, 0.35], make: dent },
  bump: { size: [0.025, 0.3], make: bump },
  chip: { size: [0.03, 0.35], make: chip },
  'missing part': { size: [0.06, 0.6], outline: true, make: missingPart },
  'broken edge': { size: [0.05, 0.5], outline: true, make: brokenEdge },
  'bent part': { size: [0.08, 0.5], make: bent },
  hole: { size: [0.012, 0.2], make: hole },
  pores: { size: [0.04, 0.4], make: pores },
  stain: { size: [0.03, 0.6], make: stain },
  discolouration: { size: [0.06, 0.8], make: discolouration },
  'frayed edge': { size: [0.05, 0.3], make: fray },
  'pulled thread': { size: [0.05, 0.35], make: pulledThread },
  inclusion: { size: [0.04, 0.6], make: inclusion },
  'oxide patch': { size: [0.12, 1], make: oxidePatch },
  cut: { size: [0.05, 0.5], make: cut },
  fold: { size: [0.1, 0.8], make: fold },
  'foreign fibre': { size: [0.06, 0.6], make: fibre },
  burn: { size: [0.04, 0.45], make: burn },
  corrosion: { size: [0.04, 0.6], make: corrosion },
  smear: { size: [0.05, 0.5], make: smear },
  scuff: { size: [0.05, 0.5], make: scuff },
  puncture: { size: [0.02, 0.16], make: puncture },
  'melted area': { size: [0.08, 0.4], make: melted },
  glue: { size: [0.04, 0.4], make: glue },
  'bright spot': { size: [0.02, 0.35], make: brightSpot },
  contamination: { size: [0.015, 0.3], make: contamination },
  'edge damage': { size: [0.05, 0.4], outline: true, make: edgeDamage },
  'peeled coating': { size: [0.04, 0.4], make: peeled },
};
