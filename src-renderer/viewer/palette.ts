/**
 * Colours of what is laid over the image: the same in both themes, because they lie on the image and not on the page.
 * Cool where the score map is warm; every line has a dark casing, so that it is seen on bright images as well.
 */
export const PALETTE = {
  casing: 'rgba(6, 10, 16, 0.62)',
  mask: '#2fd4f0',
  maskFill: 'rgba(47, 212, 240, 0.2)',
  belowLimit: '#b9c4d0',
  selected: '#ffffff',
  selectedFill: 'rgba(47, 212, 240, 0.3)',
  level: '#ffffff',
  levelFill: 'rgba(255, 255, 255, 0.14)',
  box: '#8fc2ff',
  positive: '#35d07f',
  negative: '#ff5d73',
  candidate: '#ffe066',
  candidateFill: 'rgba(255, 224, 102, 0.22)',
  drawing: '#ff9f43',
  drawingFill: 'rgba(255, 159, 67, 0.22)',
  ruler: '#fff04d',
  truth: '#7ee04a',
  truthFill: 'rgba(126, 224, 74, 0.28)',
  falsePositive: '#ffb02e',
  missedDefect: '#ff79c6',
  missedDefectFill: 'rgba(255, 121, 198, 0.2)',
  correctedRegion: '#9d8cff',
  correctedRegionFill: 'rgba(157, 140, 255, 0.24)',
  area: '#c8f26a',
  ignored: '#ff8a5c',
  dimmed: 'rgba(4, 7, 12, 0.58)',
  isoline: 'rgba(255, 255, 255, 0.9)',
  badge: 'rgba(8, 12, 18, 0.82)',
} as const;
