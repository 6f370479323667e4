import type { Samples } from './sample-mapping.ts';

/** D50, the white of Lab in files for print. */
const WHITE = [0.9642, 1, 0.8249] as const;
/** XYZ under D50 to linear sRGB, adapted by Bradford's method (B. Lindbloom, RGB/XYZ matrices). */
const TO_RGB = [
  [3.1338561, -1.6168667, -0.4906146],
  [-0.9787684, 1.9161415, 0.033454],
  [0.0719453, -0.2289914, 1.4052427],
] as const;

/**
 * CIE L*a*b* of 8 bits as sRGB of 8 bits; colours beyond sRGB are clipped. Further bands stay.
 * @param samples L of 0..255 for 0..100, then a and b
 * @param isSigned a and b are signed bytes (TIFF's CIELab); otherwise 128 is neutral (ICC Lab)
 */
export function labToRgb(samples: Samples, isSigned: boolean): Samples {
  const { channels } = samples;
  const data = Uint8Array.from(samples.data);
  for (let at = 0; at < data.length; at += channels) {
    const signed = (byte: number) => (isSigned ? (byte << 24) >> 24 : byte - 128);
    const fy = ((data[at]! / 255) * 100 + 16) / 116;
    const parts = [fy + signed(data[at + 1]!) / 500, fy, fy - signed(data[at + 2]!) / 200];
    const [x, y, z] = parts.map((part, i) => WHITE[i]! * fromCubeRoot(part)) as [number, number, number];
    for (const [i, [fromX, fromY, fromZ]] of TO_RGB.entries()) {
      data[at + i] = Math.round(255 * gamma(fromX * x + fromY * y + fromZ * z));
    }
  }
  return { ...samples, data };
}

/** CIE 1976, with its straight part near black. */
function fromCubeRoot(value: number): number {
  return value > 6 / 29 ? value ** 3 : 3 * (6 / 29) ** 2 * (value - 4 / 29);
}

/** IEC 61966-2-1, clipped to 0..1. */
function gamma(linear: number): number {
  if (linear <= 0) return 0;
  if (linear >= 1) return 1;
  return linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055;
}
