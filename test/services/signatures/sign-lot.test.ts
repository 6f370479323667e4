import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { disposeLot } from '../../../src-main/services/lots/dispose-lot.ts';
import { lotDetails } from '../../../src-main/services/lots/lot-state.ts';
import { sign } from '../../../src-main/services/signatures/sign.ts';
import { signedSubject } from '../../../src-main/services/signatures/signed-subject.ts';
import { saveRecipe } from '../../../src-main/store/recipes.ts';
import { recipe, temporaryWorkspace } from '../../store/fixtures.ts';
import { judge, say, smallLot } from '../lots/lot-fixture.ts';
import { peopleIn, seen } from './signing-fixture.ts';

const told = (which: string) =>
  expect.objectContaining({ details: expect.objectContaining({ case: which }) });

/** A lot whose sample is accepted, in a workspace with people. */
async function lotToSign({ twoPeople }: { readonly twoPeople: boolean }) {
  const workspace = await temporaryWorkspace();
  const people = await peopleIn(workspace);
  const { id, runId } = await smallLot(workspace);
  if (twoPeople) {
    const { hash } = await saveRecipe(
      workspace,
      { ...recipe, signatures: { twoPeople } },
      { inspector: 'Eva' },
    );
    await sql`update runs set recipe_hash = ${hash} where id = ${runId}`.execute(workspace.db);
  }
  await judge(workspace, id, runId, [null, null]);
  const decide = () => disposeLot(workspace, { id, disposition: 'accepted', comment: '', inspector: 'Otto' });
  return { workspace, people, runId, id, decide, of: { subject: 'lot', subjectId: String(id) } as const };
}

test('a lot is signed once it was decided about, and by people as its recipe asks for it', async () => {
  const place = await lotToSign({ twoPeople: true });
  await expect(sign(place, await seen(place, place.of, 'Otto', 'inspected'))).rejects.toEqual(
    told('signing-undecided'),
  );
  await place.decide();
  const first = await sign(place, await seen(place, place.of, 'Rita', 'reviewed'));
  expect(first).toMatchObject({ status: 'waiting', missing: ['approved'], twoPeople: true });
  await expect(sign(place, await seen(place, place.of, 'Rita', 'approved'))).rejects.toEqual(
    told('second-person-needed'),
  );
  await expect(sign(place, await seen(place, place.of, 'Otto', 'approved'))).rejects.toEqual(
    told('needs-reviewer'),
  );
  const second = await sign(place, await seen(place, place.of, 'Eva', 'approved'));
  expect(second).toMatchObject({ status: 'approved', missing: [] });
});

test('a verdict that is changed after signing breaks the signature, and is named', async () => {
  const place = await lotToSign({ twoPeople: false });
  await place.decide();
  expect((await sign(place, await seen(place, place.of, 'Rita', 'approved'))).status).toBe('approved');
  const { images } = await lotDetails(place.workspace, place.id);
  await say(place.workspace, place.runId, images[1]!.imageId, 'reject', 'major');
  const { status, signatures } = await signedSubject(place.workspace, place.of);
  expect(status).toBe('broken');
  const name = `2 ${images[1]!.name.split('/').at(-1)}`;
  expect(signatures[0]!.changes).toEqual(
    expect.arrayContaining([
      { path: `sample.${name}.human`, before: '"accept"', after: '"reject"' },
      { path: `sample.${name}.severity`, before: 'null', after: '"major"' },
    ]),
  );
});

test('a lot that is not there is not signed', async () => {
  const place = await lotToSign({ twoPeople: false });
  const wanted = { ...(await seen(place, place.of, 'Rita', 'approved')), subjectId: '99' };
  await expect(sign(place, wanted)).rejects.toEqual(told('signed-subject-unknown'));
});
