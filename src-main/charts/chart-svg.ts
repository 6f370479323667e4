import type { EChartsOption } from 'echarts';
import { BarChart, LineChart, ScatterChart } from 'echarts/charts';
import { GridComponent, LegendComponent, MarkLineComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

use([BarChart, LineChart, ScatterChart, GridComponent, LegendComponent, MarkLineComponent, SVGRenderer]);

/** A size in CSS pixels. */
export interface ChartSize {
  readonly width: number;
  readonly height: number;
}

/** A chart as SVG: the same text for the same option. */
export function chartSvg(option: EChartsOption, { width, height }: ChartSize): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption(option);
    return renumbered(chart.renderToSVGString());
  } finally {
    chart.dispose();
  }
}

/** ECharts numbers what it names since the program began. */
function renumbered(svg: string): string {
  const numbers = new Map<string, string>();
  return svg.replaceAll(/\bzr\d*-[a-z]+-?\d+/g, (name) => {
    const known = numbers.get(name) ?? `zr-${numbers.size}`;
    numbers.set(name, known);
    return known;
  });
}
