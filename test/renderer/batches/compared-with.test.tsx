// @vitest-environment happy-dom
import { screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import { ComparedWith } from '../../../src-renderer/batches/compared-with.tsx';
import type { RunComparison } from '../../../src-shared/run-comparison.ts';
import { renderPart } from '../render.tsx';

const NONE = { hash: 'a'.repeat(64), crowd: 0, references: 0, harmless: 0, counterExamples: 0 };

async function textOf(comparison: RunComparison) {
  await renderPart(<ComparedWith comparison={comparison} />);
  return [...screen.getByTestId('compared-with').children].map(({ textContent }) => textContent);
}

it('names what there was, and nothing else', async () => {
  const counts = { ...NONE, crowd: 24, references: 1, harmless: 2 };
  expect(await textOf({ with: counts, unavailable: [], skipped: 0 })).toEqual([
    'Compared with: 24 images of the batch · 1 accepted part · 2 harmless marks',
  ]);
});

it('offers to turn parts that lie in different poses', async () => {
  const poses = { turn: 1.2, shift: 0.02, scale: 0.01, differs: true };
  const told = { with: { ...NONE, references: 4 }, unavailable: [], skipped: 0 };
  const offer =
    'The parts lie in different poses. They are compared better when the recipe turns every part to one pose first.';
  expect((await textOf({ ...told, alignment: 'off', poses })).at(-1)).toBe(offer);
});

it('says that parts are turned, or why not', async () => {
  const poses = { turn: 1.2, shift: 0.02, scale: 0.01, differs: true };
  const told = { with: { ...NONE, references: 4 }, unavailable: [], skipped: 0, poses };
  await renderPart(
    <>
      <ComparedWith comparison={{ ...told, alignment: 'differ' }} />
      <ComparedWith comparison={{ ...told, alignment: 'unsure' }} />
    </>,
  );
  const texts = screen.getAllByTestId('compared-with').map(({ lastChild }) => lastChild?.textContent);
  expect(texts).toEqual([
    'Parts are turned to one pose, because they lie in different ones.',
    'The parts lie in different poses, but too few of them show theirs surely. They are compared as they lie.',
  ]);
});

it('says nothing of poses that are alike', async () => {
  const poses = { turn: 0.01, shift: 0.02, scale: 0.01, differs: false };
  const told = { with: { ...NONE, references: 4 }, unavailable: [], skipped: 0 };
  expect(await textOf({ ...told, poses })).toHaveLength(1);
});

it('says what could not be had', async () => {
  expect(await textOf({ with: NONE, unavailable: ['consensus', 'references'], skipped: 3 })).toEqual([
    'The batch could not be compared with itself: that takes five different images that can be read.',
    'None of the accepted parts could be read.',
    '3 images to compare with could not be read.',
  ]);
});
