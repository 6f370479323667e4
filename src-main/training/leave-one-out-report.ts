import type { LeaveOneOut } from './leave-one-out.ts';
import { FIGURE_COLUMNS, figureCells, type ResultTable } from './result-table.ts';

/** The targets and their mean; what was chosen for each, and by what. */
export function leaveOneOutTables({ targets, mean }: LeaveOneOut): readonly [ResultTable, ResultTable] {
  const headings = ['target', 'head', 'steps', 'θ', ...FIGURE_COLUMNS, 'good above θ', 'defective above θ'];
  const rows = targets.map(({ target, chosen, mean: figures, aboveTheta }) => [
    target,
    chosen.candidate,
    chosen.steps,
    Number(chosen.theta.toFixed(3)),
    ...figureCells(figures),
    { share: aboveTheta.good },
    { share: aboveTheta.defective },
  ]);
  const last = ['mean', '', '', '', ...figureCells(mean), '', ''];
  return [
    { title: 'Targets', headings, rows: targets.length > 1 ? [...rows, last] : rows },
    {
      title: 'What was chosen by: products left out inside the training data',
      headings: ['target', 'head', 'steps', ...FIGURE_COLUMNS, 'chosen'],
      rows: targets.flatMap(({ target, inner, chosen }) =>
        inner.map(({ candidate, steps, figures }) => [
          target,
          candidate,
          steps,
          ...figureCells(figures),
          candidate === chosen.candidate && steps === chosen.steps ? 'yes' : '',
        ]),
      ),
    },
  ];
}

/** What was measured, how, and what it does not say. */
export function leaveOneOutParagraphs(result: LeaveOneOut, command: string): string[] {
  const { pack, by, protocol, inner, lengths, targets, leftOut } = result;
  const unchosen = targets.filter(({ chosen }) => chosen.by === 'nothing').map(({ target }) => target);
  const unit = by === 'dataset' ? 'data set' : 'category';
  return [
    `# Leave one ${unit} out`,
    `\`\`\`\n${command}\n\`\`\``,
    `Towers of ${pack}, frozen. Each ${unit} is measured once, by a head that learned from all others; nothing of it took part in ` +
      'a choice. Coarse maps, at map resolution, means over products, in percent.',
    `Focal and Dice, Adam at ${protocol.learningRate}, ${protocol.batch} pictures a step, seed ${protocol.seed}. Length (${lengths.join(', ')} steps), head and θ were chosen ` +
      `on the other products, put into ${inner} parts of whole products that were left out in turn: the highest mean AP; θ where Youden's J is largest.`,
    ...(unchosen.length > 0
      ? [
          `Nothing could be chosen for ${unchosen.join(', ')}: one product alone is left to learn from. The full length and the recipe's θ were taken.`,
        ]
      : []),
    ...(leftOut.length > 0 ? [`Pictures that could not be read: ${leftOut.join(', ')}.`] : []),
  ];
}
