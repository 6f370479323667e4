import type { Pack } from '../../src-shared/pack.ts';
import type { HeadSettings } from './head-settings.ts';
import type { HeadFigures } from './head-validation.ts';
import { fileTable } from './pack-card.ts';

/** Which pictures a head learned from or was measured on. */
export interface DatasetNote {
  readonly name: string;
  readonly categories: readonly string[];
  readonly pictures: number;
  readonly defective: number;
}

/** What training a head leaves behind beside it: `training-log.json`. */
export interface HeadLog {
  readonly command: string;
  readonly parent: { readonly pack: string; readonly packHash: string };
  readonly settings: HeadSettings;
  readonly trainedOn: DatasetNote;
  readonly measuredOn?: DatasetNote;
  /** Pictures that could not be read. */
  readonly leftOut: readonly string[];
  readonly steps: number;
  readonly loss: readonly { readonly step: number; readonly loss: number }[];
  /** By category of the other data. */
  readonly figures: Readonly<Record<string, HeadFigures>>;
  readonly seconds: { readonly features: number; readonly head: number };
}

/** The card of a pack whose head was trained on another pack's towers (Markdown). */
export function headCard(pack: Pack, log: HeadLog): string {
  const { settings, trainedOn, leftOut } = log;
  const minutes = (seconds: number) => Math.round(seconds / 60);
  return `# ${pack.title} ${pack.version}

Written by the training run itself. Made with:

\`\`\`
${log.command}
\`\`\`

## What it stands on

The towers and SAM are those of \`${log.parent.pack}\` (SHA-256 of its description ${log.parent.packHash}), unchanged; only
the UMCI head was trained.

${fileTable(pack)}

## What it learned from

${noteText(trainedOn)}, as they are${settings.mosaics ? ', and mosaics of four of them, one picture in five' : ''}: \
${settings.epochs} epochs in ${log.steps} steps of ${settings.batch} pictures, ${minutes(log.seconds.head)} minutes after ${minutes(log.seconds.features)} minutes of feature extraction.
${leftOut.length > 0 ? `${leftOut.length} pictures could not be read and were left out: ${leftOut.join(', ')}.\n` : ''}
By the protocol of arXiv 2401.12665, which follows APRIL-GAN: text tower frozen, focal (γ = 2) plus Dice per stage, summed;
Adam, learning rate ${settings.learningRate}, the last weights kept; both paths, d = ${settings.hiddenDim}, seed ${settings.seed}. Ours: masks at
the map's resolution, gradients clipped to norm 1, features stored in half precision.

Don't judge it on ${trainedOn.name}: it knows those products.

## Figures (coarse map, at map resolution)

${figuresText(log)}
Of refined maps: \`clipsam evaluate\`. θ and the limits of warn and reject are those of \`${log.parent.pack}\`'s recipe, not chosen for
this head: see What-if.
`;
}

function noteText({ name, categories, pictures, defective }: DatasetNote): string {
  return `${name}: ${pictures} pictures, ${defective} of them defective, of ${categories.length} categories (${categories.join(', ')})`;
}

function figuresText({ measuredOn, figures }: HeadLog): string {
  if (!measuredOn) return 'Not measured: no other data was named.\n';
  const percent = (value: number | null) => (value === null ? '–' : (value * 100).toFixed(1));
  const columns = (f: HeadFigures) => [f.pixelAuroc, f.pixelAp, f.pixelF1Max, f.imageAuroc];
  const all = Object.values(figures).map(columns);
  const means = [0, 1, 2, 3].map((i) => {
    const values = all.flatMap((row) => row[i] ?? []);
    return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
  });
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return `On ${noteText(measuredOn)}. Nothing of them was used for training.

| category | pictures | pixel AUROC | pixel AP | pixel F1-max | image AUROC |
|---|---|---|---|---|---|
${Object.entries(figures)
  .map(([category, f]) => row([category, String(f.pictures), ...columns(f).map(percent)]))
  .join('\n')}
${row(['mean of the categories', String(measuredOn.pictures), ...means.map(percent)])}
`;
}
