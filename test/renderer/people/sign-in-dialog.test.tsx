// @vitest-environment happy-dom
import { screen, waitFor } from '@testing-library/react';
import { beforeEach, expect, it } from 'vitest';
import { SignInDialog } from '../../../src-renderer/people/sign-in-dialog.tsx';
import { usePeople } from '../../../src-renderer/state/people.ts';
import { useSession } from '../../../src-renderer/state/session.ts';
import type { ErrorDetails } from '../../../src-shared/error-cases.ts';
import { ClipSamError } from '../../../src-shared/errors.ts';
import type { Inspector } from '../../../src-shared/roles.ts';
import { renderPart } from '../render.tsx';

const PEOPLE: readonly Inspector[] = [
  { name: 'Eva', role: 'engineer' },
  { name: 'Otto', role: 'operator' },
];

/** A workstation that gives these answers to one PIN after the other, and lets in with any further. */
function answering(...refusals: ErrorDetails[]) {
  const tried: { name: string; pin: string }[] = [];
  const client = {
    people: {
      signIn: async (input: { name: string; pin: string }) => {
        tried.push(input);
        const details = refusals[tried.length - 1];
        if (details) throw new ClipSamError('not-permitted', 'Refused.', { details });
        return { token: 'token', inspector: PEOPLE.find(({ name }) => name === input.name)! };
      },
    },
  };
  return { client, tried };
}

beforeEach(() => {
  sessionStorage.clear();
  useSession.setState({ inspector: 'Otto' });
  usePeople.setState({ people: PEOPLE, me: null, idleMinutes: null, idledOut: null });
});

it('says what is wrong with a PIN, empties the field and keeps it at hand; the right one lets in', async () => {
  const { client, tried } = answering({ case: 'pin-wrong' }, { case: 'pin-wait', seconds: 4 });
  const user = await renderPart(<SignInDialog />, { client });
  const pin = screen.getByLabelText<HTMLInputElement>('PIN');
  expect(screen.getByLabelText<HTMLSelectElement>('Name').value).toBe('Otto');
  for (const text of [/This PIN is not right/, /Wait 4 s/]) {
    await user.type(pin, '0000{Enter}');
    expect((await screen.findByText(text)).closest('[role=alert]')).not.toBeNull();
    expect(pin.value).toBe('');
    expect(document.activeElement).toBe(pin);
  }
  await user.type(pin, '5678{Enter}');
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(tried).toEqual(['0000', '0000', '5678'].map((text) => ({ name: 'Otto', pin: text })));
  expect(usePeople.getState().me).toEqual(PEOPLE[1]);
  expect(useSession.getState().inspector).toBe('Otto');
});

it('asks nobody with a PIN that is too short', async () => {
  const { client, tried } = answering();
  const user = await renderPart(<SignInDialog />, { client });
  await user.type(screen.getByLabelText('PIN'), '123{Enter}');
  expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Sign in' }).disabled).toBe(true);
  expect(tried).toEqual([]);
});

it('takes another name, and forgets what was said of the one before', async () => {
  const { client, tried } = answering({ case: 'pin-wrong' });
  const user = await renderPart(<SignInDialog />, { client });
  await user.type(screen.getByLabelText('PIN'), '0000{Enter}');
  await screen.findByRole('alert');
  await user.selectOptions(screen.getByLabelText('Name'), 'Eva');
  expect(screen.queryByRole('alert')).toBeNull();
  await user.type(screen.getByLabelText('PIN'), '1234{Enter}');
  await waitFor(() => expect(usePeople.getState().me).toEqual(PEOPLE[0]));
  expect(tried.at(-1)).toEqual({ name: 'Eva', pin: '1234' });
});

it('says why it is there, also in Chinese', async () => {
  usePeople.setState({ idledOut: 5 });
  await renderPart(<SignInDialog />, { language: 'zh-CN' });
  expect(screen.getByRole('status').textContent).toMatch(/5/);
  const names = screen.getAllByRole('option').map(({ textContent }) => textContent);
  expect(names).toEqual(['Eva，工程师', 'Otto，操作员']);
});

it('is not there while everything is open, or somebody is signed in', async () => {
  usePeople.setState({ people: [] });
  await renderPart(<SignInDialog />);
  expect(screen.queryByRole('dialog')).toBeNull();
});
