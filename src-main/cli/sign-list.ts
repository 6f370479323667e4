import type { Command } from 'commander';
import { throwIfCancelled } from '../../src-shared/errors.ts';
import type { SignatureState, SignedSubject } from '../../src-shared/signature.ts';
import { eachSignedSubject, listSignatures } from '../services/signatures/signature-list.ts';
import { type SignedFile, signedFiles } from '../services/signatures/signed-files.ts';
import { withSignatures } from '../services/signatures/workspace-signatures.ts';
import { EXIT } from './exit-code.ts';
import { interruptible } from './interrupt.ts';
import { DEFAULT_WORKSPACE, wholeNumber } from './options.ts';
import { changeLines, signatureLine, subjectName } from './sign-words.ts';
import { printable, printLine } from './terminal.ts';

interface Options {
  readonly workspace: string;
  readonly json?: true;
}

/** `sign list` and `sign verify`. */
export function addSignList(command: Command): void {
  const add = (name: string, summary: string, description: string) =>
    command
      .command(name)
      .summary(summary)
      .description(description)
      .option('-w, --workspace <folder>', 'the workspace', DEFAULT_WORKSPACE)
      .option('--json', 'print one object per line');
  add('list', 'what was signed, and how', 'Lists what was signed, the newest signature first.')
    .option('--waiting-for <name>', 'only what this person can sign next, or has to sign again')
    .option('--limit <n>', 'how many', wholeNumber(1), 50)
    .action(list);
  add(
    'verify',
    'check every signature',
    'Checks every signature against its own hash, the audit trail and the record that it covers, and says what is broken\n' +
      'or altered, and what changed; of reports also whether PDF and kept records are as they were filed. Whether the audit trail itself is whole: `clipsam audit verify`.',
  )
    .addHelpText(
      'after',
      '\nExit codes: 0 all are valid or withdrawn, 3 some are broken or altered, or a file is, 1 other errors.',
    )
    .action(verify);
}

async function list(
  options: Options & { readonly waitingFor?: string; readonly limit: number },
): Promise<void> {
  const { waitingFor = null, limit } = options;
  const { subjects, total } = await withSignatures(options.workspace, ({ workspace }) =>
    listSignatures(workspace, { waitingFor, offset: 0, limit }),
  );
  for (const subject of subjects) print(subject, options);
  if (total > subjects.length) printLine(`and ${total - subjects.length} more: --limit ${total}`);
  if (total === 0) printLine(waitingFor === null ? 'Nothing was signed.' : 'Nothing waits.');
}

async function verify(options: Options): Promise<void> {
  const counts: Record<SignatureState, number> = { valid: 0, broken: 0, altered: 0, withdrawn: 0 };
  let badFiles = 0;
  await interruptible((signal) =>
    withSignatures(options.workspace, async ({ workspace }) => {
      for await (const subject of eachSignedSubject(workspace)) {
        throwIfCancelled(signal);
        for (const { state } of subject.signatures) counts[state]++;
        const isSound = subject.signatures.every(({ state }) => state === 'valid' || state === 'withdrawn');
        const files = await signedFiles(workspace, subject);
        const bad = files.filter(({ state }) => state !== 'whole');
        badFiles += bad.length;
        if (!isSound || bad.length > 0) print(subject, options, bad);
      }
    }),
  );
  const { valid, broken, altered, withdrawn } = counts;
  printLine(
    `Signatures: ${valid} valid, ${broken} broken, ${altered} altered behind the program's back, ${withdrawn} withdrawn.`,
  );
  if (badFiles > 0) printLine(`Files below signed reports: ${badFiles} missing or damaged.`);
  if (broken + altered + badFiles > 0) process.exitCode = EXIT.someFailed;
}

/** @param bad files below it that are missing or damaged */
function print(subject: SignedSubject, { json }: Options, bad: readonly SignedFile[] = []): void {
  if (json) {
    process.stdout.write(`${JSON.stringify({ ...subject, ...(bad.length > 0 && { files: bad }) })}\n`);
    return;
  }
  const lines = [
    `${printable(subjectName(subject))}: ${subject.status}`,
    ...bad.map(({ what, path, state }) => `  its ${what} is ${state}: ${printable(path)}`),
  ];
  for (const signature of subject.signatures) {
    lines.push(`  ${signatureLine(signature)}`, ...changeLines(signature).map((change) => `     ${change}`));
  }
  process.stdout.write(`${lines.join('\n')}\n`);
}
