import i18next from 'i18next';
import type { RefObject } from 'react';
import type { Region } from '../../src-shared/result.ts';
import { nearestUnreviewed, nextInQueue } from '../../src-shared/review-queue.ts';
import type { ReviewRow } from '../../src-shared/review-table.ts';
import type { HumanVerdict } from '../../src-shared/verdict.ts';
import type { AnyAction, UserAction } from '../keys/action.ts';
import type { OpenElsewhere } from '../state/presence.ts';
import { VERDICT_KEYS } from '../ui/verdict-keys.ts';
import { nextRegion } from '../viewer/tool-actions.ts';
import { VIEWER_ACTIONS } from '../viewer/viewer-actions.ts';
import { goTo } from './go-to.ts';
import { useReviewSettings } from './review-settings.ts';
import { showStatus } from './status-line.ts';
import type { OtherRun } from './use-other-run.ts';
import type { Sam } from './use-sam.ts';
import type { useVerdicts } from './use-verdicts.ts';

type Verdicts = ReturnType<typeof useVerdicts>;

/** What the actions of the review work on. */
export interface ReviewContext {
  readonly queue: readonly ReviewRow[];
  readonly current: ReviewRow | null;
  /** Who has which image open elsewhere. */
  readonly elsewhere: OpenElsewhere;
  /** Goes to an image. */
  select(imageId: number): void;
  /** Null: nothing was inspected yet. */
  readonly runId: number | null;
  startRun(): void;
  /** The run that it is compared with. */
  readonly other: Pick<OtherRun, 'choices' | 'on'>;
  readonly verdicts: Verdicts;
  /** Why no verdict may be given; null: one may. */
  readonly settled: string | null;
  /** Defect classes in the order of the digits. */
  readonly classes: readonly string[];
  rememberClass(name: string): void;
  readonly sam: Sam;
  readonly regions: readonly Region[];
  readonly selectedRegion: number | null;
  selectRegion(index: number | null): void;
  toggleFalsePositive(region: number): void;
  /** Makes the image a reference of its product, or takes that back. */
  toggleReference(): void;
  /** Opens the dialog of the nonconformance report of the image. */
  report(): void;
  readonly searchField: RefObject<HTMLInputElement | null>;
  readonly commentField: RefObject<HTMLTextAreaElement | null>;
}

type ReviewAction = UserAction<ReviewContext>;

const canJudge = ({ runId, current }: ReviewContext) =>
  runId !== null && current !== null && current.status !== 'pending';

const next: ReviewAction = {
  id: 'review.next',
  scope: 'review',
  keys: ['D', 'ArrowRight'],
  run: ({ queue, current, elsewhere, select }) => {
    const target = nextInQueue(queue, current ? queue.indexOf(current) : -1, elsewhere);
    if (target) goTo(target, elsewhere, select);
  },
};

const previous: ReviewAction = {
  id: 'review.previous',
  scope: 'review',
  keys: ['A', 'ArrowLeft'],
  run: ({ queue, current, select }) => {
    const target = current && queue[queue.indexOf(current) - 1];
    if (target) select(target.imageId);
  },
};

const nextUnreviewed: ReviewAction = {
  id: 'review.next-unreviewed',
  scope: 'review',
  keys: ['Shift+D'],
  run: (context) => stepUnreviewed(context, 1),
};

const previousUnreviewed: ReviewAction = {
  id: 'review.previous-unreviewed',
  scope: 'review',
  keys: ['Shift+A'],
  run: (context) => stepUnreviewed(context, -1),
};

function stepUnreviewed({ queue, current, elsewhere, select }: ReviewContext, by: 1 | -1): void {
  const target = nearestUnreviewed(queue, current ? queue.indexOf(current) : -1, by, elsewhere);
  if (target) goTo(target, elsewhere, select);
  else showStatus(i18next.t('review:said.all-reviewed'));
}

/** Gives a verdict with what the form holds. */
export const GIVE_VERDICT = {
  accept: judge('accept'),
  reject: judge('reject'),
  uncertain: judge('uncertain'),
} as const;

function judge(verdict: HumanVerdict): ReviewAction {
  return {
    ...VERDICT_KEYS[verdict],
    isEnabled: canJudge,
    run: unlessSettled(({ verdicts }) => verdicts.decide(verdict)),
  };
}

/** Says why, where no verdict may be given. */
function unlessSettled(run: (context: ReviewContext) => void): (context: ReviewContext) => void {
  return (context) => (context.settled === null ? run(context) : showStatus(context.settled));
}

export const submit: ReviewAction = {
  id: 'review.submit',
  scope: 'review',
  keys: ['Ctrl+Enter'],
  isEnabled: canJudge,
  run: unlessSettled(({ verdicts }) => verdicts.submit()),
};

