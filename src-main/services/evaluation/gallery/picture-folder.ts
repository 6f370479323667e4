import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ClipSamError } from '../../../../src-shared/errors.ts';
import { checkWritable, makeFolder, writeFileAtomically } from '../../../files/atomic-write.ts';
import { sha256 } from '../../../files/hash.ts';

export type PictureEnding = 'webp' | 'png' | 'svg';

/** By which a page is known for one of this program's galleries. */
export const GENERATOR = 'ClipSAM gallery';
const PAGE = 'index.html';
const PICTURES = 'pictures';
const NAME = /^[0-9a-f]{20}\.(webp|png|svg)$/;

/**
 * A folder with a page and its pictures. Pictures are named after their content, so that those of several methods that are
 * the same are kept once.
 */
export class PictureFolder {
  readonly #folder: string;
  readonly #kept = new Set<string>();

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Finds out, before long work, whether a gallery can be written there; an earlier gallery is replaced by
   * {@link writePage}. Missing folders are made.
   * @throws ClipSamError `export-in-the-way` where another page stands; `disk-full`, `path-denied`
   */
  static async open(folder: string): Promise<PictureFolder> {
    const path = join(folder, PAGE);
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
      throw error;
    });
    if (text !== undefined && !text.includes(`content="${GENERATOR}"`)) {
      throw new ClipSamError(
        'export-in-the-way',
        `${path} is not a page of a gallery. Choose another folder, or remove it.`,
      );
    }
    await makeFolder(join(folder, PICTURES));
    await checkWritable(path);
    return new PictureFolder(folder);
  }

  /** Keeps a picture. @returns its path relative to the page @throws ClipSamError `disk-full`, `path-denied` */
  async keep(content: Uint8Array | string, ending: PictureEnding): Promise<string> {
    const name = `${sha256(content).slice(0, 20)}.${ending}`;
    if (!this.#kept.has(name)) {
      this.#kept.add(name);
      await writeFileAtomically(join(this.#folder, PICTURES, name), content);
    }
    return `${PICTURES}/${name}`;
  }

  /**
   * Writes the page, then removes pictures of an earlier gallery.
   * @param styles content by the name of the file
   * @returns the page's path
   */
  async writePage(text: string, styles: Readonly<Record<string, Uint8Array>>): Promise<string> {
    for (const [name, content] of Object.entries(styles)) {
      await writeFileAtomically(join(this.#folder, name), content);
    }
    const path = join(this.#folder, PAGE);
    await writeFileAtomically(path, text);
    const pictures = join(this.#folder, PICTURES);
    for (const name of await readdir(pictures)) {
      if (NAME.test(name) && !this.#kept.has(name)) await rm(join(pictures, name), { force: true });
    }
    return path;
  }
}
