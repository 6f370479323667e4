import { describe, expect, it } from 'vitest';
import { addPaths, breadcrumbs, lastName } from '../../../src-renderer/i18n/paths.ts';

describe('breadcrumbs', () => {
  it.each([
    ['/', [['/', '/']]],
    [
      '/home/ada/Lot 7',
      [
        ['/', '/'],
        ['home', '/home'],
        ['ada', '/home/ada'],
        ['Lot 7', '/home/ada/Lot 7'],
      ],
    ],
    [
      'C:\\Images\\Lot 7',
      [
        ['C:\\', 'C:\\'],
        ['Images', 'C:\\Images'],
        ['Lot 7', 'C:\\Images\\Lot 7'],
      ],
    ],
    [
      '\\\\server\\share\\Lot 7\\',
      [
        ['\\\\server\\share\\', '\\\\server\\share\\'],
        ['Lot 7', '\\\\server\\share\\Lot 7'],
      ],
    ],
    [
      // A backslash is a letter like any other outside of Windows.
      '/odd\\name/a',
      [
        ['/', '/'],
        ['odd\\name', '/odd\\name'],
        ['a', '/odd\\name/a'],
      ],
    ],
  ])('lead down to %s', (path, expected) => {
    expect(breadcrumbs(path).map((crumb) => [crumb.name, crumb.path])).toEqual(expected);
  });
});

it('names a batch after the last folder', () => {
  expect(lastName('/images/lot 7/')).toBe('lot 7');
  expect(lastName('D:\\images\\lot 7')).toBe('lot 7');
  expect(lastName('/')).toBe('/');
});

it('takes every path once, in the order they came', () => {
  expect(addPaths(['/b', '/a'], ['/c', '/b', '/c'])).toEqual(['/b', '/a', '/c']);
});
