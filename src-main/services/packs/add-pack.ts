import { openWorkspace } from '../../store/open-workspace.ts';
import { type AddedPack, importedPacks, PackImports, type PackWork } from './pack-imports.ts';

/**
 * Brings a model pack into a workspace, which is made when there is none.
 * @param from folder, ZIP file, pack.json, or its address
 * @throws ClipSamError what opening the workspace and {@link PackImports.add} say
 */
export async function addPack(
  workspaceFolder: string,
  from: string,
  work: PackWork & { readonly loopback?: boolean },
): Promise<AddedPack> {
  const workspace = await openWorkspace(workspaceFolder, { create: true });
  try {
    const imports = new PackImports({
      workspace,
      roots: { importedRoot: importedPacks(workspace.folder) },
      loopback: work.loopback ?? false,
    });
    await imports.sweep();
    return await imports.add(from, work);
  } finally {
    await workspace.close();
  }
}
