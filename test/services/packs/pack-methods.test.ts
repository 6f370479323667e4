import { expect, it } from 'vitest';
import { summarisePacks } from '../../../src-main/services/packs/model-packs.ts';
import { METHODS } from '../../../src-shared/method.ts';

it('the window hears of every method whether a pack can run it, or what the pack lacks', async () => {
  const [lite] = (await summarisePacks()).filter(({ id }) => id === 'lite');
  expect(lite?.methods.map(({ name }) => name)).toEqual(METHODS);
  expect(lite?.methods).toContainEqual({ name: 'clipsam', lack: null });
});
