import type { DeviceRequest } from '../../../src-shared/device.ts';
import type { Recipe } from '../../../src-shared/recipe.ts';
import type { InferenceClient, InferenceEvent } from '../../inference/inference-client.ts';
import { checkLanguage } from '../../inference/recipe-language.ts';
import { findPack, type PackRoots } from '../packs/model-packs.ts';
import { type ChosenRecipe, openPipeline } from '../runs/recipe-pipeline.ts';
import type { ModelLease } from './followed-runs.ts';

export interface OpenModelsOptions {
  /** The recipe of the beginning; its pack may lie anywhere. */
  readonly chosen: ChosenRecipe;
  /** Where other recipes' packs are. */
  readonly roots: PackRoots;
  readonly device: DeviceRequest;
  readonly threads?: number | undefined;
  readonly onEvent: (event: InferenceEvent) => void;
}

interface Entry {
  readonly folder: string;
  readonly inference: Promise<InferenceClient>;
  users: number;
}

/** Inference processes of recipes, one for each pack; one that nobody uses ends when another pack is opened. */
export class OpenModels {
  readonly #options: OpenModelsOptions;
  /** By the packs' references. */
  readonly #entries = new Map<string, Entry>();

  constructor(options: OpenModelsOptions) {
    this.#options = options;
  }

  /** @throws ClipSamError `pack-not-found`, `pack-invalid`, as `openPipeline` says */
  async acquire(recipe: Recipe): Promise<ModelLease> {
    const known = this.#entries.get(recipe.pack);
    if (known) await checkLanguage(known.folder, recipe);
    const entry = this.#entries.get(recipe.pack) ?? (await this.#open(recipe));
    entry.users++;
    let isHeld = true;
    const release = () => {
      if (isHeld) entry.users--;
      isHeld = false;
    };
    try {
      return { inference: await entry.inference, release };
    } catch (error) {
      if (this.#entries.get(recipe.pack) === entry) this.#entries.delete(recipe.pack);
      throw error;
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#entries].map((entry) => this.#close(...entry)));
  }

  async #open(recipe: Recipe): Promise<Entry> {
    const { chosen, roots, device, threads, onEvent } = this.#options;
    const isChosen = recipe.pack === chosen.recipe.pack;
    const folder = isChosen ? chosen.packFolder : (await findPack(recipe.pack, roots)).folder;
    for (const [pack, entry] of this.#entries) if (entry.users === 0) await this.#close(pack, entry);
    const options = { device, ...(threads && { threads }), onEvent };
    const entry = { folder, inference: openPipeline({ recipe, packFolder: folder }, options), users: 0 };
    this.#entries.set(recipe.pack, entry);
    return entry;
  }

  async #close(pack: string, entry: Entry): Promise<void> {
    this.#entries.delete(pack);
    await (await entry.inference.catch(() => undefined))?.close();
  }
}
