import { beforeEach, expect, it } from 'vitest';
import {
  LAYERS,
  shownMap,
  useViewSettings,
  withoutLacking,
} from '../../../src-renderer/viewer/view-settings.ts';

const layersNow = () => useViewSettings.getState().layers;
const show = (id: (typeof LAYERS)[number], visible = true) =>
  useViewSettings.getState().setLayer(id, { visible });

beforeEach(() => show('coarse'));

it('one score map hides whichever other one was on', () => {
  for (const id of ['references', 'final', 'language', 'consensus', 'coarse'] as const) {
    show(id);
    const visible = LAYERS.filter((layer) => layersNow()[layer].visible);
    expect(visible).toEqual(
      LAYERS.filter((layer) => [id, 'area', 'mask', 'below-limit', 'annotations'].includes(layer)),
    );
  }
});

it('the map of an opinion that a result lacks gives way to the coarse one, and comes back with the next result', () => {
  show('references');
  expect(shownMap(withoutLacking(layersNow(), ['language', 'references']))).toBe('references');
  expect(shownMap(withoutLacking(layersNow(), ['language', 'consensus']))).toBe('coarse');
  expect(shownMap(withoutLacking(layersNow(), []))).toBe('coarse');
  expect(shownMap(layersNow())).toBe('references');
});

it('hiding the map that stands in for another leaves none', () => {
  show('references');
  show('coarse', false);
  expect(shownMap(withoutLacking(layersNow(), []))).toBeNull();
});

it('opacity changes no map’s visibility', () => {
  show('consensus');
  useViewSettings.getState().setLayer('final', { opacity: 0.3 });
  expect(shownMap(layersNow())).toBe('consensus');
});
