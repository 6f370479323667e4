import { throwIfCancelled } from '../../src-shared/errors.ts';
import { joinTokens, tokensUnder } from '../pipeline/judged-tokens.ts';
import { pickTokens } from '../pipeline/token-choice.ts';
import type { UnitTokens } from '../pipeline/unit-tokens.ts';
import type { MarkedTokens } from './comparison.ts';
import type { ComparedPicture } from './picture-panel.ts';
import { readTokenFile } from './token-file.ts';
import { type TokenBank, tokenBank } from './token-search.ts';
import { comparedPicture, frameOf, type TokenVariant } from './token-variant.ts';

/** How marks are read. */
export interface MarkReading {
  readonly packHash: string;
  /** Side of the encoder's square in pixels. */
  readonly inputSize: number;
  readonly variant: TokenVariant;
  /** True: tokens of pictures that were not aligned do not count. */
  readonly isAligned: boolean;
  readonly signal: AbortSignal | undefined;
}

/** Tokens of marks, ready to be searched. */
export interface JudgedMarks {
  /** Undefined: there are none. */
  readonly bank: TokenBank | undefined;
  /** Marks that could be read. */
  readonly used: number;
}

/** Chooses tokens of a mark. @param places of those under it @returns some of them */
type Choose = (picture: ComparedPicture, places: readonly number[]) => Promise<readonly number[]>;

/** Tokens under marks. @throws ClipSamError `cancelled` */
export async function judgedMarks(
  marks: readonly MarkedTokens[],
  { packHash, inputSize, variant, isAligned, signal }: MarkReading,
  choose: Choose = async (_, places) => places,
): Promise<JudgedMarks> {
  const parts: UnitTokens[] = [];
  for (const { key, path, polygons } of marks) {
    throwIfCancelled(signal);
    const file = await readTokenFile(path, packHash);
    if (file?.key !== key || (isAligned && file.alignment === null)) continue;
    const picture = comparedPicture(file, variant);
    const [tokens] = picture.views;
    const place = { frame: frameOf(file, inputSize), alignment: file.alignment, scale: variant.scale };
    parts.push(pickTokens(tokens!, await choose(picture, tokensUnder(tokens!, polygons, place))));
  }
  const tokens = joinTokens(parts);
  return { bank: tokens && tokenBank([tokens]), used: parts.length };
}
