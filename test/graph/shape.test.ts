import { describe, expect, it } from 'vitest';
import {
  broadcastShapes,
  productOf,
  quotientOf,
  resolveAxis,
  sameShape,
  shiftDim,
} from '../../src-main/graph/shape.ts';

describe('broadcastShapes', () => {
  it('aligns at the end and stretches ones', () => {
    expect(broadcastShapes([2, 1, 'w'], ['h', 1])).toEqual([2, 'h', 'w']);
    expect(broadcastShapes([], [3])).toEqual([3]);
  });

  it('refuses sizes that differ, and a symbol beside a number', () => {
    expect(() => broadcastShapes([2], [3])).toThrow('Shapes [2] and [3] do not broadcast.');
    expect(() => broadcastShapes(['h'], [3])).toThrow(TypeError);
    expect(() => broadcastShapes(['h'], ['w'])).toThrow(TypeError);
  });
});

describe('symbolic products', () => {
  it('are canonical, whatever the order', () => {
    expect(productOf([2, 'w', 3, 'h'])).toBe('6*h*w');
    expect(productOf(['h*w', 1])).toBe(productOf(['w', 'h']));
    expect(productOf([2, 3])).toBe(6);
    expect(productOf([])).toBe(1);
  });

  it('divide when the result is a whole dimension', () => {
    expect(quotientOf([4, 'h', 'w'], ['h', 2])).toBe('2*w');
    expect(quotientOf(['h*w'], ['w', 'h'])).toBe(1);
    expect(quotientOf([4, 'h'], [3])).toBeUndefined();
    expect(quotientOf(['h'], ['w'])).toBeUndefined();
  });
});

describe('shiftDim', () => {
  it('adds up and vanishes at zero', () => {
    expect(shiftDim(5, -2)).toBe(3);
    expect(shiftDim('h', 2)).toBe('h+2');
    expect(shiftDim(shiftDim('h', 2), -3)).toBe('h-1');
    expect(shiftDim(shiftDim('h', 2), -2)).toBe('h');
  });

  it('keeps a shifted product whole', () => {
    const shifted = shiftDim('h*w', 1);
    expect(quotientOf([shifted], ['h'])).toBeUndefined();
    expect(shiftDim(shifted, -1)).toBe('h*w');
  });
});

describe('axes and shapes', () => {
  it('count negative axes from the end and refuse those outside', () => {
    expect(resolveAxis(-1, 3)).toBe(2);
    expect(() => resolveAxis(3, 3)).toThrow('Axis 3 is outside a tensor of rank 3.');
    expect(() => resolveAxis(-4, 3)).toThrow(TypeError);
  });

  it('are the same only dimension by dimension', () => {
    expect(sameShape([1, 'h'], [1, 'h'])).toBe(true);
    expect(sameShape([1, 'h'], [1, 'w'])).toBe(false);
    expect(sameShape([1], [1, 1])).toBe(false);
  });
});
