import { type ChartLook, DARK_LOOK, PAPER_LOOK } from '../../src-shared/charts/look.ts';

const FONT = 'Inter Variable, Segoe UI, Noto Sans SC, PingFang SC, Microsoft YaHei, sans-serif';

/** The charts' colours on the window's two backgrounds. */
export const WINDOW_LOOKS: Readonly<Record<'light' | 'dark', ChartLook>> = {
  light: { ...PAPER_LOOK, font: FONT, accept: '#2b8a5f', warn: '#d9a300', reject: '#c92a2a' },
  dark: { ...DARK_LOOK, font: FONT },
};

/** Of saved pictures, whatever the window's theme: they go into documents. */
export const SAVED_LOOK: ChartLook = { ...PAPER_LOOK, font: FONT };
