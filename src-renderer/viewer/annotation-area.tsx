import type { Annotation } from '../../src-shared/annotation.ts';
import type { Region } from '../../src-shared/result.ts';
import { annotatedArea } from './geometry.ts';
import { PALETTE } from './palette.ts';
import { Area } from './shapes.tsx';

const ANNOTATION_STYLES = {
  'false-positive': { colour: PALETTE.falsePositive, hatch: PALETTE.falsePositive, dash: [6, 4] },
  'missed-defect': { colour: PALETTE.missedDefect, fill: PALETTE.missedDefectFill },
  'corrected-region': { colour: PALETTE.correctedRegion, fill: PALETTE.correctedRegionFill, dash: [10, 3] },
} as const satisfies Record<
  Annotation['kind'],
  { colour: string; hatch?: string; fill?: string; dash?: readonly number[] }
>;

/** The area of an annotation in the style of its kind. */
export function AnnotationArea({
  annotation,
  regions,
  strong,
}: {
  readonly annotation: Annotation;
  readonly regions: readonly Region[];
  readonly strong: boolean;
}) {
  const { colour, ...style } = ANNOTATION_STYLES[annotation.kind];
  return (
    <Area
      polygons={annotatedArea(annotation, regions)}
      {...('fill' in style && { fill: style.fill })}
      {...('hatch' in style && { hatch: style.hatch })}
      stroke={{ colour, width: strong ? 3 : 1.75, ...('dash' in style && { dash: style.dash }) }}
    />
  );
}
