import { readFile } from 'node:fs/promises';
import { ClipSamError } from '../../src-shared/errors.ts';
import { checkContents, type PackContents } from './pack-contents.ts';
import { openTokenizer, sentenceIds } from './tokenizer.ts';

/** Sentences that a pack's tokeniser is to read. */
export interface PackWords {
  /** How recipes name the pack. */
  readonly pack: string;
  /** Absolute path of tokenizer.json. */
  readonly path: string;
  /** The file's key in pack.json. */
  readonly file: string;
  readonly contextLength: number;
  readonly sentences: readonly string[];
}

/** What is examined: files of a pack that may be anything, also made to do harm. */
export type Examination =
  | ({ readonly kind: 'contents' } & PackContents)
  | ({ readonly kind: 'words' } & PackWords);

/** How people know the pack that is examined. */
export function packNameOf({ pack }: Examination): string {
  return typeof pack === 'string' ? pack : pack.id;
}

/** Examines, in the thread that calls: it may take forever, and any memory. @throws ClipSamError what is wrong */
export async function examine(examination: Examination): Promise<void> {
  try {
    if (examination.kind === 'contents') await checkContents(examination);
    else await checkWords(examination);
  } catch (cause) {
    if (cause instanceof ClipSamError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `The files of the model pack ${packNameOf(examination)} cannot be examined (${reason}). Fetch the pack again.`;
    throw new ClipSamError('pack-invalid', message, { cause });
  }
}

async function checkWords({ path, file, contextLength, sentences }: PackWords): Promise<void> {
  const tokenizer = openTokenizer(await readFile(path, 'utf8'), file);
  sentenceIds(tokenizer, sentences, contextLength);
}
