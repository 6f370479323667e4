import { createRouterClient } from '@orpc/server';
import { expect, it, onTestFinished } from 'vitest';
import { createRouter } from '../../src-main/api/router.ts';
import { fakeWorkstation, importedBatch, inspected } from './workstation-fixture.ts';

it('every window hears of a verdict before whoever gave it has the answer, and reads it then, whatever else goes on', async () => {
  const fixture = await fakeWorkstation();
  const { batchId, imageIds } = await importedBatch(fixture, 3);
  const { run } = await inspected(fixture, batchId);
  const windowOf = () =>
    createRouterClient(createRouter(fixture.workstation), { context: { connection: { token: null } } });
  const [ada, bo] = [windowOf(), windowOf()];
  const abort = new AbortController();
  onTestFinished(() => abort.abort());
  const events = await bo.app.events(undefined, { signal: abort.signal });
  const heard: number[] = [];
  const seen: string[] = [];
  const follow = async () => {
    for await (const event of events) {
      if (event.kind !== 'reviewed') continue;
      heard.push(event.imageId);
      const { verdicts } = await bo.review.remarks({ runId: run.id, imageId: event.imageId });
      const [row] = (await bo.review.rows({ runId: run.id, imageIds: [event.imageId] })).imageId;
      seen.push(`${row} ${verdicts.at(-1)?.inspector} ${verdicts.at(-1)?.verdict}`);
      if (heard.length === imageIds.length) return;
    }
  };
  const following = follow();
  for (const imageId of imageIds) {
    const at = { runId: run.id, imageId };
    await ada.review.judge({ ...at, inspector: 'Ada', verdict: 'uncertain', seenVerdictId: null });
    const figures = await bo.stats.dashboard({});
    // With her answer the totals of everybody's dashboard hold it already.
    expect(JSON.stringify(figures)).toContain('"uncertain"');
  }
  await following;
  // In the order in which they were given, and nothing waits for another window.
  expect(heard).toEqual(imageIds);
  expect(seen).toEqual(imageIds.map((id) => `${id} Ada uncertain`));
});
