import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeSweepPlot } from '../../../src-main/services/evaluation/sweep-plot.ts';
import { tempFolder } from '../../temp-folder.ts';

test('a sweep is drawn into a file that is as wide as its steps need, with figures in percent', async () => {
  const folder = await tempFolder();
  const names = { parameter: 'θ', figure: 'pixel AP' };
  const write = async (count: number) => {
    const steps = Array.from({ length: count }, (_, i) => `step ${i}`);
    const values = steps.map((_, i) => ({ value: 0.2 + i / 100, low: 0.1, high: 0.4 }));
    const path = join(folder, `${count}.svg`);
    await writeSweepPlot(
      path,
      { steps, lines: [{ name: 'all', values }], isOrdered: true, chosen: 'step 1' },
      names,
    );
    return readFile(path, 'utf8');
  };
  const [few, many] = [await write(2), await write(10)];
  expect(few).toMatch(/^<svg width="480" height="360"/);
  expect(many).toMatch(/^<svg width="1196" height="360"/);
  for (const text of ['>in use<', '>step 1<', '>pixel AP<', '>θ<', '>20 %<']) expect(few).toContain(text);
});
