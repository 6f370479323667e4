import type { Command } from 'commander';
import { chooseRecipe } from '../services/runs/recipe-pipeline.ts';
import { type PackOptions, recipeChoice, withPackOptions } from './options.ts';

export function addRecipe(program: Command): void {
  const command = program
    .command('recipe')
    .summary('print a recipe to start your own from')
    .description(
      "Prints the pack's recipe as JSON: prompts, thresholds and limits. Edit it and inspect with --recipe.",
    )
    .option('-o, --object <name>', 'what the inspected object is called');
  withPackOptions(command)
    .addHelpText(
      'after',
      `
Example:
  clipsam recipe --object "metal nut" > nuts.json
  clipsam inspect photos/ --recipe nuts.json`,
    )
    .action(async (options: PackOptions & { readonly object?: string }) => {
      const { recipe } = await chooseRecipe(recipeChoice(options, options.object));
      process.stdout.write(`${JSON.stringify(recipe, null, 2)}\n`);
    });
}
