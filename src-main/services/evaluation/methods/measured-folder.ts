import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MeasuredBasis, measuredBasisFileSchema } from '../../../../src-shared/measured-image.ts';
import { makeFolder, writeFileAtomically } from '../../../files/atomic-write.ts';
import { canonicalJson, hashOfJson } from '../../../files/canonical-json.ts';
import { writeJsonFile } from '../../../files/json-file.ts';
import { type MeasuredImage, packMeasured, unpackMeasured } from './measured-image.ts';

/**
 * What was measured, image by image, in a folder: a measurement that was ended goes on, and one of more methods measures
 * just those that are new. Beside it lie, while they are needed, maps of pictures to be shown and token files.
 */
export class MeasuredFolder {
  readonly #root: string;
  readonly #isTemporary: boolean;
  readonly #basis: string;

  private constructor(root: string, basis: MeasuredBasis, isTemporary: boolean) {
    this.#root = root;
    this.#basis = hashOfJson(basis);
    this.#isTemporary = isTemporary;
  }

  /**
   * Opens a folder, which is made where it is missing; without one, a temporary one.
   * @returns with it, which parts of the basis have changed since it was used; then it begins anew
   * @throws ClipSamError `disk-full`, `path-denied`
   */
  static async open(
    folder: string | undefined,
    basis: MeasuredBasis,
    temporaryRoot = tmpdir(),
  ): Promise<{ readonly measured: MeasuredFolder; readonly changed: readonly string[] }> {
    if (folder === undefined) {
      const root = await mkdtemp(join(temporaryRoot, 'clipsam-evaluate-'));
      return { measured: new MeasuredFolder(root, basis, true), changed: [] };
    }
    await makeFolder(folder);
    const file = join(folder, 'basis.json');
    const text = await readFile(file, 'utf8').catch(() => undefined);
    const before = text === undefined ? undefined : knownBasis(text);
    const measured = new MeasuredFolder(folder, basis, false);
    const names = new Set([...Object.keys(before ?? {}), ...Object.keys(basis)]);
    const changed = before
      ? [...names].filter(
          (name) => canonicalJson({ it: before[name] }) !== canonicalJson({ it: basis[name] }),
        )
      : [];
    if (changed.length > 0) await measured.#forget();
    await writeJsonFile(file, { schemaVersion: 1, basis });
    return { measured, changed };
  }

  /** Of token files. */
  get tokens(): string {
    return join(this.#root, 'tokens');
  }

  /** Where the maps of an image's results lie while they are needed. @param image names the image among all */
  artifactRoot(image: unknown): string {
    return join(this.#root, 'maps', hashOfJson(image).slice(0, 24));
  }

  async removeMaps(image: unknown): Promise<void> {
    await rm(this.artifactRoot(image), { recursive: true, force: true });
  }

  /** @param key names image, method and comparison; undefined: it was not measured */
  async find(key: unknown): Promise<MeasuredImage | undefined> {
    const bytes = await readFile(this.#pathOf(key)).catch(() => undefined);
    return bytes && unpackMeasured(bytes);
  }

  /** @throws ClipSamError `disk-full`, `path-denied` */
  async keep(key: unknown, image: MeasuredImage): Promise<void> {
    await writeFileAtomically(this.#pathOf(key), await packMeasured(image));
  }

  /** Takes away what is needed only while measuring; of a temporary folder, all. */
  async close(isDone: boolean): Promise<void> {
    if (this.#isTemporary) await rm(this.#root, { recursive: true, force: true });
    else if (isDone) await this.#remove('maps', 'tokens');
  }

  async #forget(): Promise<void> {
    await this.#remove('maps', 'tokens', 'images');
  }

  async #remove(...names: readonly string[]): Promise<void> {
    for (const name of names) await rm(join(this.#root, name), { recursive: true, force: true });
  }

  #pathOf(key: unknown): string {
    const hash = hashOfJson({ basis: this.#basis, key });
    return join(this.#root, 'images', hash.slice(0, 2), hash);
  }
}

function knownBasis(text: string): MeasuredBasis | undefined {
  try {
    return measuredBasisFileSchema.parse(JSON.parse(text)).basis;
  } catch {
    return undefined;
  }
}
