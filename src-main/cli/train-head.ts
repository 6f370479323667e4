import { totalmem } from 'node:os';
import { basename, join, resolve } from 'node:path';
import type { Device } from '../../src-shared/device.ts';
import { ClipSamError } from '../../src-shared/errors.ts';
import type { Pack } from '../../src-shared/pack.ts';
import { exactReference, packIdSchema } from '../../src-shared/pack-reference.ts';
import type { LayoutName } from '../services/datasets/defect-category.ts';
import { findCategories } from '../services/datasets/find-categories.ts';
import { objectNameOf } from '../services/evaluation/evaluate.ts';
import { readObjectNames } from '../services/evaluation/evaluation-files.ts';
import type { HeadLog } from '../training/head-log.ts';
import type { HeadNeeds } from '../training/head-needs.ts';
import type { HeadDataset, HeadPackProgress } from '../training/train-head.ts';
import { interruptible } from './interrupt.ts';
import { packRoots } from './options.ts';
import { ProgressDisplay, paceSince } from './progress-display.ts';
import { bytes, duration, percent, printable, printLine, table } from './terminal.ts';

/** Options of `clipsam train --pack`. */
export interface TrainHeadOptions {
  readonly workspace: string;
  readonly packRoot?: string;
  readonly pack?: string;
  readonly train?: string;
  readonly validate?: string;
  readonly layout?: LayoutName;
  readonly validateLayout?: LayoutName;
  readonly objectNames?: string;
  readonly id?: string;
  readonly title?: string;
  readonly packVersion?: string;
  readonly out?: string;
  readonly cache?: string;
  readonly epochs?: number;
  readonly hiddenDim?: number;
  readonly batch?: number;
  readonly seed?: number;
  readonly mosaics?: boolean;
  readonly device?: Device;
  readonly threads?: number;
}

const CACHE = 'training-cache';
const LONGEST_ID = 64;

/** Trains UMCI on the towers of a pack and puts the new pack where packs are. */
export async function trainHeadOf(pack: string, train: string, options: TrainHeadOptions): Promise<void> {
  const { cache = CACHE, device, threads } = options;
  // Loaded here: no other command needs the training code.
  const { loadPack, trainHeadPack } = await import('../training/train-head.ts');
  const { PAPER_EPOCHS, PAPER_SETTINGS } = await import('../training/head-settings.ts');
  const roots = packRoots(options);
  const names = options.objectNames === undefined ? {} : await readObjectNames(options.objectNames);
  const data = await datasetOf(train, names, options.layout);
  const validate =
    options.validate === undefined
      ? undefined
      : await datasetOf(options.validate, names, options.validateLayout);
  const isVisa = /visa/i.test(data.name);
  const settings = {
    hiddenDim: options.hiddenDim ?? PAPER_SETTINGS.hiddenDim,
    batch: options.batch ?? PAPER_SETTINGS.batch,
    learningRate: PAPER_SETTINGS.learningRate,
    seed: options.seed ?? PAPER_SETTINGS.seed,
    epochs: options.epochs ?? (isVisa ? PAPER_EPOCHS.visa : PAPER_EPOCHS.other),
    mosaics: options.mosaics ?? !isVisa,
  };
  const display = new ProgressDisplay();
  const started = performance.now();
  display.say('Checking the files of the pack.');
  try {
    const parent = await loadPack(pack, roots);
    const called = calledAfter(parent.pack, data, options);
    const folder = resolve(options.out ?? join(roots.storeRoot, exactReference(called)));
    const log = await interruptible((signal) =>
      trainHeadPack({
        ...{ parent, train: data, settings, called, folder, signal },
        ...(validate && { validate }),
        cache: resolve(cache),
        ...(device && { device }),
        ...(threads && { threads }),
        command: commandOf(pack, train, options),
        onProgress: headMessages(display, resolve(cache)),
      }),
    );
    display.stop();
    if (log.measuredOn) process.stdout.write(`${figuresTable(log.figures)}\n`);
    printLine(
      `${exactReference(called)} is in ${printable(folder)}, made in ${duration((performance.now() - started) / 1000)}. The features in ${printable(resolve(cache))} may be deleted.`,
    );
  } finally {
    display.stop();
  }
}

async function datasetOf(
  root: string,
  names: Readonly<Record<string, string>>,
  layout: LayoutName | undefined,
): Promise<HeadDataset> {
  const categories = await findCategories(root, { layout });
  for (const note of new Set(categories.flatMap(({ notes }) => notes))) printLine(printable(note));
  return {
    name: basename(resolve(root)),
    root: resolve(root),
    categories: categories.map(({ category, images }) => ({
      category,
      object: names[category] ?? objectNameOf(category),
      images,
    })),
  };
}

