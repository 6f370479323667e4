import { userInfo } from 'node:os';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { DEVICES, type DeviceRequest, deviceRequestSchema } from '../../src-shared/device.ts';
import { ClipSamError } from '../../src-shared/errors.ts';
import { type SampleRange, sampleRangeSchema } from '../../src-shared/sample-range.ts';
import { parseShard, type ShardChoice } from '../../src-shared/shard.ts';
import { LAYOUTS } from '../services/datasets/defect-category.ts';
import { modelsFolder } from '../services/packs/machine-settings.ts';
import type { PackRoots } from '../services/packs/model-packs.ts';
import { importedPacks } from '../services/packs/pack-imports.ts';
import type { RecipeChoice } from '../services/runs/recipe-pipeline.ts';

export const DEFAULT_WORKSPACE = 'workspace';

/** Options of every command that works with a pack. */
export interface PackOptions {
  readonly workspace: string;
  readonly recipe?: string;
  readonly pack?: string;
  readonly packRoot?: string;
}

export interface PipelineOptions extends PackOptions {
  readonly device: DeviceRequest;
  readonly threads?: number;
}

/** @param aboutWorkspace what the command does with the workspace, besides looking for packs there */
export function withPackOptions(
  command: Command,
  aboutWorkspace = 'workspace whose own model packs can be named too',
): Command {
  return command
    .option('-w, --workspace <folder>', aboutWorkspace, DEFAULT_WORKSPACE)
    .option('-r, --recipe <file>', "recipe (JSON) instead of the pack's own; see `clipsam recipe`")
    .option(
      '--pack <name|folder>',
      'model pack, instead of the one that the recipe names; see `clipsam models list`',
    )
    .option('--pack-root <folder>', 'folder of model packs, instead of those that come with the program');
}

export function withPipelineOptions(command: Command, aboutWorkspace?: string): Command {
  return withPackOptions(command, aboutWorkspace).addOption(deviceOption()).addOption(threadsOption());
}

export function deviceOption(): Option {
  const text = `what computes: ${DEVICES.join(', ')}, or inference servers (grpc://gpu-box:8001,grpc://other:8001; with a device of this machine at the end, that takes over when none answers); a GPU that fails gives way to the CPU, loudly`;
  return new Option('-d, --device <device>', text).argParser(deviceRequest).default('auto');
}

/** Parses a device. An address is not repeated in the error: somebody may have put a password into it. */
function deviceRequest(text: string): DeviceRequest {
  const { success, data } = deviceRequestSchema.safeParse(text);
  if (success) return data;
  if (text.includes('://')) {
    throw new ClipSamError(
      'input-invalid',
      'Addresses of inference servers look like grpc://gpu-box:8001, grpcs://, http:// or https://, without a name or password, with commas between them; at the end a device of this machine may follow.',
    );
  }
  throw new InvalidArgumentError(
    `Allowed choices are ${DEVICES.join(', ')}, or addresses such as grpc://gpu-box:8001.`,
  );
}

export function threadsOption(): Option {
  return new Option('--threads <n>', 'CPU threads of a model run (default: one per core)').argParser(
    wholeNumber(1),
  );
}

/** How data with known defects lies in its folder. */
export function layoutOption(
  flag = '--layout',
  text = 'how the data lies there, instead of what it looks like',
): Option {
  return new Option(`${flag} <layout>`, text).choices(LAYOUTS);
}

export function recipeChoice(options: PackOptions, object?: string): RecipeChoice {
  const { recipe, pack } = options;
  return {
    ...packRoots(options),
    ...(recipe !== undefined && { file: recipe }),
    ...(pack !== undefined && { pack }),
    ...(object !== undefined && { object }),
  };
}

/** Where packs are looked up. */
export function packRoots({
  workspace,
  packRoot,
}: {
  readonly workspace: string;
  readonly packRoot?: string;
}): PackRoots & { readonly storeRoot: string } {
  return {
    storeRoot: modelsFolder(),
    importedRoot: importedPacks(workspace),
    ...(packRoot !== undefined && { packsRoot: packRoot }),
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

/** Parses a range of sample values: 0-4095. */
export function sampleRange(text: string): SampleRange {
  const number = '-?[0-9]+(?:\\.[0-9]+)?(?:e-?[0-9]+)?';
  const match = new RegExp(`^(${number})-(${number})$`, 'i').exec(text.trim());
  const parsed = sampleRangeSchema.safeParse({ low: Number(match?.[1]), high: Number(match?.[2]) });
  if (!match || !parsed.success) {
    throw new InvalidArgumentError('It must be two numbers, the lower first: 0-4095.');
  }
  return parsed.data;
}

/** Parses a shard: 3/16. */
export function shardChoice(text: string): ShardChoice {
  const shard = parseShard(text);
  if (!shard) throw new InvalidArgumentError('It must be which of how many, from 1: 3/16.');
  return shard;
}

/** Who does it, for the audit trail. */
export function inspectorName(): string {
  try {
    return userInfo().username;
  } catch {
    // Containers run programs under user ids that have no name.
    return `user ${process.getuid?.() ?? 'unknown'}`;
  }
}

/** A server on this machine may be any program of any user: it is asked for by name. */
export function loopbackPacksOption(): Option {
  return new Option('--loopback-packs', 'take model packs from http servers on this machine as well');
}
