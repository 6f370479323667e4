import type { Pack } from '../../src-shared/pack.ts';
import type { TrainingLog } from './training-log.ts';

/** The pack's card (Markdown): what it is made of, what it learned from, its figures and its limits. */
export function packCard(pack: Pack, log: TrainingLog): string {
  const { plan, pictures, figures, seconds } = log;
  const percent = (value: number | null) => (value === null ? '–' : (value * 100).toFixed(1));
  const words = new Set(
    plan.categories.flatMap(({ names, defects }) => [...names, ...Object.values(defects).flat()]),
  );
  return `# ${pack.title} ${pack.version}

Written by the training run itself. Made with:

\`\`\`
${log.command}
\`\`\`

## Files

${fileTable(pack)}

## What it learned from

${pictures.trained} pictures (${pictures.heldOut} more were held out): ${plan.categories
    .map(({ folder }) => `\`${folder}\``)
    .join(
      ', ',
    )} and ${plan.synthetic.count} generated ones. The vision tower and SAM are frozen; only ${log.textLoss.length > 0 ? 'the text tower and\nthe UMCI head' : 'the UMCI head'} (d = ${plan.head.hiddenDim}) ${log.textLoss.length > 0 ? 'were' : 'was'} trained, in ${Math.round((seconds.text + seconds.head) / 60)} minutes after
${Math.round(seconds.features / 60)} minutes of feature extraction.

## Figures on the held-out pictures (coarse map, at map resolution)

| group | pictures | pixel AUROC | pixel AP | pixel F1-max | image AUROC |
|---|---|---|---|---|---|
${Object.entries(figures)
  .map(
    ([group, f]) =>
      `| ${group} | ${f.pictures} | ${percent(f.pixelAuroc)} | ${percent(f.pixelAp)} | ${percent(f.pixelF1Max)} | ${percent(f.imageAuroc)} |`,
  )
  .join('\n')}

These come from the same sources as the training pictures: figures on unseen products are in the README.

## Notes

${plan.pack.notes.join('\n\n')}

## How far its language reaches

The text tower was trained from scratch on captions of the pictures above: object names, about forty ways to say
"normal" or "abnormal", and defect names, in the 35 photo templates. It knows words such
as ${[...words].slice(0, 24).join(', ')}. Any other Latin word is spelled out in pieces it has no meaning for; other
scripts become one unknown token. Do not expect the understanding of a web-scale CLIP.
`;
}

/** The files of a pack with their licences, as a table in Markdown. */
export function fileTable({ files }: Pack): string {
  const rows = Object.entries(files).map(
    ([key, file]) => `| ${key} | \`${file.source}\` | ${file.licence} | ${file.provenance} |`,
  );
  return ['| file | source | licence | where it comes from |', '|---|---|---|---|', ...rows].join('\n');
}
