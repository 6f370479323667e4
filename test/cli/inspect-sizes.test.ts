import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import { minimumDefectOption, scaleOption } from '../../src-main/cli/size-options.ts';
import { openWorkspace } from '../../src-main/store/open-workspace.ts';
import { listRuns } from '../../src-main/store/runs.ts';
import { TINY_RECIPE } from '../inference/tiny-pack.ts';
import { tempFolder } from '../temp-folder.ts';
import { doneSchema } from './record-schema.ts';
import { jsonLines, runCli, sharedTinyPack, writePictures } from './run-cli.ts';

describe('options', () => {
  it('take millimetres per pixel, above 0', () => {
    expect(scaleOption('0.05')).toEqual({
      millimetresPerPixel: 0.05,
      source: 'typed',
      imageWidth: null,
      imageHeight: null,
    });
    expect(scaleOption(' 2e-3 ').millimetresPerPixel).toBe(0.002);
    for (const text of ['0', '-1', '1001', '0.05mm', '0,05', 'Infinity', '']) {
      expect(() => scaleOption(text), text).toThrow(InvalidArgumentError);
    }
  });

  it('take a smallest length, area or both, in one unit', () => {
    expect(minimumDefectOption('0.5mm')).toEqual({ unit: 'mm', length: 0.5 });
    expect(minimumDefectOption('0.2 mm²')).toEqual({ unit: 'mm', area: 0.2 });
    expect(minimumDefectOption('12px, 40PX2')).toEqual({ unit: 'px', length: 12, area: 40 });
    for (const text of ['5', '5cm', '0mm', '5mm,6mm', '5mm,6px2', '5mm,', '-5mm', '']) {
      expect(() => minimumDefectOption(text), text).toThrow(InvalidArgumentError);
    }
  });
});

const pack = sharedTinyPack();
/** Low enough for regions in noise. */
const THETA = 0.2;

describe('inspect', () => {
  it('tells sizes with their units, and does not reject what is too small', async () => {
    const folder = await tempFolder();
    const [input, workspace] = [join(folder, 'input'), join(folder, 'workspace')];
    await writePictures(input, ['a.png', 'b.png']);
    const recipe = join(folder, 'recipe.json');
    await writeFile(recipe, JSON.stringify({ ...TINY_RECIPE, theta: THETA }));
    const inspected = async (...options: string[]) => {
      const all = [
        'inspect',
        input,
        '--json',
        ...pack.options,
        '--recipe',
        recipe,
        '--workspace',
        workspace,
        ...options,
      ];
      const { code, stdout, stderr } = await runCli(all);
      const records = jsonLines(stdout).map((line) => doneSchema.parse(line));
      // As they are ready.
      return { code, stderr, records: records.sort((a, b) => (a.path < b.path ? -1 : 1)) };
    };

    const refused = await inspected('--minimum-defect', '0.5mm');
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toMatch(/how large a pixel is. Set the scale of the batch .*--scale/);
    expect(refused.records).toEqual([]);

    const plain = await inspected();
    expect(plain.stderr).toContain('Scale: not known, sizes are in pixels');
    expect(plain.records.map(({ scale }) => scale)).toEqual([null, null]);
    const regions = plain.records.flatMap((record) => record.regions);
    expect(regions.length).toBeGreaterThan(0);
    expect(regions.map(({ size }) => size.mm)).toEqual(regions.map(() => null));

    const scaled = await inspected('--scale', '0.05', '--minimum-defect', '1000mm');
    expect(scaled.code).toBe(0);
    expect(scaled.stderr).toContain('Scale: a pixel is 0.05 mm (typed).');
    for (const [i, record] of scaled.records.entries()) {
      const before = plain.records[i]!;
      expect(record.scale?.millimetresPerPixel).toBe(0.05);
      expect(record.regions.map(({ polygons, area, peak }) => ({ polygons, area, peak }))).toEqual(
        before.regions.map(({ polygons, area, peak }) => ({ polygons, area, peak })),
      );
      for (const { size, length, belowLimit } of record.regions) {
        expect(belowLimit).toBe(true);
        expect(size.px.length).toBeCloseTo(length, 2);
        expect(size.mm!.length).toBeCloseTo(0.05 * size.px.length, 3);
        expect(size.mm!.area).toBeCloseTo(0.0025 * size.px.area, 2);
      }
      const told = record.notices.find(({ code }) => code === 'regions-below-limit');
      expect(told?.regions ?? 0).toBe(before.regions.length);
      if (before.regions.length > 0) expect(record.score).toBeLessThanOrEqual(THETA);
      else expect(record.score).toBe(before.score);
    }

    // The batch keeps its scale; what was made with it is told apart.
    const again = await inspected('--fresh');
    expect(again.stderr).toContain('Scale: a pixel is 0.05 mm (typed).');
    expect(again.records.map(({ score, verdict }) => [score, verdict])).toEqual(
      plain.records.map(({ score, verdict }) => [score, verdict]),
    );
    const opened = await openWorkspace(workspace);
    const runs = await listRuns(opened, 1);
    await opened.close();
    expect(runs.map(({ scale }) => scale?.millimetresPerPixel ?? null)).toEqual([0.05, 0.05, null]);
  });

  it('asks the other images again without what is too small, and keeps their maps as they were', async () => {
    const folder = await tempFolder();
    const [input, workspace] = [join(folder, 'input'), join(folder, 'workspace')];
    await writePictures(
      input,
      Array.from({ length: 6 }, (_, i) => `${i}.png`),
    );
    const recipe = join(folder, 'recipe.json');
    await writeFile(recipe, JSON.stringify({ ...TINY_RECIPE, theta: THETA }));
    const inspected = async (...options: string[]) => {
      const asked = ['--opinions', 'language,consensus', '--no-align', ...options];
      const all = ['inspect', input, '--json', ...pack.options, '--recipe', recipe, '--workspace', workspace];
      const { code, stdout, stderr } = await runCli([...all, ...asked]);
      expect(code, stderr).toBe(0);
      return (jsonLines(stdout) as Told[]).sort((a, b) => (a.path < b.path ? -1 : 1));
    };
    const plain = await inspected();
    const limited = await inspected('--minimum-defect', '100000px');
    expect(plain.some(({ regions, opinions }) => regions.length > 0 && opinions)).toBe(true);
    for (const [i, record] of limited.entries()) {
      const before = plain[i]!;
      expect(record.artifacts).toEqual(before.artifacts);
      expect(record.regions.map(({ opinions }) => opinions)).toEqual(
        before.regions.map(({ opinions }) => opinions),
      );
      expect(record.score).toBeLessThanOrEqual(before.score);
      expect(record.notices.map(({ code }) => code)).not.toContain('region-accepted');
    }
    expect(limited.some(({ score }, i) => score < plain[i]!.score)).toBe(true);
  });
});

interface Told {
  readonly path: string;
  readonly score: number;
  readonly regions: readonly { readonly opinions?: unknown }[];
  readonly opinions?: unknown;
  readonly notices: readonly { readonly code: string }[];
  readonly artifacts: unknown;
}
