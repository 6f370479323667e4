import type { Command } from 'commander';
import type { BatchEvent } from '../../src-shared/batch-event.ts';
import { type BatchRanges, bitsOf, SAMPLE_KINDS } from '../../src-shared/batch-range.ts';
import type { ImportSummary } from '../../src-shared/contract/imports.ts';
import { countEndings, endingsText } from '../../src-shared/endings.ts';
import { methodTitle } from '../../src-shared/method-text.ts';
import type { MinimumDefect } from '../../src-shared/minimum-defect.ts';
import { isWarning, type NoticeCode } from '../../src-shared/notice.ts';
import { noticeName } from '../../src-shared/notice-text.ts';
import type { Recipe } from '../../src-shared/recipe.ts';
import type { SampleRange } from '../../src-shared/sample-range.ts';
import type { Scale } from '../../src-shared/scale.ts';
import type { ShardChoice } from '../../src-shared/shard.ts';
import { readAreaFile } from '../services/areas/area-file.ts';
import {
  type InspectPathsEvent,
  type InspectPathsSummary,
  inspectPaths,
} from '../services/runs/inspect-paths.ts';
import { chooseRecipe } from '../services/runs/recipe-pipeline.ts';
import { comparisonNotes } from './comparison-notes.ts';
import { EXIT, exitCodeOf } from './exit-code.ts';
import { interruptible } from './interrupt.ts';
import { type OpinionOptions, opinionList, withOpinionOptions, withOpinions } from './opinion-options.ts';
import {
  inspectorName,
  type PipelineOptions,
  recipeChoice,
  sampleRange,
  shardChoice,
  withPipelineOptions,
} from './options.ts';
import { pipelineMessages } from './pipeline-messages.ts';
import { ProgressDisplay } from './progress-display.ts';
import { type InspectedRecord, recordLine } from './record-line.ts';
import { minimumDefectOption, scaleNote, scaleOption } from './size-options.ts';
import { duration, printable, printLine } from './terminal.ts';

interface InspectOptions extends PipelineOptions, OpinionOptions {
  readonly object?: string;
  readonly name?: string;
  readonly fresh?: true;
  readonly shard?: ShardChoice;
  readonly json?: true;
  readonly range?: SampleRange;
  readonly references?: string;
  readonly roi?: string;
  readonly scale?: Scale;
  readonly minimumDefect?: MinimumDefect;
}

export function addInspect(program: Command): void {
  const command = program
    .command('inspect')
    .summary('inspect images and folders')
    .description(
      'Inspects images, and folders with everything below them. Results, maps and masks go to a workspace folder.\n' +
        'The same command goes on where an interrupted one stopped: no image is inspected twice.',
    )
    .argument('<paths...>', 'image files and folders')
    .option('-o, --object <name>', 'what the inspected object is called, for example "metal nut"')
    .option('-n, --name <batch>', 'name of the batch (default: after the first path)')
    .option('--fresh', 'start anew instead of going on with an unfinished run')
    .option(
      '--range <low-high>',
      'sample values that are black and white in images of more than 8 bits, such as 0-4095 (default: of the first images)',
      sampleRange,
    )
    .option(
      '--references <folder>',
      'good parts to compare with, 64 at most, instead of those that the workspace keeps for the product',
    )
    .option(
      '--roi <file>',
      'where to look: JSON with width, height, include and ignore polygons (see src-main/cli/README.md)',
    )
    .option(
      '--scale <mm/px>',
      'how large a pixel is, such as 0.05; kept with the batch (default: as batch or recipe say)',
      scaleOption,
    )
    .option(
      '--minimum-defect <size>',
      'regions smaller than this are recorded and do not reject: 0.5mm, 0.2mm2, 12px,40px2',
      minimumDefectOption,
    )
    .option(
      '--shard <i/n>',
      'only the files whose content falls into this part of them, such as 3/16; see `clipsam merge`',
      shardChoice,
    )
    .option('--json', 'one JSON object per image on standard output, people read standard error');
  withOpinionOptions(command, {
    name: 'list',
    text: 'who is asked: some of language,consensus,references (default: as the recipe says)',
    parse: opinionList,
  });
  withPipelineOptions(command, 'where results are kept; made when missing')
    .addHelpText(
      'after',
      `
Examples:
  clipsam inspect photos/                          a folder, with the default recipe
  clipsam inspect photos/ -o "metal nut" -w lot7   name the object, keep results in lot7/
  clipsam inspect a.jpg b.png --json | jq .score   for other programs
  clipsam inspect photos/ --references good/ --opinions language,consensus,references
                                                   compare with good parts, and with one another
  clipsam inspect photos/ --shard 3/16 -w part3    one of sixteen machines; clipsam merge brings them together
  clipsam inspect photos/ --device grpc://gpu-box:8001,grpc://other:8001,cpu
                                                   on two inference servers, here when neither answers

Exit codes: 0 all inspected, 2 wrong usage, 3 some images failed, 1 other errors, 130 interrupted.`,
    )
    .action(async (paths: string[], options: InspectOptions) => {
      process.exitCode = await inspect(paths, options);
    });
}

