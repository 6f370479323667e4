import { describe, expect, it } from 'vitest';
import { ALL_ACTIONS } from '../../../src-renderer/app/all-actions.ts';
import type { ActionId } from '../../../src-renderer/keys/action.ts';
import { actionFor, chordOf, conflicts, keysOf } from '../../../src-renderer/keys/bindings.ts';

const action = (id: ActionId) => ALL_ACTIONS.find((one) => one.id === id)!;
const conflictsOf = (own: Record<string, string>) =>
  conflicts(ALL_ACTIONS, own).map(([a, b, key]) => [a.id, b.id, key]);
const press = (key: string, modifiers: Partial<Record<'ctrl' | 'alt' | 'shift' | 'meta', true>> = {}) =>
  chordOf({
    key,
    ctrlKey: modifiers.ctrl ?? false,
    altKey: modifiers.alt ?? false,
    shiftKey: modifiers.shift ?? false,
    metaKey: modifiers.meta ?? false,
  });

describe('chords', () => {
  it('name letters in upper case, whether Caps Lock is on or not', () => {
    expect(press('d')).toBe('D');
    expect(press('D')).toBe('D');
  });

  it('count Shift with letters and named keys, but not where it makes the character', () => {
    expect(press('D', { shift: true })).toBe('Shift+D');
    expect(press('Tab', { shift: true })).toBe('Shift+Tab');
    expect(press('?', { shift: true })).toBe('?');
    expect(press('+', { shift: true })).toBe('+');
  });

  it('put modifiers in one order and take Cmd for Ctrl', () => {
    expect(press('z', { shift: true, ctrl: true })).toBe('Ctrl+Shift+Z');
    expect(press('z', { meta: true })).toBe('Ctrl+Z');
    expect(press('1', { alt: true })).toBe('Alt+1');
  });

  it('call the space bar by its name and wait while only modifiers are down', () => {
    expect(press(' ')).toBe('Space');
    expect(press('Shift', { shift: true })).toBeNull();
  });
});

describe('bindings', () => {
  it('are free of conflicts by default', () => {
    expect(conflictsOf({})).toEqual([]);
  });

  it('follow the user where the user changed them', () => {
    expect(actionFor('D', [action('review.next')], {})?.id).toBe('review.next');
    expect(actionFor('D', [action('review.next')], { 'review.next': 'J' })).toBeUndefined();
    expect(actionFor('J', [action('review.next')], { 'review.next': 'J' })?.id).toBe('review.next');
  });

  it('can be emptied', () => {
    expect(keysOf(action('review.accept'), { 'review.accept': '' })).toEqual([]);
  });

  it('name both sides of a conflict, also across the whole window', () => {
    expect(conflictsOf({ 'review.accept': 'R' })).toEqual([['review.accept', 'review.reject', 'R']]);
    expect(conflictsOf({ 'app.help': 'G' })).toEqual([['app.help', 'review.accept', 'G']]);
  });

  it('let two screens use the same key', () => {
    expect(action('batches.search').keys).toEqual(action('review.search').keys);
  });
});

it('keeps the keys that inspectors know from their other tools', () => {
  const expected: Partial<Record<ActionId, string>> = {
    'review.next': 'D',
    'review.previous': 'A',
    'review.next-unreviewed': 'Shift+D',
    'review.previous-unreviewed': 'Shift+A',
    'tool.point-positive': 'Q',
    'tool.point-negative': 'E',
    'review.submit': 'Ctrl+Enter',
    'viewer.bare': 'Space',
    'viewer.fit': 'F',
    'viewer.actual-size': 'Ctrl+=',
    'tool.brush-smaller': '[',
    'tool.brush-larger': ']',
    'app.help': '?',
    'viewer.reset': 'Escape',
  };
  for (const [id, key] of Object.entries(expected)) {
    expect(action(id as ActionId).keys).toContain(key);
  }
});
