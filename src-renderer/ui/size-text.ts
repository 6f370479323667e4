import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { inMillimetres, type RegionSize } from '../../src-shared/region-size.ts';
import { otherSize, type Scale } from '../../src-shared/scale.ts';
import { useFormat } from './use-format.ts';

/** Significant digits: of regions, whose outlines are uncertain, and of what a person measures. */
const DIGITS = { region: 3, measured: 4 } as const;

/** Sizes with their units, in the language of the window. `scale` null: in pixels. */
export function useSizeText() {
  const { t } = useTranslation('app');
  const format = useFormat();
  return useMemo(() => {
    const measure = (value: number, unit: 'px' | 'mm' | 'px²' | 'mm²', digits: number) =>
      `${format.measure(value, digits)} ${unit}`;
    const size = (of: RegionSize, unit: 'px' | 'mm') => {
      const { region } = DIGITS;
      return t('size.region', {
        length: format.measure(of.length, region),
        width: measure(of.width, unit, region),
        area: measure(of.area, `${unit}²`, region),
        diameter: measure(of.equivalentDiameter, unit, region),
      });
    };
    return {
      /** Length × width, area and equivalent diameter; in millimetres first. */
      region: (of: RegionSize, scale: Scale | null): readonly string[] => [
        ...(scale ? [size(inMillimetres(of, scale), 'mm')] : []),
        size(of, 'px'),
      ],
      /** A length in pixels: in millimetres too, where they are known. */
      length: (pixels: number, scale: Scale | null) =>
        [
          measure(pixels, 'px', DIGITS.measured),
          ...(scale ? [measure(pixels * scale.millimetresPerPixel, 'mm', DIGITS.measured)] : []),
        ].join(' · '),
      /** Width × height of an image in millimetres. */
      sides: (image: { readonly width: number; readonly height: number }, scale: Scale) => {
        const side = (pixels: number) => format.measure(pixels * scale.millimetresPerPixel, DIGITS.region);
        return `${side(image.width)} × ${side(image.height)} mm`;
      },
      /** "0.05 mm per pixel, drawn on an image of 1,000 × 800 pixels" */
      scale: ({ millimetresPerPixel, source, imageWidth, imageHeight }: Scale) => {
        const value = measure(millimetresPerPixel, 'mm', 6);
        if (imageWidth === null || imageHeight === null) return t('size.scale-any', { value });
        const on = { width: format.count(imageWidth), height: format.count(imageHeight) };
        return t(`size.scale-${source}`, { value, ...on });
      },
      /** Why millimetres may be wrong in an image of this size; null: they are not. */
      doubt: (scale: Scale, { width, height }: { readonly width: number; readonly height: number }) => {
        const other = otherSize(scale, width, height);
        if (!other) return null;
        return t('size.other', {
          ...{ width: format.count(width), height: format.count(height) },
          ...{ scaleWidth: format.count(other.width), scaleHeight: format.count(other.height) },
        });
      },
    };
  }, [t, format]);
}
