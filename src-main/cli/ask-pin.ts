import { readFile, stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { Writable } from 'node:stream';
import { ClipSamError } from '../../src-shared/errors.ts';

/**
 * Asks for a PIN on a terminal, without showing it.
 * @param input the terminal; anything else is refused, since it would show what is typed, or end at once
 * @throws ClipSamError `input-invalid` without a terminal; `cancelled` for Ctrl-C or the end of the input
 */
export async function askPin(
  question: string,
  input: Readable & { readonly isTTY?: boolean } = process.stdin,
  output: Writable = process.stderr,
): Promise<string> {
  if (!input.isTTY) {
    throw new ClipSamError('input-invalid', 'There is no terminal to ask for the PIN. Use --pin-file FILE.');
  }
  const hidden = new Writable({ write: (_chunk, _encoding, done) => done() });
  const line = createInterface({ input, output: hidden, terminal: true });
  // Only now does the terminal not show what is typed: who is quick would type before it.
  output.write(question);
  try {
    return await new Promise<string>((resolve, reject) => {
      const cancel = () => reject(new ClipSamError('cancelled', 'Cancelled.'));
      line.once('line', resolve);
      line.once('SIGINT', cancel);
      line.once('close', cancel);
    });
  } finally {
    line.close();
    output.write('\n');
  }
}

/**
 * The first line of a file that nobody else may read.
 * @throws ClipSamError `input-invalid` when it is not there, empty, or others may read it
 */
export async function pinFromFile(path: string): Promise<string> {
  const facts = await stat(path).catch((cause: unknown) => {
    throw new ClipSamError('input-invalid', `${path} cannot be read. Check the path of the PIN file.`, {
      cause,
    });
  });
  if (process.platform !== 'win32' && (facts.mode & 0o077) !== 0) {
    throw new ClipSamError(
      'input-invalid',
      `Others on this machine may read ${path}. Make it yours alone first: chmod 600 ${path}`,
    );
  }
  const [pin = ''] = (await readFile(path, 'utf8')).split(/\r?\n/, 1);
  if (pin === '') throw new ClipSamError('input-invalid', `${path} has no PIN in its first line.`);
  return pin;
}
