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