async function inspect(paths: readonly string[], options: InspectOptions): Promise<number> {
  const { workspace, name, fresh = false, json = false, range, shard, references } = options;
  const { device, threads } = options;
  const { recipe, packFolder } = await chooseRecipe(recipeChoice(options, options.object));
  const { scale, minimumDefect } = options;
  const asked = withOpinions(recipe, options, references !== undefined);
  const chosen = { recipe: minimumDefect ? { ...asked, minimumDefect } : asked, packFolder };
  printLine(recipeLine(chosen.recipe));
  const area = options.roi === undefined ? undefined : await readAreaFile(options.roi);
  const display = new ProgressDisplay();
  const started = performance.now();
  const doubts = new Doubts();
  const summary = await interruptible((signal) =>
    inspectPaths({
      chosen,
      workspaceFolder: workspace,
      paths,
      ...(name === undefined ? {} : { name }),
      fresh,
      ...(range && { range }),
      // The only one of one is all of them.
      ...(shard && shard.of > 1 && { shard }),
      ...(scale && { scale }),
      ...(references !== undefined && { references }),
      ...(area && { area }),
      device,
      ...(threads ? { threads } : {}),
      inspector: inspectorName(),
      signal,
      onEvent: inspectMessages(display, { json, doubts, isRangeGiven: range !== undefined }),
    }),
  ).finally(() => display.stop());
  return conclude(summary, doubts, (performance.now() - started) / 1000);
}

function recipeLine({ name, object, method }: Recipe): string {
  const way = method ? `, method ${methodTitle(method, 'en')}` : '';
  return `Recipe: ${printable(name)}, object "${printable(object)}"${way}`;
}

/** Shows what happens: records on standard output, all else on standard error. */
function inspectMessages(
  display: ProgressDisplay,
  options: { readonly json: boolean; readonly doubts: Doubts; readonly isRangeGiven: boolean },
): (event: InspectPathsEvent) => void {
  const { json, doubts, isRangeGiven } = options;
  const onPipeline = pipelineMessages((line) => display.say(line));
  const onProgress = progressMessages(display);
  return (event) => {
    switch (event.kind) {
      case 'dividing':
        return display.update(event.done, event.total, 'finding the files of the shard');
      case 'divided': {
        display.stop();
        const { shard, taken, left } = event;
        return printLine(
          `Shard ${shard.index} of ${shard.of}: takes ${taken} of ${taken + left} files, leaves ${left} to the others.`,
        );
      }
      case 'imported':
        return display.update(event.done, event.total, 'reading files');
      case 'import-finished': {
        display.stop();
        const { batch, summary } = event;
        for (const folder of summary.truthFolders) {
          printLine(`Folder ${printable(folder)}: masks beside the images, passed over.`);
        }
        return printLine(`Batch ${batch.id} "${printable(batch.name)}": ${importNotes(summary).join(', ')}`);
      }
      case 'sample-ranges':
        for (const line of rangeNotes(event.ranges, isRangeGiven)) display.say(line);
        return;
      case 'scale':
        return display.say(scaleNote(event.scale));
      case 'run':
        if (event.outset === 'scale-changed') {
          display.say('A pixel is of another size than in the unfinished run: a new run starts.');
        }
        if (event.outset === 'range-changed') {
          display.say(
            'Black and white are other sample values than in the unfinished run: a new run starts.',
          );
        }
        if (event.outset === 'references-changed') {
          display.say('The references are others than in the unfinished run: a new run starts.');
        }
        if (event.outset === 'area-changed') {
          display.say('It is looked at another area than in the unfinished run: a new run starts.');
        }
        if (event.outset === 'resumed') display.say('Going on with the unfinished run.');
        if (event.outset === 'inputs-changed') {
          display.say('Files were added or changed since the unfinished run: a new run starts.');
        }
        return;
      case 'record':
        if (event.record.status !== 'passed-over') doubts.count(event.record);
        if (json) display.print(JSON.stringify(event.record));
        else if (event.record.status !== 'passed-over') display.print(recordLine(event.record));
        return;
      case 'comparing':
        return display.update(
          event.done,
          event.total,
          `preparing what is compared with: ${event.done} of ${event.total}`,
        );
      case 'compared':
        display.stop();
        for (const line of comparisonNotes(event)) display.say(line);
        return;
      case 'started':
      case 'image':
      case 'tile':
        return onProgress(event);
      case 'ready':
      case 'died':
      case 'retry':
        return onPipeline(event);
    }
  };
}

