/** Colours (CSS) and font of a chart. */
export interface ChartLook {
  /** Names without quotation marks: ECharts writes them into attributes of an SVG as they are. */
  readonly font: string;
  /** Of what the background is; charts paint it, so that a saved picture can be read anywhere. */
  readonly paper: string;
  readonly ink: string;
  /** Labels of axes. */
  readonly quiet: string;
  readonly grid: string;
  /** Bars and lines that are of no verdict. */
  readonly accent: string;
  readonly second: string;
  readonly accept: string;
  readonly warn: string;
  readonly reject: string;
  /** Of lines beside each other, to be told apart by colour-blind people too (after M. Okabe and K. Ito, 2008). */
  readonly lines: readonly string[];
}

/** On paper: told apart in grey too. */
export const PAPER_LOOK: ChartLook = {
  font: 'Noto Sans SC',
  paper: '#ffffff',
  ink: '#1a1a1a',
  quiet: '#555555',
  grid: '#dddddd',
  accent: '#2f5f98',
  second: '#c2571a',
  accept: '#7fb38a',
  warn: '#e0b64a',
  reject: '#b3372c',
  lines: ['#2f5f98', '#c2571a', '#14866a', '#a8478f', '#a67c00', '#3b9cc9', '#555555'],
};

/** On a dark screen. */
export const DARK_LOOK: ChartLook = {
  font: PAPER_LOOK.font,
  paper: '#161b22',
  ink: '#e6eaf0',
  quiet: '#a9b3c1',
  grid: '#2b323e',
  accent: '#5b9bd5',
  second: '#f2a65a',
  accept: '#38b48b',
  warn: '#e9c046',
  reject: '#f0645c',
  lines: ['#5b9bd5', '#f2a65a', '#38b48b', '#d98cc4', '#e9c046', '#8fd3f4', '#b4bcc8'],
};

const DASHES = ['solid', 'dashed', 'dotted'] as const;
const SYMBOLS = ['circle', 'rect', 'triangle', 'diamond'] as const;

/** Colour, dashes and symbol of the n-th line (from 0) of a chart: the dashes change where the colours begin again. */
export function lineLook(index: number, { lines }: ChartLook) {
  return {
    color: lines[index % lines.length]!,
    dash: DASHES[Math.floor(index / lines.length) % DASHES.length]!,
    symbol: SYMBOLS[index % SYMBOLS.length]!,
  } as const;
}

/** What all charts have in common: no motion, one font, a background. */
export function commonOption(look: ChartLook) {
  return {
    animation: false,
    backgroundColor: look.paper,
    textStyle: { fontFamily: look.font, color: look.ink, fontSize: 12 },
  } as const;
}

/** Lines and labels of an axis. */
export function axisLook(look: ChartLook) {
  return {
    axisLine: { lineStyle: { color: look.quiet } },
    axisTick: { lineStyle: { color: look.quiet } },
    axisLabel: { color: look.quiet, fontFamily: look.font, fontSize: 12 },
    nameTextStyle: { color: look.quiet, fontFamily: look.font, fontSize: 12 },
    splitLine: { lineStyle: { color: look.grid } },
  } as const;
}