export const undo: ReviewAction = {
  ...VERDICT_KEYS.undo,
  run: ({ verdicts }) => void verdicts.undo(),
};

export const redo: ReviewAction = {
  id: 'review.redo',
  scope: 'review',
  keys: ['Ctrl+Shift+Z', 'Ctrl+Y'],
  run: ({ verdicts }) => void verdicts.redo(),
};

/** Where nothing was inspected yet the same key starts the run. */
export const comment: ReviewAction = {
  id: 'review.comment',
  scope: 'review',
  keys: ['Enter'],
  run: ({ runId, startRun, commentField }) => (runId === null ? startRun() : commentField.current?.focus()),
};

const search: ReviewAction = {
  id: 'review.search',
  scope: 'review',
  keys: ['/'],
  run: ({ searchField }) => searchField.current?.select(),
};

const grid: ReviewAction = {
  id: 'review.grid',
  scope: 'review',
  keys: ['W'],
  run: () => {
    const { view, set } = useReviewSettings.getState();
    set({ view: view === 'grid' ? 'strip' : 'grid' });
  },
};

/** Shows what another run says beside the one under review, or no longer. */
export const compareRuns: ReviewAction = {
  id: 'review.compare',
  scope: 'review',
  keys: ['Shift+S'],
  isEnabled: ({ other }) => other.choices.length > 0,
  run: ({ other }) => other.on.toggle(),
};

/** Its key says as well why an image cannot become a reference. */
export const markReference: ReviewAction = {
  id: 'review.reference',
  scope: 'review',
  keys: ['Y'],
  isEnabled: canJudge,
  run: ({ toggleReference }) => toggleReference(),
};

/** True for what an inspector rejects, and for what the model rejects where no inspector judged. */
export function isNonconforming({ human, model }: Pick<ReviewRow, 'human' | 'model'>): boolean {
  return human === 'reject' || (human === null && model === 'reject');
}

export const nonconformanceReport: ReviewAction = {
  id: 'review.report',
  scope: 'review',
  keys: ['Shift+N'],
  isEnabled: canJudge,
  run: ({ current, report }) => {
    if (current && isNonconforming(current)) report();
    else showStatus(i18next.t('review:said.not-rejected'));
  },
};

/** Marks the selected region, or the only one, as false positive. */
const falsePositive: ReviewAction = {
  id: 'review.false-positive',
  scope: 'review',
  keys: ['X'],
  isEnabled: canJudge,
  run: ({ regions, selectedRegion, toggleFalsePositive }) => {
    const index = selectedRegion ?? (regions.length === 1 ? regions[0]!.index : null);
    if (index === null) showStatus(i18next.t('review:said.select-region'));
    else toggleFalsePositive(index);
  },
};

/** Chooses a defect class; while SAM's answer is on show, the first three choose among its levels. */
const CLASSES = ([1, 2, 3, 4, 5, 6, 7, 8, 9] as const).map(
  (digit): ReviewAction => ({
    id: `review.class-${digit}`,
    scope: 'review',
    keys: [String(digit)],
    isEnabled: canJudge,
    run: (context) => {
      const { sam } = context;
      if (digit <= 3 && sam.asked?.levels.length) sam.choose(digit as 1 | 2 | 3);
      else giveClass(context, context.classes[digit - 1]);
    },
  }),
);

function giveClass({ settled, rememberClass, verdicts }: ReviewContext, name: string | undefined): void {
  if (name === undefined) return;
  if (settled !== null) {
    showStatus(settled);
    return;
  }
  rememberClass(name);
  verdicts.amend({ defectClass: name });
  showStatus(i18next.t('review:said.class', { name }));
}

/** Also where the image itself is not on show. */
const nextRegionInGrid: ReviewAction = {
  id: nextRegion.id,
  scope: nextRegion.scope,
  keys: nextRegion.keys,
  isEnabled: canJudge,
  run: ({ regions, selectedRegion, selectRegion }) =>
    nextRegion.run({ stage: null, regions, selectedRegion, onSelectRegion: selectRegion }),
};

const REVIEW_ACTIONS: readonly ReviewAction[] = [
  next,
  previous,
  nextUnreviewed,
  previousUnreviewed,
  ...Object.values(GIVE_VERDICT),
  submit,
  undo,
  redo,
  comment,
  search,
  grid,
  compareRuns,
  falsePositive,
  markReference,
  nonconformanceReport,
  ...CLASSES,
];

/** Those that answer keys here. The viewer, where it is on show, answers its own. */
export const REVIEW_KEYS: readonly ReviewAction[] = [...REVIEW_ACTIONS, nextRegionInGrid];

/** Everything that can be done on the screen. */
export const REVIEW_SCREEN_ACTIONS: readonly AnyAction[] = [...REVIEW_ACTIONS, ...VIEWER_ACTIONS];
