import { expect, it } from 'vitest';
import { productInAddress, routeTo } from '../../../src-renderer/state/routes.ts';

it.each([
  { partNumber: '4711', revision: 'B' },
  { partNumber: 'a/b #7 "ü" 件', revision: '' },
  { recipeName: 'Nuts', object: 'metal nut' },
])('the address of a product’s references leads back to it: %o', (product) => {
  const route = routeTo.references(product);
  expect(route).toMatch(/^\/references\/[^/]+$/);
  expect(productInAddress(route.slice('/references/'.length))).toEqual(product);
});

it.each([undefined, 'x', '%', '%5B%5D', '%5B%22part%22%2C%22%22%2C%22%22%5D'])(
  'an address that somebody wrote by hand names none: %s',
  (part) => {
    expect(productInAddress(part)).toBeNull();
  },
);

it('the address of a review names the run to compare with behind the image, and none without an image', () => {
  expect(routeTo.review(7)).toBe('/review/7');
  expect(routeTo.review(7, 42)).toBe('/review/7/42');
  expect(routeTo.review(7, 42, null)).toBe('/review/7/42');
  expect(routeTo.review(7, 42, 3)).toBe('/review/7/42/3');
  expect(routeTo.review(7, undefined, 3)).toBe('/review/7');
});
