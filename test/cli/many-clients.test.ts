import { expect, it } from 'vitest';
import { measureManyClients } from '../../src-main/cli/many-clients.ts';
import { chooseRecipe } from '../../src-main/services/runs/recipe-pipeline.ts';
import { tinyPackOptions } from './run-cli.ts';

it('twenty clients, one of them slow, lose no verdict and store none twice while the serving process is killed', async () => {
  const { root } = await tinyPackOptions();
  const { figures, passed } = await measureManyClients({
    chosen: await chooseRecipe({ packsRoot: root, pack: 'tiny' }),
    clients: 20,
    verdicts: 6,
    serve: ['--device', 'cpu', '--pack-root', root],
  });
  expect(figures).toMatchObject({ clients: 20, verdicts: 126, lost: 0, twice: 0 });
  expect(figures.runs).toBeGreaterThan(0);
  expect(figures.sentAgain).toBeGreaterThan(0);
  expect(figures.heardBySlow).toBeGreaterThan(0);
  expect(figures.seenByOthers).toBeGreaterThan(0);
  expect(passed).toBe(true);
});
