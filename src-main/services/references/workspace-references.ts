import type { DeviceRequest } from '../../../src-shared/device.ts';
import { ClipSamError, throwIfCancelled } from '../../../src-shared/errors.ts';
import { inspectedProduct, type Product } from '../../../src-shared/product.ts';
import type { MemoryChange } from '../../../src-shared/reference-set.ts';
import type { SampleRange } from '../../../src-shared/sample-range.ts';
import { listBatches } from '../../store/batches.ts';
import { listChanges, type NewMemoryChange } from '../../store/memory-changes.ts';
import { openWorkspace } from '../../store/open-workspace.ts';
import { getRecipe } from '../../store/recipes.ts';
import { listRuns } from '../../store/runs.ts';
import type { Workspace } from '../../store/workspace.ts';
import { chooseBatches } from '../exports/choose-batch.ts';
import type { PackRoots } from '../packs/model-packs.ts';
import { ContentHashes } from '../pictures/seen-file.ts';
import { InferencePool } from '../runs/inference-pool.ts';
import { guardWith } from './guard.ts';
import { type ReferenceFiles, referenceFiles } from './reference-files.ts';
import { ReferenceMemory, type ScoredImages } from './reference-memory.ts';
import { type ReferenceSet, referenceSetOf } from './reference-set.ts';
import { resolveChange } from './wanted-change.ts';

/** Which product somebody means: a part, or what the images of a batch are. */
export type ProductChoice =
  | { readonly partNumber: string; readonly revision: string }
  | { readonly batch: string };

interface Options {
  readonly workspaceFolder: string;
  readonly product: ProductChoice;
}

/** What a change takes besides: an inference process scores confirmed defects again. */
interface ChangeOptions extends Options, PackRoots {
  readonly inspector: string;
  readonly device: DeviceRequest;
  readonly threads?: number;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: ScoredImages) => void;
}

/** What counts for a product. */
export async function listReferences({ workspaceFolder, product }: Options): Promise<ReferenceSet> {
  return inWorkspace(workspaceFolder, async (workspace) =>
    referenceSetOf(workspace, await choose(workspace, product)),
  );
}

/** A product's last changes, newest first. */
export async function listHistory(
  { workspaceFolder, product }: Options,
  limit: number,
): Promise<readonly MemoryChange[]> {
  return inWorkspace(workspaceFolder, async (workspace) =>
    listChanges(workspace, { product: await choose(workspace, product), limit }),
  );
}

/**
 * Makes files references of a product; returns when it is known whether they count.
 * @returns the change; undefined: there was nothing new among the files
 * @throws ClipSamError as `insertChange`; `input-invalid` when there is no image
 */
export async function addReferences(
  options: ChangeOptions & { readonly paths: readonly string[]; readonly range?: SampleRange },
): Promise<{
  readonly product: Product;
  readonly files: ReferenceFiles;
  readonly change: MemoryChange | undefined;
}> {
  return changing(options, async (workspace, memory, product) => {
    const files = await referenceFiles(workspace, product, options);
    if (files.items.length + files.known.length === 0) {
      throw new ClipSamError(
        'input-invalid',
        `There is no image that can be read in ${options.paths.join(', ')}.`,
      );
    }
    const { inspector } = options;
    const wanted = { product, add: files.items, origin: 'files', inspector } as const;
    const change = files.items.length > 0 ? await settled(options, workspace, memory, wanted) : undefined;
    return { product, files, change };
  });
}

/** Takes references or marks of a product away, by their numbers. @throws ClipSamError as `resolveChange` */
export async function removeReferences(
  options: ChangeOptions & { readonly items: readonly number[] },
): Promise<MemoryChange> {
  const { inspector, items } = options;
  return changing(options, async (workspace, memory, product) => {
    const counting = await referenceSetOf(workspace, product);
    const known = new Set(
      [...counting.references, ...counting.harmless, ...counting.counterExamples].map(({ id }) => id),
    );
    const unknown = items.filter((id) => !known.has(id));
    if (unknown.length > 0) {
      throw new ClipSamError(
        'not-found',
        `The product remembers nothing under ${unknown.join(', ')}; see clipsam references list.`,
      );
    }
    const wanted = { kind: 'remove', items } as const;
    const change = await resolveChange(workspace, new ContentHashes(), wanted, inspector);
    return settled(options, workspace, memory, change);
  });
}

/** Asks for a change and waits for its examination. Cancelled meanwhile, it is dropped. */
async function settled(
  { signal, inspector }: ChangeOptions,
  workspace: Workspace,
  memory: ReferenceMemory,
  wanted: NewMemoryChange,
): Promise<MemoryChange> {
  const change = await memory.ask(workspace, wanted, true);
  if (signal.aborted && change.state === 'examining') {
    await memory.reject(workspace, change.id, { inspector, comment: 'cancelled' });
    throwIfCancelled(signal);
  }
  return change;
}

async function changing<T>(
  options: ChangeOptions,
  work: (workspace: Workspace, memory: ReferenceMemory, product: Product) => Promise<T>,
): Promise<T> {
  const { workspaceFolder, product, device, threads, signal, onProgress } = options;
  const { packsRoot, storeRoot, importedRoot } = options;
  return inWorkspace(workspaceFolder, async (workspace) => {
    const pool = new InferencePool({
      device,
      ...(threads !== undefined && { threads }),
      ...(packsRoot !== undefined && { packsRoot }),
      ...(storeRoot !== undefined && { storeRoot }),
      ...(importedRoot !== undefined && { importedRoot }),
    });
    const memory = new ReferenceMemory({
      workspace,
      guard: guardWith({ workspace, pool }),
      ...(onProgress && { onProgress }),
      log: (error) => {
        throw error;
      },
    });
    const stop = () => void memory.close();
    signal.addEventListener('abort', stop);
    try {
      return await work(workspace, memory, await choose(workspace, product));
    } finally {
      signal.removeEventListener('abort', stop);
      await memory.close();
      await pool.close();
    }
  });
}

async function inWorkspace<T>(folder: string, work: (workspace: Workspace) => Promise<T>): Promise<T> {
  const workspace = await openWorkspace(folder);
  try {
    return await work(workspace);
  } finally {
    await workspace.close();
  }
}

/** @throws ClipSamError `not-found` when there is no such batch, `conflict` when it tells no product yet */
async function choose(workspace: Workspace, choice: ProductChoice): Promise<Product> {
  if ('partNumber' in choice)
    return { partNumber: choice.partNumber.trim(), revision: choice.revision.trim() };
  const [batch] = chooseBatches(await listBatches(workspace), choice.batch);
  const [run] = await listRuns(workspace, batch!.id);
  const hash = run?.recipeHash ?? batch!.recipeHash;
  if (hash) return inspectedProduct(batch!, (await getRecipe(workspace, hash)).recipe);
  if (batch!.partNumber.trim() !== '') return inspectedProduct(batch!, { name: '', object: '' });
  throw new ClipSamError(
    'conflict',
    `Batch ${batch!.id} "${batch!.name}" has no part number and was not inspected yet: nobody knows what product it is of. Give it a part number, or inspect it first.`,
  );
}
