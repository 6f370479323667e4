/** Colours (CSS) and font of a chart. */
export interface ChartLook {
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
};

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
