import type { Rgb } from '../image.ts';

export const COPPER: Rgb = [0.78, 0.48, 0.32];
export const WIRE_TIN: Rgb = [0.75, 0.75, 0.74];
