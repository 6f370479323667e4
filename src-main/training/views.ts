import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join, parse, posix } from 'node:path';
import { ClipSamError } from '../../src-shared/errors.ts';
import { Random } from '../../src-shared/random.ts';
import { isImageName } from '../files/image-names.ts';
import { DEFECTS } from './synthetic/defects/paint-defect.ts';
import { STRUCTURAL_DEFECTS } from './synthetic/defects/structural.ts';
import { OBJECTS, SURFACES } from './synthetic/scene.ts';
import type { PlanCategory, TrainingPlan } from './training-plan.ts';

/** A picture's files, below the folder of the data. */
export interface PictureFile {
  readonly image: string;
  readonly mask: string | null;
  /** What tells a file that has changed under the same name. */
  readonly stamp?: string;
}

/** A picture the head learns from: a real image or a generated one, cropped and altered by a seed. */
export interface TrainingView {
  /** Hash of everything that decides the view's pixels. */
  readonly id: string;
  /** Group that is held out together: the category's folder, or `synthetic`. */
  readonly group: string;
  readonly source:
    | ({ readonly kind: 'file' } & PictureFile)
    /** Four pictures, two by two, in the size of the first. */
    | { readonly kind: 'mosaic'; readonly parts: readonly PictureFile[] }
    | { readonly kind: 'synthetic'; readonly surface: string; readonly defect: string | null };
  /** Put a generated defect on the picture. */
  readonly paste: boolean;
  /** 0: whole image as it is; else crop, flip and photometric changes follow from the seed. */
  readonly variant: number;
  readonly seed: string;
  readonly names: readonly string[];
  /** Words for the defect; empty for good pictures (pasted ones get theirs when they are made). */
  readonly defects: readonly string[];
}

/** Share of the generated defects that change what a part consists of; a part without components stays good. */
const STRUCTURAL_SHARE = 0.12;

/**
 * Lists the views of a plan, in an order that depends only on the plan and the files.
 * @throws ClipSamError `training-data-invalid` when a category's folder or a mask is missing
 */
export async function listViews(plan: TrainingPlan, dataRoot: string): Promise<TrainingView[]> {
  const views: TrainingView[] = [];
  for (const category of plan.categories) views.push(...(await categoryViews(category, plan.seed, dataRoot)));
  const random = new Random(`${plan.seed}/synthetic`);
  const kinds = [...SURFACES, ...OBJECTS];
  for (let index = 0; index < plan.synthetic.count; index++) {
    const good = random.chance(plan.synthetic.goodShare);
    views.push(
      withId({
        group: 'synthetic',
        source: {
          kind: 'synthetic',
          surface: kinds[index % kinds.length]!,
          defect: good ? null : random.pick(random.chance(STRUCTURAL_SHARE) ? STRUCTURAL_DEFECTS : DEFECTS),
        },
        paste: false,
        variant: random.chance(0.5) ? 0 : 1,
        seed: `${plan.seed}/${index}`,
        names: [],
        defects: [],
      }),
    );
  }
  return views;
}

async function categoryViews(
  category: PlanCategory,
  seed: number,
  dataRoot: string,
): Promise<TrainingView[]> {
  const folder = join(dataRoot, category.folder);
  const random = new Random(`${seed}/${category.folder}`);
  const views: TrainingView[] = [];
  const add = (image: string, mask: string | null, mean: number, paste: boolean, defects: string[]) => {
    const count = Math.floor(mean) + (random.chance(mean % 1) ? 1 : 0);
    for (let variant = 0; variant < count; variant++) {
      views.push(
        withId({
          group: category.folder,
          source: {
            kind: 'file',
            image: posix.join(category.folder, image),
            mask: mask && posix.join(category.folder, mask),
          },
          paste,
          variant,
          seed: `${seed}/${category.folder}/${image}/${paste}/${variant}`,
          names: category.names,
          defects,
        }),
      );
    }
  };
  for (const part of ['train/good', 'test/good']) {
    for (const name of await imagesIn(join(folder, part), part === 'train/good')) {
      add(posix.join(part, name), null, category.good, false, []);
      add(posix.join(part, name), null, category.pasted, true, []);
    }
  }
  for (const [defect, words] of Object.entries(category.defects)) {
    for (const name of await imagesIn(join(folder, 'test', defect), false)) {
      const mask = posix.join('ground_truth', defect, `${parse(name).name}_mask.png`);
      add(posix.join('test', defect, name), mask, category.defective, false, words);
    }
  }
  return views;
}

async function imagesIn(folder: string, optional: boolean): Promise<string[]> {
  try {
    return (await readdir(folder)).filter(isImageName).sort();
  } catch (cause) {
    if (optional) return [];
    throw new ClipSamError(
      'training-data-invalid',
      `The training plan names ${folder}, which cannot be read. Check --data and the plan's categories.`,
      { cause },
    );
  }
}

/** A view with the id that follows from everything else about it. */
export function withId(view: Omit<TrainingView, 'id'>): TrainingView {
  return { id: createHash('sha256').update(JSON.stringify(view)).digest('hex').slice(0, 32), ...view };
}
