import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { sha256 } from '../../../src-main/files/hash.ts';
import type { PoseJob } from '../../../src-main/inference/inference-protocol.ts';
import type { PartPose } from '../../../src-main/pipeline/part-pose.ts';
import { decideAlignment } from '../../../src-main/services/opinions/decide-alignment.ts';
import { DEFAULT_OPINION_SETTINGS, type OpinionSettings } from '../../../src-shared/opinion.ts';
import { recipe, temporaryFolder } from '../../store/fixtures.ts';

let folder: string;
beforeEach(async () => {
  folder = await temporaryFolder();
});

type Answer = PartPose | { readonly doubt: 'cut-off' };
const DOUBT: Answer = { doubt: 'cut-off' };
const lies = (angle: number, certainty = 1): Answer => ({
  ...{ centre: { x: 500, y: 400 }, length: 600, width: 100, elongation: 5 },
  ...{ angle, from: 'axis', certainty, asItLies: 0.4 },
});

/** Files that hold their own names. */
const pictures = (names: readonly string[]) =>
  Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      await writeFile(path, name);
      return { path, contentHash: sha256(name) };
    }),
  );

async function decide(
  alignment: OpinionSettings['alignment'],
  answers: readonly Answer[],
  { crowd = 0 }: { readonly crowd?: number } = {},
) {
  const all = await pictures(answers.map((_, at) => String(at)));
  const asked: PoseJob[] = [];
  const inference = {
    async pose(job: PoseJob) {
      asked.push(job);
      return answers[Number(job.path.slice(folder.length + 1))]!;
    },
  };
  const at = all.length - crowd;
  const settings = { ...DEFAULT_OPINION_SETTINGS, alignment };
  const again = () =>
    decideAlignment(
      { settings, references: all.slice(0, at), crowd: all.slice(at) },
      { inference, recipe, shownBy: ({ path }) => ({ path }) },
    );
  return { ...(await again()), again, asked, all };
}

describe('parts', () => {
  test('are aligned where they lie in different poses, like the first reference', async () => {
    const { settings, alignment, poses, template, all } = await decide(
      'automatic',
      [0, 1, 2, 3].map((angle) => lies(angle)),
    );
    expect([settings.alignment, alignment, poses?.differs]).toEqual(['on', 'differ', true]);
    expect(template).toBe(all[0]);
  });

  test('are left alone where they lie alike', async () => {
    const { settings, alignment, template } = await decide(
      'automatic',
      [0, 0.01, 0, 0.01].map((angle) => lies(angle)),
    );
    expect([settings.alignment, alignment, template]).toEqual(['off', 'alike', undefined]);
  });

  test('are left alone where fewer than three of four show how they lie', async () => {
    const angles = [0, 1, 2, 3, 4, 5].map((angle) => lies(angle));
    const sure = await decide('automatic', [...angles, DOUBT, DOUBT]);
    expect([sure.settings.alignment, sure.alignment]).toEqual(['on', 'differ']);
    const unsure = await decide('automatic', [...angles.slice(1), DOUBT, DOUBT, DOUBT]);
    expect([unsure.settings.alignment, unsure.alignment]).toEqual(['off', 'unsure']);
    expect(unsure.poses?.differs).toBe(true);
    const unknown = await decide('automatic', [lies(0), DOUBT, DOUBT]);
    expect([unknown.settings.alignment, unknown.alignment]).toEqual(['off', 'unsure']);
    expect(unknown.poses).toBeUndefined();
  });

  test('are left alone where their angles are guesses', async () => {
    const guessed = await decide('automatic', [lies(0), lies(1), lies(2, 0.8), lies(3, 0.7)]);
    expect([guessed.settings.alignment, guessed.alignment]).toEqual(['off', 'unsure']);
  });

  test('are left alone where what is found may be an end of them', async () => {
    const at = (x: number, angle: number) => ({ ...lies(angle), centre: { x, y: 400 } });
    const near = await decide('automatic', [at(300, 0), at(700, 1), at(300, 2), at(700, 3)]);
    expect(near.alignment).toBe('differ');
    const far = await decide('automatic', [at(100, 0), at(900, 1), at(100, 2), at(900, 3)]);
    expect([far.settings.alignment, far.alignment]).toEqual(['off', 'unsure']);
  });

  test('of the batch are looked at where there is no second reference', async () => {
    const alike = [lies(0), lies(0)];
    const others = [1, 2, 3].map((angle) => lies(angle));
    expect((await decide('automatic', [...alike, ...others], { crowd: 3 })).alignment).toBe('alike');
    expect((await decide('automatic', [lies(0), ...others], { crowd: 3 })).alignment).toBe('differ');
    expect((await decide('automatic', others, { crowd: 3 })).alignment).toBe('differ');
    expect((await decide('automatic', [lies(0)])).alignment).toBe('unsure');
  });

  test('that are gone are passed over', async () => {
    const { again, all, asked } = await decide(
      'automatic',
      [0, 1, 2, 3].map((angle) => lies(angle)),
    );
    await rm(all[0]!.path);
    asked.length = 0;
    expect(await again()).toMatchObject({ alignment: 'differ', template: { path: all[1]!.path } });
    expect(asked.every((job) => job.template.path === all[1]!.path)).toBe(true);
  });

  test('are not looked at where the settings decide', async () => {
    for (const alignment of ['on', 'off'] as const) {
      const decided = await decide(
        alignment,
        [0, 1, 2].map((angle) => lies(angle)),
      );
      expect([decided.settings.alignment, decided.alignment]).toEqual([alignment, alignment]);
      expect(decided.asked).toEqual([]);
      expect(decided.template).toBe(alignment === 'on' ? decided.all[0] : undefined);
    }
  });
});
