import { createRouterClient } from '@orpc/server';
import { expect, test, vi } from 'vitest';
import { createRouter } from '../../src-main/api/router.ts';
import type { SignatureMeaning } from '../../src-shared/signature.ts';
import { PINS, peopleIn, type Signer } from '../services/signatures/signing-fixture.ts';
import { recipe } from '../store/fixtures.ts';
import { fakeWorkstation } from './workstation-fixture.ts';

const refused = (which: string) =>
  expect.objectContaining({
    data: expect.objectContaining({ details: expect.objectContaining({ case: which }) }),
  });

/** A workstation with people and a recipe, and windows for them. */
async function setUp() {
  const { workstation, client } = await fakeWorkstation();
  const { hash } = await client.recipes.save({ recipe, parentHash: null, inspector: 'ana' });
  const of = { subject: 'recipe', subjectId: hash } as const;
  const wanted = async (inspector: Signer, meaning: SignatureMeaning) => ({
    ...of,
    meaning,
    inspector,
    pin: PINS[inspector] as string,
    recordHash: (await client.signatures.of(of)).recordHash!,
  });
  const signedIn = async (name: Signer) => {
    const window = createRouterClient(createRouter(workstation), {
      context: { connection: { token: null } },
    });
    await window.people.signIn({ name, pin: PINS[name] });
    return window;
  };
  return { workstation, client, of, wanted, signedIn };
}

test('without people there is nothing to sign with, and that is said', async () => {
  const { client, wanted } = await setUp();
  await expect(client.signatures.sign(await wanted('Eva', 'approved'))).rejects.toEqual(
    refused('signing-without-people'),
  );
});

test('a session is not enough, and nobody signs in another name, whatever PIN they know', async () => {
  const { workstation, client, of, wanted, signedIn } = await setUp();
  await peopleIn(workstation.workspace);
  const rita = await signedIn('Rita');
  const byRita = await wanted('Rita', 'reviewed');
  await expect(client.signatures.sign(byRita)).rejects.toMatchObject({ data: { code: 'sign-in-required' } });
  await expect(rita.signatures.sign(await wanted('Eva', 'approved'))).rejects.toEqual(
    refused('other-inspector'),
  );
  await expect(rita.signatures.sign({ ...byRita, pin: '9999' })).rejects.toEqual(refused('pin-wrong'));
  const { pin: _, ...withoutPin } = byRita;
  await expect(rita.signatures.sign(withoutPin as typeof byRita)).rejects.toMatchObject({
    data: { code: 'input-invalid' },
  });
  expect((await client.signatures.of(of)).status).toBe('unsigned');
  expect((await rita.signatures.sign(byRita)).status).toBe('signed');
});

test('every window hears of a signature and of its withdrawal, and what was signed is listed', async () => {
  const { workstation, of, wanted, signedIn } = await setUp();
  await peopleIn(workstation.workspace);
  const eva = await signedIn('Eva');
  const publish = vi.spyOn(workstation.hub, 'publish');
  const { signatures } = await eva.signatures.sign(await wanted('Eva', 'approved'));
  const { id } = signatures[0]!;
  const list = { waitingFor: null };
  expect(await eva.signatures.list(list)).toMatchObject({
    total: 1,
    subjects: [{ ...of, status: 'approved' }],
  });
  const taken = { id, pin: PINS.Eva, inspector: 'Eva' };
  await expect(eva.signatures.withdraw({ ...taken, reason: '  ' })).rejects.toMatchObject({
    data: { code: 'input-invalid' },
  });
  await eva.signatures.withdraw({ ...taken, reason: 'typing error' });
  expect(publish.mock.calls).toEqual([[{ kind: 'signatures' }], [{ kind: 'signatures' }]]);
  expect((await eva.signatures.list(list)).subjects[0]!.status).toBe('unsigned');
});
