import { userInfo } from 'node:os';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { DEVICES, type DeviceRequest } from '../../src-shared/result.ts';
import type { RecipeChoice } from '../services/recipe-pipeline.ts';

/** Options of every command that works with a pack. */
export interface PackOptions {
  readonly recipe?: string;
  readonly pack?: string;
  readonly packRoot?: string;
}

export interface PipelineOptions extends PackOptions {
  readonly device: DeviceRequest;
  readonly threads?: number;
}

export function withPackOptions(command: Command): Command {
  return command
    .option('-r, --recipe <file>', "recipe (JSON) instead of the pack's own; see `clipsam recipe`")
    .option('--pack <id|folder>', 'model pack, instead of the one that the recipe names')
    .option('--pack-root <folder>', 'folder of model packs, instead of those that come with the program');
}

export function withPipelineOptions(command: Command): Command {
  return withPackOptions(command)
    .addOption(
      new Option('-d, --device <device>', 'what computes; a GPU that fails gives way to the CPU, loudly')
        .choices(DEVICES)
        .default('auto'),
    )
    .option('--threads <n>', 'CPU threads of a model run (default: one per core)', wholeNumber(1));
}

export function recipeChoice(options: PackOptions, object?: string): RecipeChoice {
  const { recipe, pack, packRoot } = options;
  return {
    ...(recipe !== undefined && { file: recipe }),
    ...(pack !== undefined && { pack }),
    ...(packRoot !== undefined && { packsRoot: packRoot }),
    ...(object !== undefined && { object }),
  };
}

/** Parses an option's value. */
export function wholeNumber(least: number) {
  return (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least) {
      throw new InvalidArgumentError(`It must be a whole number from ${least} on.`);
    }
    return value;
  };
}

/** Who does it, for the audit trail. */
export function authorName(): string {
  try {
    return userInfo().username;
  } catch {
    // Containers run programs under user ids that have no name.
    return `user ${process.getuid?.() ?? 'unknown'}`;
  }
}
