// @vitest-environment happy-dom
import { screen, waitFor } from '@testing-library/react';
import { beforeEach, expect, it, vi } from 'vitest';
import { ChangePinDialog } from '../../../src-renderer/people/change-pin-dialog.tsx';
import { usePeople } from '../../../src-renderer/state/people.ts';
import { ClipSamError } from '../../../src-shared/errors.ts';
import { renderPart } from '../render.tsx';

const OTTO = { name: 'Otto', role: 'operator' } as const;
const field = (label: string) => screen.getByLabelText<HTMLInputElement>(label);
const save = () => screen.getByRole<HTMLButtonElement>('button', { name: 'Save' });

beforeEach(() => usePeople.setState({ people: [OTTO], me: OTTO }));

it('saves only what was typed twice alike, and says so as soon as it differs', async () => {
  const changePin = vi.fn(async () => OTTO);
  const onClose = vi.fn();
  const user = await renderPart(<ChangePinDialog opened onClose={onClose} />, {
    client: { people: { changePin } },
  });
  await user.type(field('Present PIN'), '5678');
  await user.type(field('New PIN'), '8765');
  await user.type(field('New PIN again'), '876');
  // So far it is alike.
  expect(screen.queryByText('The two new PINs differ.')).toBeNull();
  expect(save().disabled).toBe(true);
  await user.type(field('New PIN again'), '{Backspace}5');
  screen.getByText('The two new PINs differ.');
  await user.keyboard('{Enter}');
  expect(changePin).not.toHaveBeenCalled();
  await user.clear(field('New PIN again'));
  await user.type(field('New PIN again'), '8765{Enter}');
  await waitFor(() => expect(onClose).toHaveBeenCalledOnce());
  expect(changePin).toHaveBeenCalledExactlyOnceWith({ present: '5678', pin: '8765', inspector: 'Otto' });
});

it('keeps the new PIN when the present one is wrong, and asks for that again', async () => {
  const wrong = new ClipSamError('not-permitted', 'Refused.', { details: { case: 'pin-wrong' } });
  const changePin = vi.fn(async () => OTTO).mockRejectedValueOnce(wrong);
  const onClose = vi.fn();
  const user = await renderPart(<ChangePinDialog opened onClose={onClose} />, {
    client: { people: { changePin } },
  });
  await user.type(field('Present PIN'), '0000');
  await user.type(field('New PIN'), '8765');
  await user.type(field('New PIN again'), '8765{Enter}');
  await screen.findByText(/This PIN is not right/);
  expect(onClose).not.toHaveBeenCalled();
  await waitFor(() => expect(document.activeElement).toBe(field('Present PIN')));
  expect(['Present PIN', 'New PIN', 'New PIN again'].map((label) => field(label).value)).toEqual([
    '',
    '8765',
    '8765',
  ]);
  await user.keyboard('5678{Enter}');
  await waitFor(() => expect(onClose).toHaveBeenCalledOnce());
  expect(changePin).toHaveBeenLastCalledWith({ present: '5678', pin: '8765', inspector: 'Otto' });
});
