import type { Command } from 'commander';
import type { Finding, FindingCase } from '../../src-shared/finding.ts';
import { deviceSurveyor } from '../services/runs/inference-pool.ts';
import type { ExaminationStep } from '../services/upkeep/doctor.ts';
import { chosenDeviceProblem, examineWorkspace } from '../services/upkeep/workspace-backups.ts';
import { EXIT } from './exit-code.ts';
import { interruptible } from './interrupt.ts';
import { DEFAULT_WORKSPACE, inspectorName, packRoots } from './options.ts';
import { ProgressDisplay } from './progress-display.ts';
import { printable, printLine } from './terminal.ts';

interface DoctorOptions {
  readonly workspace: string;
  readonly fix?: true;
  readonly json?: true;
}

const STEPS: Readonly<Record<ExaminationStep, string>> = {
  database: 'database',
  artifacts: 'maps and masks',
  images: 'images',
  packs: 'model packs',
  rest: 'disk, clock, device, backups',
};

/** What is wrong, and how to mend it. */
const SAID: Readonly<Record<FindingCase, (values: Finding['values']) => string>> = {
  'database-damaged': ({ problem }) =>
    `The database is damaged: ${problem}. Check the disk; then clipsam restore, or clipsam workspace restore.`,
  'references-broken': ({ problem }) =>
    `The database contradicts itself: ${problem}. Restore an earlier backup with clipsam restore.`,
  'trail-broken': ({ count }) =>
    `The audit trail contradicts itself or the records in ${count} places. See clipsam audit verify; compare with a backup.`,
  'totals-wrong': ({ tables }) => `Totals that the statistics are made of are wrong (${tables}).`,
  'artifacts-missing': ({ count, inBackup }) =>
    `${count} maps or masks are missing; the backup has ${inBackup} of them. Inspect the other images again.`,
  'artifacts-damaged': ({ count, inBackup }) =>
    `${count} maps or masks are damaged; the backup has ${inBackup} of them whole. Inspect the other images again.`,
  'artifacts-in-quarantine': ({ count }) => `${count} maps or masks that results need lie in quarantine.`,
  'artifacts-unused': ({ count, megabytes }) =>
    `${count} maps or masks (${megabytes} MB) are not used. The program removes in time those that it can prove to be unused.`,
  'images-missing': ({ count }) =>
    `${count} imported images are not where they were. Put them back, or connect the disk.`,
  'images-changed': ({ count }) => `${count} imported images have changed. Import and inspect them again.`,
  'pack-damaged': ({ pack, problem }) =>
    `The model pack ${pack} is not whole: ${problem}. Install it again with clipsam models.`,
  'device-failed': ({ device, problem }) => `${device} does not compute: ${problem}. See clipsam devices.`,
  'disk-low': ({ folder, megabytes }) => `The disk with ${folder} has ${megabytes} MB left. Free some space.`,
  'clock-behind': ({ newest, now }) =>
    `The clock says ${now}, and the history has an entry of ${newest}. Set the clock of this machine right.`,
  'runs-left': ({ count }) => `${count} runs were cut off. Resume or cancel them.`,
  'temporary-left': ({ count, megabytes }) =>
    `${count} temporary files (${megabytes} MB) were left by work that was cut off.`,
  'backups-none': () => 'The workspace is not backed up. See clipsam backup set.',
  'backups-overdue': ({ folder, since }) =>
    `The last backup to ${folder} is of ${since}. Make one with clipsam backup.`,
  'backups-unreachable': ({ folder, problem }) => `The backups in ${folder} cannot be reached: ${problem}`,
};

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .summary('examine a workspace, and mend what loses nothing')
    .description(
      'Reads database, audit trail, maps, masks, images and model packs, and looks at disk, clock, device and backups. Says what is\n' +
        'wrong, how bad it is and how to mend it.',
    )
    .option('-w, --workspace <folder>', 'the workspace', DEFAULT_WORKSPACE)
    .option('--fix', 'mend what loses nothing: files that a backup or the quarantine has, temporary files')
    .option('--json', 'the findings as JSON on standard output')
    .addHelpText(
      'after',
      '\nExit codes: 0 nothing is at fault, 3 something is, 1 other errors, 130 interrupted.',
    )
    .action(run);
}

async function run({ workspace, fix, json }: DoctorOptions): Promise<void> {
  const display = new ProgressDisplay();
  try {
    const findings = await interruptible((signal) =>
      examineWorkspace(workspace, {
        packs: packRoots({ workspace }),
        device: () => chosenDeviceProblem(deviceSurveyor({})),
        mend: fix ?? false,
        inspector: inspectorName(),
        signal,
        now: Date.now(),
        onProgress: ({ step, done, total }) => display.update(done, total, STEPS[step]),
      }),
    );
    display.stop();
    if (json) process.stdout.write(`${JSON.stringify(findings, null, 2)}\n`);
    else for (const finding of findings) say(finding);
    if (findings.length === 0 && !json) printLine('Nothing is wrong.');
    if (findings.some(isAtFault)) process.exitCode = EXIT.someFailed;
  } finally {
    display.stop();
  }
}

/** Something is at fault and was not mended. */
function isAtFault({ severity, values, mended }: Finding): boolean {
  return (
    severity === 'fault' && (mended === null || mended < Number(values.count ?? Number.POSITIVE_INFINITY))
  );
}

function say({ case: which, severity, values, paths, mend, mended }: Finding): void {
  process.stdout.write(`${severity.padEnd(7)}  ${printable(SAID[which](values))}\n`);
  for (const path of paths.slice(0, 3)) process.stdout.write(`           ${printable(path)}\n`);
  if (mended !== null) process.stdout.write(`         Mended: ${mended}.\n`);
  else if (mend !== 'no') process.stdout.write('         clipsam doctor --fix mends it.\n');
}
