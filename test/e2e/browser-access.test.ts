import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { describeInChromium } from './chromium.ts';
import { makeSite } from './site.ts';

describeInChromium('a browser', () => {
  const site = makeSite();

  it('that was let in comes back by reload and in a second tab, and tells no other server of it', async () => {
    const heard: IncomingHttpHeaders[] = [];
    const other = createServer(({ headers }, response) => {
      heard.push(headers);
      response.end('<!doctype html><title>Another server</title>');
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void other.close());

    const window = await site.open();
    const { page } = window;
    const pictures = page.locator('img[src*="/media/thumbnail/"]');
    await pictures.first().waitFor();
    expect(page.url()).not.toContain('open=');
    const context = page.context();
    const token = await page.evaluate(() => localStorage.getItem('clipsam-access'));
    expect(token).toMatch(/^[\w-]{43}$/);
    expect(await context.cookies()).toEqual([]);

    await page.reload();
    await pictures.first().waitFor();
    await expect
      .poll(() => pictures.first().evaluate((image) => (image as HTMLImageElement).naturalWidth))
      .toBeGreaterThan(0);
    const second = await context.newPage();
    await second.goto(new URL('/', page.url()).href);
    await second.getByTestId('batch-list').waitFor();
    await second.goto(`http://127.0.0.1:${(other.address() as AddressInfo).port}/`);
    expect(await second.title()).toBe('Another server');
    expect(await second.evaluate(() => localStorage.getItem('clipsam-access'))).toBeNull();
    expect(heard.length).toBeGreaterThan(0);
    expect(JSON.stringify(heard)).not.toContain(token!);
    for (const headers of heard) expect(headers).not.toHaveProperty('cookie');
    await window.close();
  });

  it('that comes with a used address, or with none, is told what to do, and let in with another tab', async () => {
    const window = await site.open();
    const { page } = window;
    const address = await site.address();
    const stranger = await site.browser.newContext();
    onTestFinished(() => stranger.close());
    const tab = await stranger.newPage();
    await tab.goto(new URL('/', page.url()).href);
    const told = tab.getByRole('alert').getByText('does not know this browser');
    await told.waitFor();
    const next = await stranger.newPage();
    await next.goto(address);
    await next.getByTestId('batch-list').waitFor();
    await tab.getByTestId('batch-list').waitFor();

    const late = await site.browser.newContext();
    onTestFinished(() => late.close());
    const used = await late.newPage();
    await used.goto(address);
    await used.getByRole('alert').getByText('does not know this browser').waitFor();
    await window.close();
  });
});
