import { hostname } from 'node:os';
import { basename, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import {
  BATCH_PER,
  type FollowSettings,
  type FollowState,
  POLLING,
} from '../../src-shared/followed-folder.ts';
import type { MinimumDefect } from '../../src-shared/minimum-defect.ts';
import type { SampleRange } from '../../src-shared/sample-range.ts';
import type { Scale } from '../../src-shared/scale.ts';
import { readAreaFile } from '../services/areas/area-file.ts';
import { parseBrokerSettings } from '../services/follow/broker-access.ts';
import { type WatchPathEvent, watchPath } from '../services/follow/watch-path.ts';
import { chooseRecipe } from '../services/runs/recipe-pipeline.ts';
import { EXIT } from './exit-code.ts';
import { interruptible } from './interrupt.ts';
import {
  inspectorName,
  type PipelineOptions,
  packRoots,
  recipeChoice,
  sampleRange,
  wholeNumber,
  withPipelineOptions,
} from './options.ts';
import { pipelineMessages } from './pipeline-messages.ts';
import { recordLine } from './record-line.ts';
import { minimumDefectOption, scaleOption } from './size-options.ts';
import { printable, printLine } from './terminal.ts';

interface WatchOptions extends PipelineOptions {
  readonly object?: string;
  readonly name?: string;
  readonly batchPer: FollowSettings['batchPer'];
  readonly part: string;
  readonly lot: string;
  readonly polling: FollowSettings['polling'];
  readonly wait: number;
  readonly onlyNew?: true;
  readonly range?: SampleRange;
  readonly roi?: string;
  readonly scale?: Scale;
  readonly minimumDefect?: MinimumDefect;
  readonly json?: true;
  readonly mqtt?: string;
  readonly mqttTopic?: string;
  readonly station?: string;
  readonly mqttUser?: string;
  readonly mqttPasswordFile?: string;
  readonly mqttCa?: string;
  readonly mqttCert?: string;
  readonly mqttKey?: string;
}

export function addWatch(program: Command): void {
  const command = program
    .command('watch')
    .summary('inspect the images of a folder as they come')
    .description(
      'Follows a folder with everything below it: an image is inspected as soon as it is written to its end. The same\n' +
        'command goes on where it was ended: no image is missed, and none is inspected twice. Ctrl-C ends it.',
    )
    .argument('<folder>', 'where images come')
    .option('-o, --object <name>', 'what the inspected object is called, for example "metal nut"')
    .option('-n, --name <batch>', 'what batches are called (default: after the folder)')
    .addOption(
      new Option('--batch-per <what>', 'a new batch for every day, lot, or folder below')
        .choices(BATCH_PER)
        .default('day'),
    )
    .option('--part <number>', 'part number of the batches', '')
    .option('--lot <lot>', 'lot of the batches', '')
    .addOption(
      new Option(
        '--polling <when>',
        'list the folder again and again: where its file system tells of no changes, such as network shares, always, or never',
      )
        .choices(POLLING)
        .default('auto'),
    )
    .option(
      '--wait <seconds>',
      'for a file that is not whole and does not grow; then it is inspected as it is',
      wholeNumber(1),
      30,
    )
    .option(
      '--only-new',
      'when the folder is followed for the first time, pass over the images that are there',
    )
    .option(
      '--range <low-high>',
      'sample values that are black and white in images of more than 8 bits, such as 0-4095 (default: as in the batch before, else of the first images)',
      sampleRange,
    )
    .option('--roi <file>', 'where to look, as of `inspect`')
    .option('--scale <mm/px>', 'how large a pixel is, such as 0.05; kept with the batches', scaleOption)
    .option(
      '--minimum-defect <size>',
      'regions smaller than this are recorded and do not reject: 0.5mm, 0.2mm2, 12px,40px2',
      minimumDefectOption,
    )
    .option(
      '--mqtt <url>',
      'tell results to a broker: mqtts://host:8883, or mqtt://host:1883 without encryption',
    )
    .option('--mqtt-topic <topic>', 'what topics begin with (default: clipsam/ and the station)')
    .option('--station <name>', 'what this station is called at the broker (default: this machine)')
    .option('--mqtt-user <name>', 'user at the broker')
    .option(
      '--mqtt-password-file <file>',
      'the password in a file (default: the environment variable CLIPSAM_MQTT_PASSWORD)',
    )
    .option(
      '--mqtt-ca <file>',
      "who signed the broker's certificate (PEM), instead of those whom the system trusts",
    )
    .option('--mqtt-cert <file>', 'certificate of this station (PEM)')
    .option('--mqtt-key <file>', 'its key (PEM)')
    .option('--json', 'one JSON object per image on standard output, people read standard error');
  withPipelineOptions(command, 'where results are kept; made when missing')
    .addHelpText(
      'after',
      `
Examples:
  clipsam watch /data/camera1 -o "metal nut" -w line1
  clipsam watch //nas/camera1 --batch-per folder    a batch for every folder below, such as one per lot
  clipsam watch /data/camera1 --lot L-2041 --json   for other programs
  clipsam watch /data/camera1 --mqtt mqtts://broker.plant:8883 --mqtt-ca plant-ca.pem --mqtt-user line1
                                                    results by MQTT; part, lot and recipe by messages

Exit codes: 0 ended with Ctrl-C, 75 the folder is being followed already, 2 wrong usage, 1 other errors.`,
    )
    .action(async (folder: string, options: WatchOptions) => {
      process.exitCode = await watch(folder, options);
    });
}

async function watch(folder: string, options: WatchOptions): Promise<number> {
  const { workspace, device, threads, range, scale, minimumDefect, json = false } = options;
  const { recipe, packFolder } = await chooseRecipe(recipeChoice(options, options.object));
  const chosen = { recipe: minimumDefect ? { ...recipe, minimumDefect } : recipe, packFolder };
  const area = options.roi === undefined ? undefined : await readAreaFile(options.roi);
  const { batchPer, part, lot, polling, wait, name = basename(resolve(folder)) || 'folder' } = options;
  const { inspected, failed } = await interruptible((signal) =>
    watchPath({
      ...{ chosen, workspaceFolder: workspace, path: folder, device, threads, scale, range, area, signal },
      settings: {
        name,
        batchPer,
        partNumber: part,
        lot,
        polling,
        waitSeconds: wait,
        broker: brokerOf(options),
      },
      onlyNew: options.onlyNew ?? false,
      roots: packRoots(options),
      inspector: inspectorName(),
      onEvent: watchMessages(folder, json),
    }),
  );
  printLine(
    `${inspected} images inspected${failed > 0 ? `, ${failed} failed` : ''}. The same command goes on from here.`,
  );
  return EXIT.done;
}

/** The broker that the options name; null: none. @throws ClipSamError `input-invalid` */
function brokerOf(options: WatchOptions): FollowSettings['broker'] {
  const { mqtt: url, station = hostname(), mqttTopic: topic = `clipsam/${station}` } = options;
  if (url === undefined) return null;
  const { mqttUser, mqttPasswordFile, mqttCa, mqttCert, mqttKey } = options;
  return parseBrokerSettings({
    ...{ url, station, topic },
    ...(mqttUser !== undefined && { user: mqttUser }),
    ...(mqttPasswordFile !== undefined && { passwordFile: resolve(mqttPasswordFile) }),
    ...(mqttCa !== undefined && { caFile: resolve(mqttCa) }),
    ...(mqttCert !== undefined && { certFile: resolve(mqttCert) }),
    ...(mqttKey !== undefined && { keyFile: resolve(mqttKey) }),
  });
}

/** Shows what happens: records on standard output, all else on standard error. */
function watchMessages(folder: string, json: boolean): (event: WatchPathEvent) => void {
  const onPipeline = pipelineMessages(printLine);
  const told = { batch: 0, trouble: '', away: '', isPolled: false, broker: '' };
  const news = <Key extends keyof typeof told>(key: Key, value: (typeof told)[Key]) => {
    const isNews = told[key] !== value;
    told[key] = value;
    return isNews;
  };
  return (event) => {
    switch (event.kind) {
      case 'following':
        return printLine(`Following ${printable(folder)}. Ctrl-C ends it.`);
      case 'taken':
        if (!news('batch', event.batch.id)) return;
        return printLine(`Batch ${event.batch.id} "${printable(event.batch.name)}"`);
      case 'record':
        if (json) process.stdout.write(`${JSON.stringify(event.record)}\n`);
        else if (event.record.status !== 'passed-over') process.stdout.write(`${recordLine(event.record)}\n`);
        return;
      case 'cut':
        return printLine(
          `${printable(event.path)} is not whole, and nobody has written to it any more: inspected as it is.`,
        );
      case 'passed-over':
        return printLine(`${printable(event.path)} is passed over: a picture of a kind that is not read.`);
      case 'state': {
        const { isPolled, away, trouble, broker } = event.state;
        if (broker && news('broker', broker.problem ?? 'connected')) printLine(brokerLine(broker));
        if (news('isPolled', isPolled) && isPolled)
          printLine('The folder is listed again and again: it tells of no changes.');
        if (news('away', away?.message ?? '')) {
          printLine(away ? `${printable(away.message)} It is waited for.` : 'The folder is there again.');
        }
        if (news('trouble', trouble?.message ?? '')) {
          printLine(
            trouble ? `${printable(trouble.message)} (${trouble.code}) It is tried again.` : 'It goes on.',
          );
        }
        return;
      }
      case 'ready':
      case 'died':
      case 'retry':
        return onPipeline(event);
    }
  };
}

function brokerLine({ problem, waiting }: NonNullable<FollowState['broker']>): string {
  if (problem === null) return 'The broker is there.';
  return `The broker is not reached (${printable(problem)}). Results are kept for it, ${waiting} so far.`;
}
