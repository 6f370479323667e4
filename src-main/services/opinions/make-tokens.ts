import { failure } from '../../../src-shared/errors.ts';
import type { Recipe } from '../../../src-shared/recipe.ts';
import type { ComparedAs, KeptComparison, KeptPicture } from '../../../src-shared/run-comparison.ts';
import { sha256OfFile } from '../../files/hash.ts';
import type { TemplatePicture } from '../../inference/comparison.ts';
import type { InferenceClient } from '../../inference/inference-client.ts';
import { fromStoredPath, type Workspace } from '../../store/workspace.ts';
import { type EmbedPicturesOptions, embedPictures, type WantedPicture } from './embed-pictures.ts';
import type { TokenFiles } from './token-files.ts';

export interface MakeTokensOptions
  extends Pick<EmbedPicturesOptions<WantedPicture>, 'signal' | 'onProgress' | 'pass'> {
  readonly inference: Pick<InferenceClient, 'embed' | 'pose'>;
  readonly workspace: Workspace;
  readonly recipe: Recipe;
  readonly tokenFiles: TokenFiles;
}

type Skipped = KeptComparison['skipped'][number];

/**
 * Makes the token files of a comparison, each image's once, whatever it is there for.
 * @returns the same with token files; without the images that have none and cannot be read, which are `skipped`
 * @throws ClipSamError as {@link embedPictures}; `image-not-found`, `image-changed` when what parts are turned like is gone
 */
export async function makeTokens(kept: KeptComparison, options: MakeTokensOptions): Promise<KeptComparison> {
  const { workspace, tokenFiles, inference, recipe, signal, onProgress, pass } = options;
  const skipped: Skipped[] = [...kept.skipped];
  const { crowd, references, harmless, counterExamples } = kept;
  const wanted = new Map<string, WantedPicture>();
  const isTurned = (as: ComparedAs) => as === 'references' && kept.settings.rotations;
  const nameOf = ({ key }: KeptPicture, as: ComparedAs) => `${key} ${isTurned(as)}`;
  const want = (as: ComparedAs, pictures: readonly KeptPicture[]) => {
    for (const picture of pictures) {
      const path = fromStoredPath(workspace, picture.path);
      wanted.set(nameOf(picture, as), { ...picture, path, rotations: isTurned(as) });
    }
  };
  want('crowd', crowd);
  want('references', references);
  want('harmless', harmless);
  want('counterExamples', counterExamples);
  if (wanted.size === 0) return kept;

  const { folder } = tokenFiles;
  const pictures = [...wanted.values()];
  const template = templateOf(kept, workspace);
  if (template) await checkTemplate(template.path, kept.template!.contentHash);
  const made = await embedPictures({
    ...{ inference, recipe, folder, template, pictures },
    ...{ signal, onProgress, pass },
  });
  const settle = async <Picture extends KeptPicture>(as: ComparedAs, chosen: readonly Picture[]) => {
    const settled: Picture[] = [];
    for (const picture of chosen) {
      const which = wanted.get(nameOf(picture, as))!;
      const embedded = made.embedded.get(which);
      if (embedded) {
        const { width, height, tokens } = embedded;
        settled.push({ ...picture, width, height, tokens: tokenFiles.nameOf(tokens) });
      } else if (picture.tokens !== null && (await tokenFiles.has(picture.tokens))) {
        settled.push(picture);
      } else {
        const { path, page } = picture;
        skipped.push({ as, path, page, error: made.failed.get(which)! });
      }
    }
    return settled;
  };
  return {
    ...kept,
    crowd: await settle('crowd', crowd),
    references: await settle('references', references),
    harmless: await settle('harmless', harmless),
    counterExamples: await settle('counterExamples', counterExamples),
    skipped,
  };
}

/** What the parts of a comparison are turned like. */
export function templateOf(
  { template, part }: KeptComparison,
  workspace: Workspace,
): TemplatePicture | undefined {
  return template ? { ...shownBy(template, workspace), ...(part && { part }) } : undefined;
}

/** Where a picture is read. */
export function shownBy({ path, page, range }: KeptPicture, workspace: Workspace): TemplatePicture {
  return {
    path: fromStoredPath(workspace, path),
    ...(page !== null && { page }),
    ...(range && { range }),
  };
}

/** Without it no image could be aligned as those before. */
async function checkTemplate(path: string, contentHash: string): Promise<void> {
  const hash = await sha256OfFile(path).catch(() => undefined);
  if (hash === contentHash) return;
  const which = hash === undefined ? 'file-missing' : 'file-changed';
  throw failure(
    which,
    { file: path },
    `${path}, which this run turns all parts like, is ${hash === undefined ? 'not there' : 'another picture'} by now. Put it back, or start a new run.`,
  );
}
