// @vitest-environment happy-dom
import { screen } from '@testing-library/react';
import { useState } from 'react';
import { expect, it } from 'vitest';
import { MethodFields } from '../../../src-renderer/recipes/method-fields.tsx';
import {
  CLIPSAM,
  METHODS,
  type Method,
  type MethodLack,
  type MethodName,
} from '../../../src-shared/method.ts';
import { renderPart } from '../render.tsx';

const said: Method[] = [];

function Form({ lacks }: { readonly lacks: ReadonlyMap<MethodName, MethodLack> }) {
  const [method, setMethod] = useState(CLIPSAM);
  const keep = (next: Method) => {
    said.push(next);
    setMethod(next);
  };
  return <MethodFields draft={{ method, setMethod: keep, methodLacks: lacks }} />;
}

/** What stands below the field, to those who do not see it as well. */
function aboutField(): string {
  const ids = screen.getByRole('combobox', { name: 'Method' }).getAttribute('aria-describedby') ?? '';
  return ids
    .split(' ')
    .map((id) => document.getElementById(id)?.textContent ?? '')
    .join(' ');
}

it('offers every method with what it does, and why the pack cannot run one', async () => {
  const lacks = new Map([['april-gan', 'no-linear-weights']] as const);
  const user = await renderPart(<Form lacks={lacks} />);
  await user.click(screen.getByRole('combobox', { name: 'Method' }));
  const options = screen.getAllByRole('option');
  expect(options).toHaveLength(METHODS.length);
  const april = screen.getByRole('option', { name: /APRIL-GAN/ });
  expect(april.textContent).toBe('APRIL-GANThe model pack has no linear layers for it.');
  await user.click(april);
  expect(said).toEqual([]);
  await user.click(screen.getByRole('option', { name: /WinCLIP/ }));
  expect(said).toEqual([{ name: 'winclip', refine: false }]);
  await user.click(screen.getByRole('checkbox', { name: 'Refine with SAM' }));
  expect(said.at(-1)).toEqual({ name: 'winclip', refine: true });
  expect(aboutField()).toMatch(/^Windows of several sizes/);
});

it('says at the field that the pack cannot run the chosen method', async () => {
  await renderPart(<Form lacks={new Map([['clipsam', 'no-umci-head']])} />);
  expect(aboutField()).toContain('The model pack has no UMCI head.');
});
