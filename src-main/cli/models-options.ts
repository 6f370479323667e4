import { DEFAULT_WORKSPACE } from './options.ts';

export interface ModelsOptions {
  readonly workspace: string;
  readonly packRoot?: string;
}

export const WORKSPACE = [
  '-w, --workspace <folder>',
  'workspace whose own model packs count too',
  DEFAULT_WORKSPACE,
] as const;

export const PACK_ROOT = [
  '--pack-root <folder>',
  'folder of model packs, instead of those that come with the program',
] as const;
