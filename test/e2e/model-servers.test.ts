import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadPack } from '../../src-main/inference/pack-loader.ts';
import { deviceReportSchema } from '../../src-shared/device.ts';
import { fakeModels } from '../inference/server/fake-models.ts';
import { startFakeServer } from '../inference/server/fake-server.ts';
import { BatchesPage } from './batches-page.ts';
import { describeInChromium } from './chromium.ts';
import { focusOn } from './focus.ts';
import { readRecords } from './records.ts';
import { makeSite } from './site.ts';

const LITE = fileURLToPath(new URL('../../models/lite/', import.meta.url));
const SAMPLES = fileURLToPath(new URL('../../resources/samples/', import.meta.url));

describeInChromium('inference servers', () => {
  const site = makeSite();
  const servers: Awaited<ReturnType<typeof startFakeServer>>[] = [];
  beforeAll(async () => {
    const models = await fakeModels(await loadPack(LITE));
    servers.push(await startFakeServer({ models }), await startFakeServer({ models, protocol: 'http' }));
  });
  afterAll(async () => {
    for (const server of servers) await server.close();
  });

  /** What the newest run's results say of their device. */
  const stored = () =>
    readRecords<{ device: string }>(
      site.workspace,
      'select device from results where run_id = (select max(id) from runs)',
    ).map(({ device }) => deviceReportSchema.parse(JSON.parse(device)));

  it('are named in the window, inspect, give way to each other, and to this machine where that is wanted', async () => {
    const [first, second] = servers as [(typeof servers)[0], (typeof servers)[0]];
    const window = await site.open();
    const { page, keyboard } = window;
    const states = page.getByRole('region', { name: 'Inference servers' });
    const state = (address: string) => states.getByRole('article', { name: address });
    await keyboard.press('Alt+4');
    await page.getByRole('radio', { name: 'Inference servers' }).check();
    const addresses = page.getByLabel('Addresses');
    await addresses.fill('gpu-box');
    await page.getByText('Addresses look like grpc://gpu-box:8001').waitFor();
    expect(await page.getByRole('button', { name: 'Use these servers' }).isDisabled()).toBe(true);
    await addresses.fill(`${first.address}, ${second.address}`);
    const takesOver = page.getByRole('switch', { name: /^This machine takes over/ });
    await focusOn(takesOver);
    await keyboard.press('Space');
    await page.getByRole('button', { name: 'Use these servers' }).click();

    const batches = new BatchesPage(window);
    const inspect = async (name: string, kind: string) => {
      await keyboard.press('Alt+1');
      await batches.importPaths(name, [join(SAMPLES, kind, 'test')]);
      await batches.inspect();
      await keyboard.press('Alt+4');
    };
    await inspect('Lot 1', 'tablet');
    for (const { address } of servers) await state(address).getByText('Ready').waitFor();
    await state(first.address)
      .getByText(/^fake 2\.51\.0 · 0 under way, \d+ answered$/)
      .waitFor();
    expect(await window.seriousViolations()).toEqual([]);
    expect(servers.every(({ asked }) => asked.length > 0)).toBe(true);

    await second.close();
    const asked = first.asked.length;
    await inspect('Lot 2', 'cable');
    // Nothing was computed twice, and nothing here.
    expect(stored().map(({ running, servers: by }) => [running, by?.map(({ address }) => address)])).toEqual([
      ['server', [first.address]],
      ['server', [first.address]],
    ]);
    await state(second.address).getByText('Away').waitFor();
    await state(first.address).getByText('Ready').waitFor();
    expect(await window.seriousViolations()).toEqual([]);
    expect(first.asked.length).toBeGreaterThan(asked);

    await first.close();
    await inspect('Lot 3', 'fabric');
    for (const { address } of servers) await state(address).getByText('Away').waitFor();
    await states.getByText('This machine computes until one is back').waitFor();
    expect(await window.seriousViolations()).toEqual([]);
    const [device] = stored();
    expect(device).toMatchObject({ running: 'cpu', fallbackReason: expect.stringContaining(first.address) });
    expect(device?.servers).toBeUndefined();
    expect(window.complaints).toEqual([]);
    await window.close();
  });
});
