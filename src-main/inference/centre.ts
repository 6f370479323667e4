import { type GoodImages, goodLimit, largest } from '../pipeline/calibration.ts';
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

interface StandingOptions {
  /** Side of the encoder's square in pixels. */
  readonly inputSize: number;
  /** Called after each picture. */
  readonly onPicture: () => void;
  readonly signal: AbortSignal | undefined;
}

/**
 * Where good images lie in what the opinions say together: of references, where there are several, else of the crowd. Each
 * is compared with the others only.
 * @throws ClipSamError `cancelled`
 */
export async function centreOf(joined: Joined, options: StandingOptions): Promise<Centre> {
  const good = goodOf(joined);
  return good ? centreFrom(await standingsOf(joined, options), good.who) : { map: 0, peak: 0, image: 0 };
}

/** Of where good images stand. */
export function centreFrom(standings: readonly Centre[], who: GoodImages): Centre {
  const centre = (of: keyof Centre) =>
    Math.min(
      0,
      goodLimit(
        standings.map((standing) => standing[of]),
        who,
      ),
    );
  return { map: centre('map'), peak: centre('peak'), image: centre('image') };
}

/** The memory whose images tell; undefined: nothing does. */
function goodOf({ references, consensus, languageLimit }: Joined): Memory | undefined {
  if (languageLimit === undefined) return undefined;
  return references && references.files.length > 1 ? references : consensus;
}

/** Where each of the good images stands. @throws ClipSamError `cancelled` */
export async function standingsOf(
  joined: Joined,
  { inputSize, onPicture, signal }: StandingOptions,
): Promise<Centre[]> {
  const { references, consensus, languageLimit, weights } = joined;
  const good = goodOf(joined);
  const standings: Centre[] = [];
  for (const [i, file] of good?.files.entries() ?? []) {
    const places = { frame: frameOf(file, inputSize), alignment: file.alignment, cells: file.language };
    const view = async (memory: Memory | undefined): Promise<OpinionView | undefined> => {
      if (!memory) return undefined;
      const picture = good!.panel.pictures[i]!;
      const distances = memory === good ? good!.own[i] : await distancesTo(memory, picture, signal, true);
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
      language: languageView(file.language, languageLimit!),
      consensus: await view(consensus),
      references: await view(references),
    };
    const there = OPINIONS.filter((opinion) => views[opinion]);
    const said = joinViews(views as PerOpinion<OpinionView>, sharesOf(weights, there));
    standings.push({ map: largest(said.cells), peak: largest(said.scored), image: said.image });
    onPicture();
  }
  return standings;
}
