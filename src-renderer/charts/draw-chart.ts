import type { EChartsOption } from 'echarts';
import { BarChart, LineChart, ScatterChart } from 'echarts/charts';
import { GridComponent, LegendComponent, MarkLineComponent, TooltipComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { CanvasRenderer, SVGRenderer } from 'echarts/renderers';

use([
  ...[BarChart, LineChart, ScatterChart],
  ...[GridComponent, LegendComponent, MarkLineComponent, TooltipComponent],
  ...[CanvasRenderer, SVGRenderer],
]);

/** A chart on the page. */
export interface DrawnChart {
  show(option: EChartsOption): void;
  /** To the size of its element. */
  fit(): void;
  end(): void;
}

/** Draws into an element that has a size. Nothing is seen before {@link DrawnChart.show}. */
export function drawChart(element: HTMLElement): DrawnChart {
  const chart = init(element, null, { renderer: 'svg' });
  return {
    show: (option) => chart.setOption(option, { notMerge: true }),
    fit: () => chart.resize(),
    end: () => chart.dispose(),
  };
}

/** Sides of a saved picture in CSS pixels, and how many pixels of a PNG are one of those. */
const SAVED = { width: 960, height: 480 };
const PNG_ZOOM = 2;

/** A chart as a picture in a file. */
export async function chartFile(option: EChartsOption, format: 'svg' | 'png'): Promise<Blob> {
  const still: EChartsOption = { ...option, animation: false, tooltip: { show: false } };
  if (format === 'svg') {
    const chart = init(null, null, { renderer: 'svg', ssr: true, ...SAVED });
    try {
      chart.setOption(still);
      return new Blob([chart.renderToSVGString()], { type: 'image/svg+xml' });
    } finally {
      chart.dispose();
    }
  }
  const chart = init(document.createElement('div'), null, { renderer: 'canvas', ...SAVED });
  try {
    chart.setOption(still);
    const canvas = chart.renderToCanvas({ pixelRatio: PNG_ZOOM });
    return await new Promise((resolve, reject) => {
      canvas.toBlob(
        (blob) => (blob ? resolve(blob) : reject(new Error('The picture is empty.'))),
        'image/png',
      );
    });
  } finally {
    chart.dispose();
  }
}
