import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fittingState, readWindowState, saveWindowState } from '../../src-main/app/window-state.ts';
import { tempFolder } from '../temp-folder.ts';

const LEFT = { x: 0, y: 0, width: 1920, height: 1040 };
const RIGHT = { x: 1920, y: -200, width: 2560, height: 1400 };
const CENTRED = { x: 240, y: 70, width: 1440, height: 900 };

it('keeps a window that is where it can be seen', () => {
  const state = { bounds: { x: 2000, y: -100, width: 1800, height: 1000 }, maximised: true };
  expect(fittingState(state, [LEFT, RIGHT])).toEqual(state);
});

it('brings back a window whose display is gone, and keeps that it was maximised', () => {
  const state = { bounds: { x: 2000, y: -100, width: 1800, height: 1000 }, maximised: true };
  expect(fittingState(state, [LEFT])).toEqual({ bounds: CENTRED, maximised: true });
});

it.each([
  ['its title above the display', { x: 100, y: -20, width: 1000, height: 700 }],
  ['its title below the display', { x: 100, y: 1020, width: 1000, height: 700 }],
  ['all but a strip to the left', { x: -950, y: 100, width: 1000, height: 700 }],
  ['all but a strip to the right', { x: 1900, y: 100, width: 1000, height: 700 }],
])('brings back a window with %s', (_what, bounds) => {
  expect(fittingState({ bounds, maximised: false }, [LEFT]).bounds).toEqual(CENTRED);
});

it('makes a window no larger than the display and no smaller than usable', () => {
  const size = (width: number, height: number) =>
    fittingState({ bounds: { x: 0, y: 0, width, height }, maximised: false }, [LEFT]).bounds;
  expect(size(5000, 3000)).toMatchObject({ width: 1920, height: 1040 });
  expect(size(200, 100)).toMatchObject({ width: 960, height: 640 });
});

it.each([
  undefined,
  null,
  'text',
  {},
  { bounds: {}, maximised: false },
  { bounds: { x: 0, y: 0, width: 1000, height: 'tall' }, maximised: false },
  { bounds: { x: 0.5, y: 0, width: 1000, height: 700 }, maximised: false },
  { bounds: { x: 1e12, y: 0, width: 1000, height: 700 }, maximised: false },
  { bounds: { x: 0, y: 0, width: -5, height: 700 }, maximised: false },
  { bounds: { x: 0, y: 0, width: 1000, height: 700 } },
])('starts in the middle when %j was saved', (saved) => {
  expect(fittingState(saved, [LEFT])).toEqual({ bounds: CENTRED, maximised: false });
});

it('fits a small display', () => {
  const small = { x: 0, y: 30, width: 1024, height: 700 };
  expect(fittingState(undefined, [small]).bounds).toEqual(small);
});

it('reads what it saved; a damaged or missing file is none', async () => {
  const path = join(await tempFolder(), 'deep', 'window.json');
  const state = { bounds: { x: 1, y: 2, width: 1000, height: 700 }, maximised: true };
  expect(await readWindowState(path)).toBeUndefined();
  await saveWindowState(path, state);
  expect(await readWindowState(path)).toEqual(state);
  await writeFile(path, (await readFile(path, 'utf8')).slice(0, 20));
  expect(await readWindowState(path)).toBeUndefined();
});
