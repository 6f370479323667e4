import { InvalidArgumentError } from 'commander';
import { type MinimumDefect, minimumDefectSchema } from '../../src-shared/minimum-defect.ts';
import { type Scale, scaleSchema, typedScale } from '../../src-shared/scale.ts';

const NUMBER = '\\d+(?:\\.\\d+)?(?:e-?\\d+)?';

/** Parses millimetres per pixel: 0.05. */
export function scaleOption(text: string): Scale {
  const scale = typedScale(Number(text));
  if (!new RegExp(`^${NUMBER}$`, 'i').test(text.trim()) || !scaleSchema.safeParse(scale).success) {
    throw new InvalidArgumentError('It must be millimetres per pixel, above 0 and at most 1000: 0.05.');
  }
  return scale;
}

/** Parses what is too small to matter: a length, an area or both, in one unit: 0.5mm, 0.2mm2, 12px,40px2. */
export function minimumDefectOption(text: string): MinimumDefect {
  const limits: { unit?: string; length?: number; area?: number } = {};
  for (const part of text.split(',')) {
    const match = new RegExp(`^(${NUMBER})\\s*(px|mm)([2²]?)$`, 'i').exec(part.trim());
    const [, digits = '', name = '', square = ''] = match ?? [];
    const unit = name.toLowerCase();
    const which = square === '' ? 'length' : 'area';
    if (!match || limits[which] !== undefined || (limits.unit ?? unit) !== unit) throw refused();
    limits.unit = unit;
    limits[which] = Number(digits);
  }
  const parsed = minimumDefectSchema.safeParse(limits);
  if (!parsed.success) throw refused();
  return parsed.data;
}

function refused(): InvalidArgumentError {
  return new InvalidArgumentError(
    'It must be a length, an area or both, in one unit: 0.5mm, 0.2mm2, or 12px,40px2.',
  );
}

/** How large a pixel is, in one sentence. */
export function scaleNote(scale: Scale | null): string {
  return scale
    ? `Scale: a pixel is ${scale.millimetresPerPixel} mm (${scale.source}).`
    : 'Scale: not known, sizes are in pixels; --scale <mm/px> sets it.';
}
