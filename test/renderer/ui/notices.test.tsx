// @vitest-environment happy-dom
import { screen, within } from '@testing-library/react';
import { beforeEach, describe, expect, it } from 'vitest';
import { FilmstripItem } from '../../../src-renderer/review/filmstrip-item.tsx';
import { ModelSummary } from '../../../src-renderer/review/model-summary.tsx';
import { PictureQueue } from '../../../src-renderer/review/picture-queue.ts';
import { ResultFacts } from '../../../src-renderer/review/result-facts.tsx';
import { useRowDescription } from '../../../src-renderer/review/row-icons.tsx';
import { useSession } from '../../../src-renderer/state/session.ts';
import type { ReviewImage } from '../../../src-shared/contract/review.ts';
import type { Notice } from '../../../src-shared/notice.ts';
import type { ReviewRow } from '../../../src-shared/review-table.ts';
import { inspectionResult, recipe } from '../../store/results-fixture.ts';
import { renderPart } from '../render.tsx';

const RANGE: Notice = { code: 'sample-range', low: 0, high: 1023, kind: 'integer', source: 'batch' };
const GREY: Notice = { code: 'single-colour', red: 7, green: 7, blue: 7 };

const rowOf = (notices: ReviewRow['notices']): ReviewRow => ({
  ...{
    imageId: 1,
    name: 'part.png',
    page: null,
    status: 'done',
    score: 0.2,
    model: 'accept',
    human: null,
    notices,
  },
  ...{ defectClass: '', severity: null, overturned: false, regions: 0, falsePositives: 0, missedDefects: 0 },
  largestLength: null,
  largestArea: null,
  belowLimit: 0,
  disagreement: null,
});

function imageOf(notices: readonly Notice[], range: ReviewImage['image']['range'] = null): ReviewImage {
  const result = inspectionResult({ verdict: 'accept', score: 0.2, regions: [], notices });
  return {
    image: {
      ...{ id: 1, batchId: 1, path: '/photos/part.png', contentHash: result.contentHash, bytes: 1 },
      ...{ width: 64, height: 48, addedAt: '', sampleKind: 'integer', range, version: null, page: null },
    },
    outcome: { status: 'done', result },
    hasTruth: false,
    file: 'same',
  } as ReviewImage;
}

beforeEach(() => useSession.setState({ language: 'en' }));

describe('in the filmstrip', () => {
  function Item({ row }: { readonly row: ReviewRow }) {
    const describeRow = useRowDescription();
    return (
      <FilmstripItem
        row={row}
        {...{ place: 0, total: 1, tile: 0, selected: false, runId: 1 }}
        other={undefined}
        openBy={undefined}
        pictures={new PictureQueue(1)}
        describe={describeRow}
        onPick={() => {}}
        onOpen={() => {}}
      />
    );
  }

  it('a verdict in doubt has a badge, and its description says why', async () => {
    await renderPart(<Item row={rowOf(['sample-range', 'single-colour'])} />);
    screen.getByTestId('doubt-badge');
    screen.getByRole('option', { name: /model: Accept, In doubt: Single colour/ });
  });

  it('mere information has none', async () => {
    await renderPart(<Item row={rowOf(['sample-range'])} />);
    expect(screen.queryByTestId('doubt-badge')).toBeNull();
    expect(screen.getByRole('option').getAttribute('aria-label')).not.toMatch(/doubt/);
  });
});

describe('beside the model’s verdict', () => {
  const summary = (notices: readonly Notice[], image?: ReviewImage) => (
    <ModelSummary row={rowOf(notices.map(({ code }) => code))} image={image} recipe={recipe} error={null} />
  );

  it.each([
    ['en', 'Accept', 'In doubt: Single colour', /whole image has one colour/],
    ['zh-CN', '合格', '存疑：单一颜色', /整幅图像只有一种颜色/],
  ] as const)(
    'what puts it in doubt is said in the language of the window: %s',
    async (language, verdict, title, text) => {
      useSession.setState({ language });
      await renderPart(summary([RANGE, GREY], imageOf([RANGE, GREY])), { language });
      expect(screen.getByTestId('model-verdict').textContent).toContain(verdict);
      const alert = screen.getByTestId('doubt');
      within(alert).getByText(title);
      expect(
        within(alert)
          .getAllByRole('listitem')
          .map(({ textContent }) => textContent),
      ).toEqual([expect.stringMatching(text)]);
    },
  );

  it('it is said before the result itself has come', async () => {
    await renderPart(summary([GREY]));
    within(screen.getByTestId('doubt')).getByText('In doubt: Single colour');
  });

  it('there is nothing where nothing is in doubt', async () => {
    await renderPart(summary([RANGE], imageOf([RANGE], { low: 0, high: 1023 })));
    expect(screen.queryByTestId('doubt')).toBeNull();
    expect(screen.queryByTestId('other-range')).toBeNull();
  });

  it('other grey values of the batch since then are said', async () => {
    await renderPart(summary([RANGE], imageOf([RANGE], { low: 0, high: 4095 })));
    expect(screen.getByTestId('other-range').textContent).toContain('0 – 1,023');
  });
});

it('the facts tell all notices', async () => {
  const result = inspectionResult({ notices: [RANGE, GREY] });
  await renderPart(<ResultFacts result={result} recipe={recipe} revision={1} />);
  expect(screen.getAllByRole('listitem').map(({ textContent }) => textContent)).toEqual([
    expect.stringContaining('Sample values 0 to 1,023'),
    expect.stringContaining('one colour'),
  ]);
});
