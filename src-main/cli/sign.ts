import { setTimeout } from 'node:timers/promises';
import { Argument, type Command, Option } from 'commander';
import { ClipSamError } from '../../src-shared/errors.ts';
import {
  type SignatureMeaning,
  type SignatureSubject,
  type SignedSubject,
  signatureMeaningSchema,
  signatureSubjectSchema,
} from '../../src-shared/signature.ts';
import { type SigningPlace, sign, withdraw } from '../services/signatures/sign.ts';
import { signedSubject } from '../services/signatures/signed-subject.ts';
import { findSubject, withSignatures } from '../services/signatures/workspace-signatures.ts';
import { askPin, pinFromFile } from './ask-pin.ts';
import { interruptible } from './interrupt.ts';
import { DEFAULT_WORKSPACE, wholeNumber } from './options.ts';
import { addSignList } from './sign-list.ts';
import { signatureLine, subjectName } from './sign-words.ts';
import { printable, printLine } from './terminal.ts';

interface PersonOptions {
  readonly workspace: string;
  readonly as: string;
  readonly pinFile?: string;
  readonly json?: true;
}

interface SignOptions extends PersonOptions {
  readonly meaning: SignatureMeaning;
  readonly revision?: number;
  readonly record?: string;
}

export function addSign(program: Command): void {
  const command = program
    .command('sign')
    .summary('sign reports, lots and recipes, and check what was signed')
    .description(
      'Signatures with name, role, time and meaning. Who signs is one of the people of the workspace, and types their PIN;\n' +
        'it is never an argument. A record that changes later shows its signatures as broken, with what changed.\n' +
        'Supports 21 CFR 11: what else it asks of you (procedures, training, validation) is yours to see to.',
    );
  for (const subject of signatureSubjectSchema.options) addSubject(command, subject);
  withPerson(
    command
      .command('withdraw')
      .summary('take a signature back')
      .description(
        'Adds an entry that takes a signature back; nothing is deleted. Your own; as an engineer also another’s.',
      )
      .argument('<number>', 'of the signature, as `clipsam sign list` shows it', wholeNumber(1))
      .requiredOption('--reason <text>', 'why'),
  ).action(takeBack);
  addSignList(command);
}

const ARGUMENTS: Readonly<Record<SignatureSubject, readonly [string, string]>> = {
  report: ['number', 'of the report: R-000012'],
  lot: ['id', 'of the lot'],
  recipe: ['name', 'of the recipe, or the first digits of its hash'],
};

function addSubject(command: Command, subject: SignatureSubject): void {
  const [name, about] = ARGUMENTS[subject];
  const signing = command
    .command(subject)
    .summary(subject === 'lot' ? 'sign the disposition of a lot' : `sign a revision of a ${subject}`)
    .addArgument(new Argument(`<${name}>`, about))
    .addOption(
      new Option('--meaning <meaning>', 'what you say by signing')
        .choices(signatureMeaningSchema.options)
        .makeOptionMandatory(),
    )
    .option('--record <sha256>', 'refuse unless this is the hash of what is signed');
  if (subject !== 'lot') {
    signing.option('--revision <n>', 'instead of the newest revision', wholeNumber(1));
  }
  withPerson(signing)
    .addHelpText(
      'after',
      `
Example:
  clipsam sign ${subject} ${EXAMPLES[subject]} --meaning approved --as "Rita Rivera"

Exit codes: 0 signed, 75 not now (it has changed meanwhile, somebody else has to sign), 2 wrong usage, 1 other refusals.`,
    )
    .action((which: string, options: SignOptions) => signSubject(subject, which, options));
}

const EXAMPLES: Readonly<Record<SignatureSubject, string>> = {
  report: 'R-000012',
  lot: '7',
  recipe: '"metal nut"',
};

function withPerson(command: Command): Command {
  return command
    .requiredOption('--as <name>', 'who signs, as in the list of people')
    .option('--pin-file <file>', 'first line: the PIN; yours alone to read. Default: it is asked for')
    .option('-w, --workspace <folder>', 'the workspace', DEFAULT_WORKSPACE)
    .option('--json', 'print how it is signed now as JSON');
}

async function signSubject(subject: SignatureSubject, which: string, options: SignOptions): Promise<void> {
  const { meaning, as, record } = options;
  const signed = await withSignatures(options.workspace, async (place) => {
    const key = await findSubject(place.workspace, subject, which, options.revision);
    const shown = await signedSubject(place.workspace, key);
    const recordHash = record ?? shown.recordHash ?? '';
    printLine(`${printable(subjectName(shown))}, record ${shown.recordHash?.slice(0, 16) ?? '(gone)'}`);
    for (const signature of shown.signatures) printLine(`  ${signatureLine(signature)}`);
    const pin = await pinOf(options, `${as} signs this as ${meaning}. PIN: `);
    return patiently(() => sign(place, { ...key, meaning, recordHash, pin, inspector: as }));
  });
  tell(signed, options);
}

async function takeBack(id: number, options: PersonOptions & { readonly reason: string }): Promise<void> {
  const { reason, as } = options;
  const signed = await withSignatures(options.workspace, async (place: SigningPlace) => {
    const pin = await pinOf(options, `${as} withdraws signature ${id}. PIN: `);
    return patiently(() => withdraw(place, { id, reason, pin, inspector: as }));
  });
  tell(signed, options);
}

function pinOf({ pinFile }: PersonOptions, question: string): Promise<string> {
  return pinFile === undefined ? askPin(printable(question)) : pinFromFile(pinFile);
}

/** After too many wrong PINs the wait begins with the program: it is waited for here. */
function patiently<T>(attempt: () => Promise<T>): Promise<T> {
  return interruptible(async (signal) => {
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        const details = error instanceof ClipSamError ? error.details : undefined;
        if (details?.case !== 'pin-wait') throw error;
        printLine(`There were too many wrong PINs: waiting ${details.seconds} s.`);
        await setTimeout(Number(details.seconds) * 1000, undefined, { signal }).catch((cause: unknown) => {
          throw new ClipSamError('cancelled', 'Cancelled.', { cause });
        });
      }
    }
  });
}

function tell(signed: SignedSubject, { json }: PersonOptions): void {
  if (json) process.stdout.write(`${JSON.stringify(signed)}\n`);
  else printLine(`${printable(subjectName(signed))}: ${signed.status}`);
}
