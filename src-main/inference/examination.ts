import { readFile } from 'node:fs/promises';
import { ClipSamError, failure } from '../../src-shared/errors.ts';
import { readModel } from '../graph/model.ts';
import { compareDecoders } from '../graph/same-decoder.ts';
import { openAndRefuseWithoutBoxes } from './box-check.ts';
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

/** Two decoders of SAM that are said to be the same. */
export interface PackDecoders {
  /** How recipes name the pack. */
  readonly pack: string;
  /** Absolute path of the decoder that belongs to the encoder, in Hugging Face's dialect. */
  readonly own: string;
  /** The one that is to take its place, in Meta's. */
  readonly decoder: string;
}

/** What is examined: files of a pack that may be anything, also made to do harm. */
export type Examination =
  | ({ readonly kind: 'contents' } & PackContents)
  | ({ readonly kind: 'words' } & PackWords)
  | ({ readonly kind: 'same-decoder' } & PackDecoders);

/** How people know the pack that is examined. */
export function packNameOf({ pack }: Examination): string {
  return typeof pack === 'string' ? pack : pack.id;
}

/** Examines, in the thread that calls: it may take forever, and any memory. @throws ClipSamError what is wrong */
export async function examine(examination: Examination): Promise<void> {
  try {
    if (examination.kind === 'contents') await checkWhole(examination);
    else if (examination.kind === 'words') await checkWords(examination);
    else await checkDecoders(examination);
  } catch (cause) {
    if (cause instanceof ClipSamError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `The files of the model pack ${packNameOf(examination)} cannot be examined (${reason}). Fetch the pack again.`;
    throw new ClipSamError('pack-invalid', message, { cause });
  }
}

/** An engine asks about boxes itself when it opens a pack. */
async function checkWhole(contents: PackContents): Promise<void> {
  await checkContents(contents);
  await openAndRefuseWithoutBoxes(contents.pack, (key) => contents.paths.get(key)!);
}

async function checkWords({ path, file, contextLength, sentences }: PackWords): Promise<void> {
  const tokenizer = openTokenizer(await readFile(path, 'utf8'), file);
  sentenceIds(tokenizer, sentences, contextLength);
}

/** @throws ClipSamError `pack-invalid` with the case `decoder-differs` */
async function checkDecoders({ pack, own, decoder }: PackDecoders): Promise<void> {
  const read = async (path: string) => readModel(await readFile(path), path);
  const { compared, different, missing } = compareDecoders(await read(own), await read(decoder));
  if (different.length === 0 && missing.length === 0) return;
  const most = different.toSorted((a, b) => b.by - a.by)[0];
  const reason = most
    ? `${different.length} of ${compared.length} tensors that both hold differ, most of all ${most.name} (by ${most.by.toPrecision(3)}).`
    : `they can't be compared, since ${missing.join(', ')} are not found in both.`;
  throw failure('decoder-differs', { pack }, reason);
}
