import { join } from 'node:path';
import type { Command } from 'commander';
import { ClipSamError } from '../../src-shared/errors.ts';
import type { InspectionArea } from '../../src-shared/inspection-area.ts';
import type { LayoutName } from '../services/datasets/defect-category.ts';
import { MethodGallery } from '../services/evaluation/gallery/gallery.ts';
import { type MethodSpec, parseMethodSpecs } from '../services/evaluation/method-spec.ts';
import {
  type EvaluateMethodsOptions,
  evaluateMethods,
  type MethodsEvent,
} from '../services/evaluation/methods/evaluate-methods.ts';
import { methodAbilities } from '../services/evaluation/methods/method-abilities.ts';
import type { MethodsEvaluation } from '../services/evaluation/methods/method-figures.ts';
import { methodReport } from '../services/evaluation/methods/method-report.ts';
import {
  checkFiguresFolder,
  writeMethodFigures,
} from '../services/evaluation/methods/write-method-figures.ts';
import type { ChosenRecipe } from '../services/runs/recipe-pipeline.ts';
import { type OpinionOptions, withOpinions } from './opinion-options.ts';
import { wholeNumber } from './options.ts';
import { type ProgressDisplay, paceSince } from './progress-display.ts';
import { printable } from './terminal.ts';

/** Options of `clipsam evaluate` that measure methods side by side. */
export interface MethodOptions {
  readonly methods?: readonly MethodSpec[];
  readonly out?: string;
  readonly cache?: string;
  readonly resamples?: number;
  readonly seed?: number;
  readonly gallery?: string;
}

const RESAMPLES = 1000;
const SEED = 1;

export function withMethodOptions(command: Command): Command {
  return command
    .option(
      '--methods <list>',
      'methods side by side, such as clipsam,april-gan+mmr,references-4, or all; the first is what the others are compared with',
      parseMethodSpecs,
    )
    .option(
      '--resamples <n>',
      `resamples of images for intervals, with --methods (default: ${RESAMPLES})`,
      wholeNumber(0),
    )
    .option(
      '--gallery <folder>',
      'a page with the best, median and worst cases per category and method (of clipsam, without --methods), and curves',
    );
}

export const METHODS_HELP = `With --methods, all run on the same pack, images and masks: <method>[+mmr][+consensus][+references-<k>], or consensus or
references-<k> alone. The table has intervals over resampled images, and what differs from the first method, with whether
that is noise. References are drawn as with --opinions; what was drawn is in no method's figures. A measurement that was
ended goes on with the same command, by what lies in --cache (default: in --out); one with more methods measures those
that are new.`;

/**
 * A gallery is of methods: of the whole pipeline, where none is named.
 * @throws ClipSamError `input-invalid` for a gallery of second opinions over several draws
 */
export function withGalleryMethod<Options extends MethodOptions & Pick<OpinionOptions, 'opinions'>>(
  options: Options,
): Options {
  if (options.gallery === undefined || options.methods) return options;
  if (options.opinions) {
    throw new ClipSamError(
      'input-invalid',
      '--gallery shows methods: name opinions with --methods, such as clipsam+references-4, instead of --opinions.',
    );
  }
  return { ...options, methods: parseMethodSpecs('clipsam') };
}

interface MeasureMethodsOptions extends MethodOptions, Pick<OpinionOptions, 'fine' | 'align'> {
  readonly inference: EvaluateMethodsOptions['inference'];
  readonly chosen: ChosenRecipe;
  readonly methods: readonly MethodSpec[];
  readonly objectNames: Readonly<Record<string, string>>;
  readonly layout: LayoutName | undefined;
  readonly area?: InspectionArea;
  readonly limit?: number;
  readonly signal: AbortSignal;
  readonly display: ProgressDisplay;
}

/** Measures methods side by side and writes the figures; the figures, and their tables. */
export async function measureMethods(
  root: string,
  options: MeasureMethodsOptions,
): Promise<{ readonly evaluation: MethodsEvaluation; readonly tables: string }> {
  const { inference, chosen, methods, objectNames, layout, area, limit, signal, display, out } = options;
  const cache = options.cache ?? (out === undefined ? undefined : join(out, 'measured'));
  // Checked now, not after an hour of measuring.
  if (out !== undefined) await checkFiguresFolder(out);
  const { fine, align } = options;
  const gallery =
    options.gallery === undefined ? undefined : await MethodGallery.open(options.gallery, chosen.recipe);
  const evaluation = await evaluateMethods(root, {
    ...{ inference, objectNames, layout, signal, specs: methods },
    ...{ seed: options.seed ?? SEED, resamples: options.resamples ?? RESAMPLES },
    ...(area && { area }),
    ...(limit !== undefined && { limit }),
    ...(cache !== undefined && { cache }),
    ...(gallery && { gallery }),
    recipe: withOpinions(chosen.recipe, { ...(fine && { fine }), ...(align !== undefined && { align }) }),
    abilities: await methodAbilities(chosen.packFolder),
    onProgress: messagesOn(display),
  });
  if (out !== undefined) await writeMethodFigures(out, evaluation);
  await gallery?.write(evaluation);
  return { evaluation, tables: methodReport(evaluation).trimEnd() };
}

function messagesOn(display: ProgressDisplay): (event: MethodsEvent) => void {
  const started = performance.now();
  return (event) => {
    switch (event.kind) {
      case 'anew':
        display.say(
          `Measuring anew: ${event.changed.join(', ')} changed since what is kept was measured, which is of no use now.`,
        );
        break;
      case 'unavailable':
        display.say(printable(`${event.method} is not measured: ${event.reason}`));
        break;
      case 'failed':
        display.say(`failed: ${printable(`${event.path} (${event.method}): ${event.error.message}`)}`);
        break;
      case 'run': {
        const { done, known, total } = event.runs;
        const pace = paceSince(started, done - known, total - known);
        display.update(done, total, known > 0 ? `${pace} (${known} known)` : pace);
        break;
      }
      case 'comparing':
      case 'comparing-figures': {
        const what =
          event.kind === 'comparing' ? 'preparing what its images are compared with' : 'its figures';
        display.update(event.runs.done, event.runs.total, printable(`${event.category}: ${what}`));
      }
    }
  };
}