/** How far the run is, and the image that is looked at in tiles. */
function progressMessages(
  display: ProgressDisplay,
): (event: BatchEvent & { readonly kind: 'started' | 'image' | 'tile' }) => void {
  let so = { done: 0, total: 0, note: '' };
  return (event) => {
    if (event.kind === 'tile') {
      const { tile, tiles } = event.progress;
      const notes = [...(so.note === '' ? [] : [so.note]), `tile ${tile} of ${tiles}`];
      return display.update(so.done, so.total, notes.join(', '));
    }
    so =
      event.kind === 'started'
        ? { done: event.alreadyDone, total: event.total, note: '' }
        : { done: event.done + event.failed, total: event.total, note: pace(event) };
    display.update(so.done, so.total, so.note);
  };
}

function rangeNotes(ranges: BatchRanges, isGiven: boolean): string[] {
  const notes = SAMPLE_KINDS.flatMap((kind) => {
    const range = ranges[kind];
    if (!range) return [];
    const bits = bitsOf(range);
    const source =
      range.images === null
        ? `set by ${printable(range.setBy ?? '')}`
        : `from the first ${range.images === 1 ? 'image' : `${range.images} images`}; --range sets others`;
    return [
      `Sample values ${range.low} to ${range.high}${bits === null ? '' : ` (${bits} bits)`} are black to white (${source}).`,
    ];
  });
  if (notes.length > 0 || !isGiven) return notes;
  return ['--range says nothing here: no image has more than 8 bits without stating its own range.'];
}

function importNotes(summary: ImportSummary): string[] {
  const { added, unchanged, changed, unread, vanished, duplicates, passedOver } = summary;
  return [
    `${added} new`,
    ...(unchanged > 0 ? [`${unchanged} known`] : []),
    ...(changed.length > 0 ? [`${changed.length} changed`] : []),
    ...(unread.length > 0 ? [`${unread.length} could not be read`] : []),
    ...(vanished.length > 0 ? [`${vanished.length} pages are no longer in their files`] : []),
    ...(duplicates.length > 0 ? [`${duplicates.length} groups of identical files`] : []),
    ...(passedOver.length > 0 ? [passedOverText(passedOver)] : []),
  ];
}

function passedOverText(paths: readonly string[]): string {
  const pictures = paths.length === 1 ? '1 picture' : `${paths.length} pictures`;
  return `${pictures} passed over, of kinds that are not read: ${printable(endingsText(countEndings(paths)))}`;
}

function pace({ failed, rate, eta }: BatchEvent & { readonly kind: 'image' }): string {
  const notes = [
    ...(rate > 0 ? [`${rate.toFixed(rate < 10 ? 2 : 0)} images/s`] : []),
    ...(Number.isFinite(eta) ? [`${duration(eta)} left`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
  ];
  return notes.join(', ');
}

/** Says how it ended; the exit code. */
function conclude(summary: InspectPathsSummary, doubts: Doubts, seconds: number): number {
  const { status, total, done, error, unreadable, passedOver } = summary;
  const failed = summary.failed + unreadable.length;
  const counts = `${done} of ${total + unreadable.length} images inspected${failed > 0 ? `, ${failed} failed` : ''}`;
  const where = `batch ${summary.batchId}${summary.runId === null ? '' : `, run ${summary.runId}`}`;
  printLine(`${counts} in ${duration(seconds)} (${where}).`);
  if (passedOver.length > 0) printLine(`Not among them: ${passedOverText(passedOver)}.`);
  doubts.say();
  if (status === 'done') return failed > 0 ? EXIT.someFailed : EXIT.done;
  if (error) printLine(`Error: ${printable(error.message)} (${error.code})`);
  printLine('Nothing stored is lost: the same command goes on from here.');
  return error ? exitCodeOf(error.code) : EXIT.interrupted;
}

/** Images whose verdict has to be read with care, and why. */
class Doubts {
  #images = 0;
  readonly #byCode = new Map<NoticeCode, number>();

  count({ notices }: InspectedRecord): void {
    const codes = new Set(notices.map(({ code }) => code).filter(isWarning));
    if (codes.size > 0) this.#images++;
    for (const code of codes) this.#byCode.set(code, (this.#byCode.get(code) ?? 0) + 1);
  }

  say(): void {
    if (this.#images === 0) return;
    const kinds = [...this.#byCode].map(
      ([code, count]) => `${count} × ${noticeName(code, 'en').toLowerCase()}`,
    );
    const images =
      this.#images === 1
        ? '1 image has a notice that puts its'
        : `${this.#images} images have notices that put their`;
    printLine(`Look again: ${images} verdict in doubt (${kinds.join(', ')}).`);
  }
}
