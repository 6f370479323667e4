import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseMethodSpecs } from '../../../../src-main/services/evaluation/method-spec.ts';
import { evaluateMethods } from '../../../../src-main/services/evaluation/methods/evaluate-methods.ts';
import type { MethodsEvaluation } from '../../../../src-main/services/evaluation/methods/method-figures.ts';
import { methodReport } from '../../../../src-main/services/evaluation/methods/method-report.ts';
import { writeMethodFigures } from '../../../../src-main/services/evaluation/methods/write-method-figures.ts';
import { recipe } from '../../../store/results-fixture.ts';
import { tempFolder } from '../../../temp-folder.ts';
import { ABILITIES, fakeMethods, makeCategory } from './fake-methods.ts';

async function measured(names: readonly string[], methods: string): Promise<MethodsEvaluation> {
  const root = await tempFolder();
  for (const name of names) await makeCategory(join(root, name), { good: 4, defective: 3 });
  const { inference } = fakeMethods({ 'clipsam+mmr': 1, similarity: 0.1, references: 2 });
  const specs = parseMethodSpecs(methods);
  const options = { inference, recipe, abilities: ABILITIES, seed: 3, resamples: 30, specs };
  return evaluateMethods(root, options);
}

/** Rows of the first table of a page, cells without their spaces. */
function rowsOf(page: string, table = 0): string[][] {
  const tables = page.split('\n\n').filter((part) => part.startsWith('|'));
  return tables[table]!.split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

it('has a row per method and category, and the means', async () => {
  const evaluation = await measured(['bolt', 'nut'], 'clipsam,similarity,april-gan,references-1');
  const page = methodReport(evaluation);
  const [head, , ...rows] = rowsOf(page);
  expect(head!.slice(0, 3)).toEqual(['data', 'method', 'pixel AUROC']);
  expect(rows.map(([data, method]) => [data!.replace(/^.*\//, ''), method])).toEqual([
    ['bolt (3 good, 3 defective)', 'clipsam'],
    ['bolt (3 good, 3 defective)', 'similarity'],
    ['bolt (3 good, 3 defective)', 'references-1'],
    ['nut (3 good, 3 defective)', 'clipsam'],
    ['nut (3 good, 3 defective)', 'similarity'],
    ['nut (3 good, 3 defective)', 'references-1'],
    ['mean of 2 categories', 'clipsam'],
    ['mean of 2 categories', 'similarity'],
    ['mean of 2 categories', 'references-1'],
  ]);
  const [mean] = evaluation.mean.methods;
  const percent = (share: number) => (share * 100).toFixed(1);
  const { low, high } = mean!.intervals.pixelAp!;
  expect(rows[6]![head!.indexOf('pixel AP')]).toBe(
    `${percent(mean!.figures.pixelAp!)} (${percent(low)} to ${percent(high)})`,
  );
  expect(rows[6]!.slice(-2)).toEqual(['7.00', '1,234,567']);
  const differences = rowsOf(page, 1);
  expect(differences.at(-1)!.slice(0, 2)).toEqual(['mean of 2 categories', 'references-1']);
  expect(differences.at(-1)![2]).toMatch(/^\+\d+\.\d \(\d+\.\d to \d+\.\d\) better$/);
  expect(page).toContain('april-gan was not measured: the pack has no linear layers for it.');
  expect(page).toContain(
    'bolt: references drawn with seed 3: 1; test images among them, which are in no figure: 1.',
  );
});

it('takes names of folders for text, whatever they hold', async () => {
  const evaluation = await measured(['a|b\u202e'], 'clipsam');
  const [, , row] = rowsOf(methodReport(evaluation));
  expect(row![0]).toMatch(/a\\\|b\ufffd \(4 good, 3 defective\)$/);
});

it('is written beside the same figures for programs', async () => {
  const evaluation = await measured(['bolt', 'nut'], 'clipsam,similarity');
  const folder = join(await tempFolder(), 'out');
  await writeMethodFigures(folder, evaluation);
  expect(await readFile(join(folder, 'table.md'), 'utf8')).toBe(methodReport(evaluation));
  expect(JSON.parse(await readFile(join(folder, 'figures.json'), 'utf8'))).toEqual(evaluation);
  const text = await readFile(join(folder, 'figures.csv'), 'utf8');
  // No cell has a comma here.
  const [columns, ...cells] = text
    .trimEnd()
    .split('\r\n')
    .map((line) => line.split(','));
  const rows = cells.map(
    (row): Record<string, string | undefined> =>
      Object.fromEntries(columns!.map((column, i) => [column, row[i]])),
  );
  expect(rows.map(({ category, method }) => [category, method])).toEqual([
    ['bolt', 'clipsam'],
    ['bolt', 'similarity'],
    ['nut', 'clipsam'],
    ['nut', 'similarity'],
    ['', 'clipsam'],
    ['', 'similarity'],
  ]);
  const [, worse] = evaluation.mean.methods;
  const last = rows.at(-1)!;
  expect(Number(last.pixel_pro_april_gan)).toBe(worse!.figures.pixelProAprilGan);
  expect(Number(last.pixel_ap_low)).toBe(worse!.intervals.pixelAp!.low);
  const difference = evaluation.mean.differences[0]!.figures.pixelAuroc!;
  expect(difference.difference).toBeLessThan(0);
  expect(Number(last.pixel_auroc_difference)).toBe(difference.difference);
  expect([last.against, last.pixel_auroc_verdict]).toEqual(['clipsam', difference.verdict]);
});
