import { expect, test, vi } from 'vitest';
import { fetchReviewTable } from '../../../src-renderer/api/review-table.ts';
import { toReviewColumns } from '../../../src-shared/review-table.ts';

const rows = Array.from({ length: 7 }, (_, i) => ({
  imageId: 11 + i,
  name: `${i}.png`,
  page: null,
  status: 'done' as const,
  score: i / 10,
  model: 'warn' as const,
  human: null,
  defectClass: '',
  severity: null,
  overturned: false,
  regions: i,
  notices: [],
  falsePositives: 0,
  missedDefects: 0,
  largestLength: null,
  largestArea: null,
  belowLimit: 0,
  disagreement: null,
}));

/** Pages of three rows of the newest run, which is another one from the second page on. */
function table(inputs: unknown[]) {
  return vi.fn(async (input: { runId?: number | null; after?: number | null }) => {
    inputs.push(input);
    const page = rows.filter(({ imageId }) => imageId > (input.after ?? 0)).slice(0, 3);
    const next = page.length === 3 ? page.at(-1)!.imageId : null;
    return { batch: {}, run: { run: { id: input.runId ?? 5 } }, columns: toReviewColumns(page), next };
  });
}

test('all pages of one run are put together', async () => {
  const inputs: unknown[] = [];
  const client = { review: { table: table(inputs) } } as unknown as Parameters<typeof fetchReviewTable>[0];
  const whole = await fetchReviewTable(client, { batchId: 2, runId: null });
  expect(whole.columns).toEqual(toReviewColumns(rows));
  expect(whole).not.toHaveProperty('next');
  expect(inputs).toEqual([
    { batchId: 2, runId: null },
    { batchId: 2, runId: 5, after: 13 },
    { batchId: 2, runId: 5, after: 16 },
  ]);
});

test('names tell which picture of its file an image is, in the language of the window', async () => {
  const columns = () =>
    toReviewColumns([rows[0]!, { ...rows[1]!, name: 'a/stack.tif', page: { number: 2, count: 3 } }]);
  const client = {
    review: { table: async () => ({ batch: {}, run: null, columns: columns(), next: null }) },
  } as unknown as Parameters<typeof fetchReviewTable>[0];
  const named = async (language: 'en' | 'zh-CN') =>
    (await fetchReviewTable(client, { batchId: 2, runId: null, language })).columns.name;
  expect(await named('en')).toEqual(['0.png', 'a/stack.tif · page 2 of 3']);
  expect(await named('zh-CN')).toEqual(['0.png', 'a/stack.tif · 第 2 / 3 页']);
});
