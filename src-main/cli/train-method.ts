import { join, resolve } from 'node:path';
import { ClipSamError } from '../../src-shared/errors.ts';
import { exactReference } from '../../src-shared/pack-reference.ts';
import { readObjectNames } from '../services/evaluation/evaluation-files.ts';
import type { MethodWeightsKind } from '../training/method-weights.ts';
import { interruptible } from './interrupt.ts';
import { packRoots } from './options.ts';
import { ProgressDisplay, paceSince } from './progress-display.ts';
import { productsOf } from './protocol-inputs.ts';
import { duration, printable, printLine } from './terminal.ts';
import { commandOf, type TrainHeadOptions } from './train-head.ts';

interface TrainMethodOptions extends TrainHeadOptions {
  readonly head?: string;
  readonly plan?: string;
  readonly data?: string;
}

const CACHE = 'training-cache';

/** Trains weights of a method on the towers of a pack, and puts the version of the pack that has them where packs are. */
export async function trainMethodWeightsOf(
  pack: string,
  kind: MethodWeightsKind,
  options: TrainMethodOptions,
): Promise<void> {
  const { train, plan, data, device, threads } = options;
  const isPlan = plan !== undefined && data !== undefined;
  if (isPlan === (train !== undefined)) {
    throw new ClipSamError(
      'input-invalid',
      'Name the data to learn from: --train, or a --plan with its --data.',
    );
  }
  // Loaded here: no other command needs the training code.
  const { loadPack } = await import('../training/train-head.ts');
  const { datasetPictures, planPictures } = await import('../training/method-data.ts');
  const { trainMethodWeights } = await import('../training/method-weights.ts');
  const { PAPER_EPOCHS, PAPER_SETTINGS } = await import('../training/head-settings.ts');
  const roots = packRoots(options);
  const cache = resolve(options.cache ?? CACHE);
  const seed = options.seed ?? PAPER_SETTINGS.seed;
  const settings = {
    epochs: options.epochs ?? (/visa/i.test(train ?? '') ? PAPER_EPOCHS.visa : PAPER_EPOCHS.other),
    batch: options.batch ?? PAPER_SETTINGS.batch,
    learningRate: PAPER_SETTINGS.learningRate,
    seed,
  };
  const display = new ProgressDisplay();
  const started = performance.now();
  display.say('Checking the files of the pack.');
  try {
    const parent = await loadPack(pack, roots);
    const called = {
      id: options.id ?? parent.pack.id,
      version: options.packVersion ?? `${parent.pack.version}+${kind}`,
    };
    const folder = resolve(options.out ?? join(roots.storeRoot, exactReference(called)));
    const messages = pictureMessages(display);
    await interruptible(async (signal) => {
      const common = {
        ...{ cache, seed, signal },
        ...(device && { device }),
        ...(threads && { threads }),
      };
      const picturesOptions = {
        ...common,
        onProgress: messages,
        onLeftOut: (picture: string, message: string) =>
          display.say(`left out: ${printable(`${picture}: ${message}`)}`),
      };
      const pictures = isPlan
        ? await planPictures(parent, { file: plan, dataRoot: data }, picturesOptions)
        : await datasetPictures(
            parent,
            await productsOf(
              [train!],
              options.objectNames === undefined ? {} : await readObjectNames(options.objectNames),
              undefined,
              { layout: options.layout, onNote: (note) => display.say(printable(note)) },
            ),
            picturesOptions,
          );
      display.stop();
      await trainMethodWeights({
        ...common,
        ...{ parent, kind, settings, called, folder, data: pictures },
        command: commandOf(pack, train, options),
        onProgress: ({ step, steps, loss }) => display.update(step, steps, `loss ${loss.toFixed(4)}`),
      });
    });
    display.stop();
    printLine(
      `${exactReference(called)} is in ${printable(folder)}, made in ${duration((performance.now() - started) / 1000)}. The features in ${printable(cache)} may be deleted.`,
    );
  } finally {
    display.stop();
  }
}

function pictureMessages(display: ProgressDisplay) {
  const started = performance.now();
  let from: number | undefined;
  return ({ done, total }: { readonly done: number; readonly total: number }) => {
    from ??= done;
    display.update(done, total, `features  ${paceSince(started, done - from, total - from)}`);
  };
}
