import type { WebAccess } from '../../files/web-request.ts';
import { openWorkspace } from '../../store/open-workspace.ts';
import { type AddedPack, importedPacks, PackImports, type PackWork } from './pack-imports.ts';

/** Where a pack goes, and how it is fetched. */
export interface AddPackOptions extends PackWork {
  /** Folder of the machine's packs. */
  readonly storeRoot: string;
  /** Workspace that gets the pack instead; made when there is none. */
  readonly workspaceFolder?: string | undefined;
  readonly loopback?: boolean;
  readonly access: () => WebAccess;
}

/**
 * Brings a model pack into the machine's store, or into a workspace.
 * @param from folder, ZIP file, pack.json, or its address
 * @throws ClipSamError what opening the workspace and {@link PackImports.add} say
 */
export async function addPack(from: string, options: AddPackOptions): Promise<AddedPack> {
  const { storeRoot, workspaceFolder, loopback = false, access } = options;
  if (workspaceFolder === undefined) {
    return sweepAndAdd(new PackImports({ roots: { storeRoot }, loopback, access }), from, options);
  }
  const workspace = await openWorkspace(workspaceFolder, { create: true });
  try {
    const roots = { importedRoot: importedPacks(workspace.folder) };
    return await sweepAndAdd(new PackImports({ workspace, roots, loopback, access }), from, options);
  } finally {
    await workspace.close();
  }
}

async function sweepAndAdd(imports: PackImports, from: string, work: PackWork): Promise<AddedPack> {
  await imports.sweep();
  return imports.add(from, work);
}
