import type { Command } from 'commander';
import { SAMPLE_SEED, writeSamples } from '../training/make-samples.ts';

export function addSamples(program: Command): void {
  program
    .command('samples')
    .summary('write generated sample images with their masks')
    .description(
      "Renders parts, good and defective ones, with the exact mask of each defect, in MVTec AD's layout:\n" +
        'good to try things out, and to evaluate on.',
    )
    .argument('<folder>', 'where they go; made when missing')
    .option('--seed <text>', 'another seed gives other images, the same seed the same', SAMPLE_SEED)
    .addHelpText(
      'after',
      `
Example:
  clipsam samples parts/ --seed 42
  clipsam evaluate parts/`,
    )
    .action(async (folder: string, { seed }: { readonly seed: string }) => {
      for (const path of await writeSamples(folder, seed)) process.stdout.write(`${path}\n`);
    });
}
