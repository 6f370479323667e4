import { readFile } from 'node:fs/promises';
import type { Recipe } from '../../../../src-shared/recipe.ts';
import { REPORT_STYLE } from '../../../reports/html-page.ts';
import type { CaseGallery, GalleryPart } from '../methods/method-case.ts';
import { type CasePictures, takePictures } from './case-pictures.ts';
import { chooseCases } from './choose-cases.ts';
import { precisionRecallPicture, rocPicture, scoresPicture } from './gallery-charts.ts';
import { galleryPage } from './gallery-page.ts';
import type { CategoryPictures, MethodPictures, NotShown } from './gallery-parts.ts';
import { PictureFolder } from './picture-folder.ts';

/** A page being made of what methods answered. Pictures are written at once: maps are gone after their category. */
export class MethodGallery implements CaseGallery {
  readonly #folder: PictureFolder;
  readonly #recipe: Recipe;
  readonly #categories: { dataset: string; category: string; methods: MethodPictures[] }[] = [];

  private constructor(folder: PictureFolder, recipe: Recipe) {
    this.#folder = folder;
    this.#recipe = recipe;
  }

  /** @throws ClipSamError `export-in-the-way` where another page stands; `disk-full`, `path-denied` */
  static async open(folder: string, recipe: Recipe): Promise<MethodGallery> {
    return new MethodGallery(await PictureFolder.open(folder), recipe);
  }

  /**
   * Takes pictures of some cases of a method in a category; {@link chooseCases} says of which.
   * @throws ClipSamError `disk-full`, `path-denied`
   */
  async add(part: GalleryPart): Promise<void> {
    const { dataset, category, method, measured, rangeOf } = part;
    const cases: CasePictures[] = [];
    for (const chosen of chooseCases(part.cases)) {
      cases.push(await takePictures(chosen, rangeOf(chosen.case.path), this.#recipe, this.#folder));
    }
    let into = this.#categories.find((one) => one.dataset === dataset && one.category === category);
    if (!into) {
      into = { dataset, category, methods: [] };
      this.#categories.push(into);
    }
    const scores = await scoresPicture(measured.curves.scores, this.#recipe, this.#folder);
    into.methods.push({ method, measured, scores, cases });
  }

  /**
   * Writes the page of all that was added.
   * @param measured what the page says is not shown, and why
   * @returns its path
   * @throws ClipSamError `disk-full`, `path-denied`
   */
  async write(measured: NotShown): Promise<string> {
    const categories: CategoryPictures[] = [];
    for (const one of this.#categories) {
      const named = one.methods.map(({ method, measured: { figures, curves } }) => ({
        ...{ name: method, curves },
        ...{ ap: figures.pixelAp, auroc: figures.pixelAuroc },
      }));
      categories.push({
        ...one,
        precisionRecall: await precisionRecallPicture(named, this.#folder),
        roc: await rocPicture(named, this.#folder),
      });
    }
    return this.#folder.writePage(galleryPage(categories, this.#recipe, measured, STYLES), {
      [REPORT_STYLE.name]: await readFile(REPORT_STYLE.url),
      'gallery.css': await readFile(new URL('./gallery.css', import.meta.url)),
    });
  }
}

const STYLES = [REPORT_STYLE.name, 'gallery.css'];
