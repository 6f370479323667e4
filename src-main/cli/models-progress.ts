import type { PackImportEvent } from '../../src-shared/contract/packs.ts';
import type { AddedPack } from '../services/packs/pack-imports.ts';
import { interruptible } from './interrupt.ts';
import { ProgressDisplay } from './progress-display.ts';
import { bytes, duration, printable, printLine } from './terminal.ts';

const OUTCOMES = {
  added: 'The pack is there. Recipes and --pack name it',
  'already-there': 'The pack was there already, whole. Recipes and --pack name it',
  repaired: 'The pack was there and damaged; it is whole again. Recipes and --pack name it',
} as const;

/** Brings in a pack with progress on standard error, and prints the name by which recipes know it. */
export async function bringWithProgress(
  work: (options: {
    readonly signal: AbortSignal;
    onEvent(event: PackImportEvent): void;
  }) => Promise<AddedPack>,
): Promise<void> {
  const display = new ProgressDisplay('bytes');
  try {
    const { id, outcome, taken, notes } = await interruptible((signal) =>
      work({ signal, onEvent: (event) => tell(event, display) }),
    );
    display.stop();
    for (const { file, address, sha256 } of taken) {
      printLine(
        `Nobody has stated a SHA-256 of "${printable(file)}" (${address}): it was taken as it came, ${sha256}. From now on it must stay the same.`,
      );
    }
    for (const note of notes) printLine(printable(note));
    printLine(OUTCOMES[outcome]);
    process.stdout.write(`${id}\n`);
  } finally {
    display.stop();
  }
}

function tell(event: PackImportEvent, display: ProgressDisplay): void {
  switch (event.kind) {
    case 'found':
      display.say(
        `${printable(event.title)} (${event.pack}), ${bytes(event.total)} besides what is installed`,
      );
      break;
    case 'bringing': {
      const { file, files, isDownload, done, total, rate, eta } = event;
      const moving = files.filter(
        (one) => one.done > 0 && one.done < (one.total ?? Number.POSITIVE_INFINITY),
      );
      const others = moving.length > 1 ? ` and ${moving.length - 1} more` : '';
      const pace = rate === null ? '' : `  ${bytes(rate)}/s`;
      const left = eta === null ? '' : `, ${duration(eta)} left`;
      display.update(
        done,
        total,
        `${isDownload ? 'downloading' : 'copying'} ${printable(file)}${others}${pace}${left}`,
      );
      break;
    }
    case 'waiting':
      display.say(`The server does not answer; next try in ${duration(event.seconds)}.`);
      break;
    case 'checking':
      display.say('Checking hashes, tensors and shapes.');
  }
}
