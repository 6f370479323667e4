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
