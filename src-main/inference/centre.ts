import { goodLimit, largest } from '../pipeline/calibration.ts';
import { type Centre, joinViews, OPINIONS, type PerOpinion, sharesOf } from '../pipeline/opinion-fusion.ts';
import { languageView, memoryView, type OpinionView } from '../pipeline/opinion-view.ts';
import { distancesTo, limitsAt, type Memory } from './memory.ts';
import { frameOf, onCells } from './token-variant.ts';

/** What is joined. */
interface Joined {
  readonly references: Memory | undefined;
  readonly consensus: Memory | undefined;
  /** Up to where language fires on good parts, as logit. */
  readonly languageLimit: number | undefined;
  readonly weights: PerOpinion<number>;
}

/**
 * Where good images lie in what the opinions say together: of references, where there are several, else of the crowd. Each
 * is compared with the others only.
 * @throws ClipSamError `cancelled`
 */
export async function centreOf(
  joined: Joined,
  {
    inputSize,
    onPicture,
    signal,
  }: {
    /** Side of the encoder's square in pixels. */
    readonly inputSize: number;
    /** Called after each picture. */
    readonly onPicture: () => void;
    readonly signal: AbortSignal | undefined;
  },
): Promise<Centre> {
  const { references, consensus, languageLimit, weights } = joined;
  const good = references && references.files.length > 1 ? references : consensus;
  if (!good || languageLimit === undefined) return { map: 0, peak: 0, image: 0 };
  const highest: number[] = [];
  const peaks: number[] = [];
  const images: number[] = [];
  for (const [i, file] of good.files.entries()) {
    const places = { frame: frameOf(file, inputSize), alignment: file.alignment, cells: file.language };
    const view = async (memory: Memory | undefined): Promise<OpinionView | undefined> => {
      if (!memory) return undefined;
      const picture = good.panel.pictures[i]!;
      const distances = memory === good ? good.own[i] : await distancesTo(memory, picture, signal, true);
      const { limits, variant } = memory;
      return (
        distances &&
        memoryView(
          distances,
          limits,
          (values) => onCells(values, picture.views[0]!, places, variant.scale),
          limitsAt(memory, picture),
        )
      );
    };
    const views: PerOpinion<OpinionView | undefined> = {
      language: languageView(file.language, languageLimit),
      consensus: await view(consensus),
      references: await view(references),
    };
    const there = OPINIONS.filter((opinion) => views[opinion]);
    const joined = joinViews(views as PerOpinion<OpinionView>, sharesOf(weights, there));
    highest.push(largest(joined.cells));
    peaks.push(largest(joined.scored));
    images.push(joined.image);
    onPicture();
  }
  const centre = (values: readonly number[]) => Math.min(0, goodLimit(values, good.who));
  return { map: centre(highest), peak: centre(peaks), image: centre(images) };
}