/** Names for the new pack: those that are asked for, else made of the parent's and the data's. */
function calledAfter(parent: Pack, data: HeadDataset, { id, title, packVersion = '1' }: TrainHeadOptions) {
  const slug = data.name.toLowerCase().replaceAll(/[^a-z0-9._-]+/g, '-');
  const called = {
    id: id ?? `${parent.id}-umci-${slug}`.slice(0, LONGEST_ID),
    title: title ?? `${parent.title}, UMCI trained on ${data.name}`.slice(0, 200),
    version: packVersion,
  };
  if (packIdSchema.safeParse(called.id).success) return called;
  throw new ClipSamError(
    'input-invalid',
    `"${called.id}" is no id for a pack. Use small letters, digits and . _ - with --id.`,
  );
}

/** The command as it goes into the pack's card. */
export function commandOf(
  pack: string,
  train: string | undefined,
  options: TrainHeadOptions & { readonly head?: string; readonly plan?: string; readonly data?: string },
): string {
  const flags: readonly (readonly [string, string | number | undefined])[] = [
    ['--pack', pack],
    ['--head', options.head],
    ['--plan', options.plan],
    ['--data', options.data],
    ['--train', train],
    ['--validate', options.validate],
    ['--layout', options.layout],
    ['--validate-layout', options.validateLayout],
    ['--object-names', options.objectNames],
    ['--epochs', options.epochs],
    ['--hidden-dim', options.hiddenDim],
    ['--batch', options.batch],
    ['--seed', options.seed],
  ];
  const quoted = (text: string) => (/^[\w./:@-]+$/.test(text) ? text : JSON.stringify(text));
  const given = flags.flatMap(([flag, value]) => (value === undefined ? [] : [flag, quoted(String(value))]));
  const mosaics = options.mosaics === undefined ? [] : [options.mosaics ? '--mosaics' : '--no-mosaics'];
  return ['clipsam', 'train', ...given, ...mosaics].join(' ');
}

function headMessages(display: ProgressDisplay, cache: string): (progress: HeadPackProgress) => void {
  let stage = '';
  let started = 0;
  let from = 0;
  return (progress) => {
    switch (progress.kind) {
      case 'needs':
        for (const line of needsText(progress, cache)) printLine(line);
        return;
      case 'left-out':
        display.say(`left out: ${printable(`${progress.view.id}: ${progress.message}`)}`);
        return;
      case 'measuring':
      case 'writing':
        display.stop();
        printLine(progress.kind === 'measuring' ? 'Measuring' : 'Writing the pack');
        return;
      default: {
        const isFeatures = progress.kind === 'features';
        const done = isFeatures ? progress.done : progress.step;
        const total = isFeatures ? progress.total : progress.steps;
        if (progress.kind !== stage) {
          display.stop();
          printLine(isFeatures ? 'Features' : 'UMCI head');
          stage = progress.kind;
          started = performance.now();
          from = done;
        }
        const loss = isFeatures ? '' : `loss ${progress.loss.toFixed(4)}  `;
        display.update(done, total, loss + paceSince(started, done - from, total - from));
      }
    }
  };
}

/** What training will take, in sentences. */
function needsText(
  {
    needs,
    pictures,
    missing,
  }: { readonly needs: HeadNeeds; readonly pictures: number; readonly missing: number },
  cache: string,
): string[] {
  const memory = totalmem();
  return [
    `${pictures} pictures, of ${missing} of which features have to be computed: ${bytes(needs.perPicture)} each, ${bytes(needs.features)} in all.`,
    `Disk: ${bytes(needs.toWrite)} more in ${printable(cache)}, where ${bytes(needs.free)} are free.`,
    `Memory: about ${bytes(needs.memory)} of the ${bytes(memory)} that this machine has.${needs.memory > memory ? ' That is more than there is: use a smaller --batch or --hidden-dim, or another machine.' : ''}`,
    'It can be ended at any time: the same command goes on.',
  ];
}

function figuresTable(figures: HeadLog['figures']): string {
  const headings = ['measured', 'pictures', 'pixel AUROC', 'AP', 'F1-max', 'image AUROC'];
  const rows = Object.entries(figures).map(([group, f]) => [
    printable(group),
    String(f.pictures),
    ...[f.pixelAuroc, f.pixelAp, f.pixelF1Max, f.imageAuroc].map(percent),
  ]);
  return table([headings, ...rows]);
}
