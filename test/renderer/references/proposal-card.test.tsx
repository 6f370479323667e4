// @vitest-environment happy-dom
import { screen, waitFor } from '@testing-library/react';
import { beforeEach, expect, it, vi } from 'vitest';
import { ProposalCard } from '../../../src-renderer/references/proposal-card.tsx';
import { useChanges } from '../../../src-renderer/references/use-changes.ts';
import { usePeople } from '../../../src-renderer/state/people.ts';
import { useSession } from '../../../src-renderer/state/session.ts';
import type { MemoryChange } from '../../../src-shared/reference-set.ts';
import { type FakeClient, renderPart } from '../render.tsx';
import { memoryChange, memoryItem } from './memory-fixture.ts';

const scored = (score: number, verdict: 'accept' | 'reject') => ({ score, verdict });
const waiting = memoryChange(7, {
  state: 'waiting',
  origin: 'annotation',
  inspector: 'ben',
  items: [{ effect: 'add', item: memoryItem(7, { kind: 'harmless' }) }],
  examination: {
    confirmed: 300,
    examined: 14,
    unread: 1,
    missed: [
      {
        runId: 1,
        imageId: 9,
        name: 'scratch-09.png',
        defectClass: 'Scratch',
        before: scored(0.84, 'reject'),
        after: scored(0.41, 'accept'),
        regions: [{ regionIndex: 1, before: 0.84, after: 0.41 }],
      },
    ],
    error: null,
    at: '2026-05-01T09:31:00.000Z',
  },
});

function Card({ change }: { readonly change: MemoryChange }) {
  return <ProposalCard change={change} changes={useChanges()} />;
}

const refused = () => Promise.reject(new Error('nobody asked for this'));
const show = (change: MemoryChange, references: FakeClient['references'] = {}) => {
  const others = { remove: refused, undo: refused, approve: refused, reject: refused };
  return renderPart(<Card change={change} />, { client: { references: { ...others, ...references } } });
};

beforeEach(() => {
  useSession.setState({ inspector: 'ada', language: 'en' });
  usePeople.setState({ people: [], me: null });
});

it('says which confirmed defects would be missed, with their scores now and then, and of which nobody knows', async () => {
  await show(waiting);
  const card = screen.getByRole('region', { name: 'Waits for a decision' });
  expect(card.textContent).toContain('adds 1 harmless mark (learnt from an annotation)');
  expect(card.textContent).toContain('With it, 1 of 14 images with confirmed defects would be missed:');
  const cells = screen.getAllByRole('cell').map(({ textContent }) => textContent);
  expect(cells).toEqual(['scratch-09.png', 'Scratch', '0.840 Reject', '0.410 Accept']);
  expect(card.textContent).toContain('1 image could not be scored again.');
  expect(card.textContent).toContain('Only the newest 15 of 300 were scored again.');
});

it('lets it count, or drops it, with a comment', async () => {
  const approve = vi.fn(async (_: unknown) => ({ ...waiting, state: 'effective' as const }));
  const reject = vi.fn(async (_: unknown) => ({ ...waiting, state: 'rejected' as const }));
  const user = await show(waiting, { approve, reject } as FakeClient['references']);
  await user.type(screen.getByLabelText('Comment'), 'only dust ');
  await user.click(screen.getByRole('button', { name: 'Let it count' }));
  await waitFor(() => expect(approve).toHaveBeenCalled());
  expect(approve.mock.calls[0]![0]).toEqual({ id: 7, comment: 'only dust', inspector: 'ada' });
  await user.click(screen.getByRole('button', { name: 'Drop it' }));
  await waitFor(() => expect(reject).toHaveBeenCalled());
});

it('leaves the word to reviewers and engineers; who asked for it may drop it', async () => {
  const operator = (name: string) => ({ name, role: 'operator' as const });
  usePeople.setState({ people: [operator('ada'), operator('ben')], me: operator('ada') });
  await show(waiting);
  const button = (name: string) => screen.getByRole<HTMLButtonElement>('button', { name });
  expect(button('Let it count').disabled).toBe(true);
  expect(button('Let it count').title).toBe('For reviewers and engineers');
  expect(button('Drop it').disabled).toBe(true);
  expect(button('Drop it').title).toContain('“ben” asked for this change');
});

it('of their own, an operator may drop what waits', async () => {
  const me = { name: 'ben', role: 'operator' as const };
  usePeople.setState({ people: [me], me });
  await show(waiting);
  expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Drop it' }).disabled).toBe(false);
});

it('says how far the check is, and can be cancelled meanwhile', async () => {
  await show(memoryChange(8, { state: 'examining', progress: { done: 3, total: 14 } }));
  expect(screen.getByText('3 of 14 images with confirmed defects scored again')).toBeTruthy();
  expect(screen.getByRole('button', { name: 'Cancel it' })).toBeTruthy();
  expect(screen.queryByRole('button', { name: 'Let it count' })).toBeNull();
});

it('says why confirmed defects could not be checked', async () => {
  const error = { code: 'inference-failed' as const, message: 'no tokens' };
  const nothing = { confirmed: 2, examined: 0, unread: 0, missed: [], at: '' };
  await show(memoryChange(9, { state: 'waiting', examination: { ...nothing, error } }));
  expect(screen.getByText('Confirmed defects could not be checked:')).toBeTruthy();
});
