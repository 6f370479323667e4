import { access, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { openWorkspace } from '../../src-main/store/open-workspace.ts';
import { listRuns } from '../../src-main/store/runs.ts';
import type { BatchSummaryRow } from '../../src-shared/contract/batches.ts';
import type { RunProgress } from '../../src-shared/contract/runs.ts';
import { describeInChromium, launchChromium } from '../e2e/chromium.ts';
import { addTinyBatch } from '../tiny-batch.ts';
import { until } from '../until.ts';
import { dataFolder, removeFolder, runEntry, type StartedDesktop, startDesktop } from './desktop.ts';
import { app, double, powerMonitor } from './electron-double.ts';

vi.mock('electron', () => import('./electron-double.ts'));

describeInChromium('the desktop program', () => {
  let folder: string;
  let desktop: StartedDesktop | undefined;

  const start = async (options: Partial<typeof double> = {}, args: readonly string[] = []) => {
    desktop = await startDesktop({ folder, ...options }, args);
    return desktop;
  };
  const stop = async () => {
    await desktop?.stop();
    desktop = undefined;
  };
  const logText = () => readFile(join(folder, 'userData', 'logs', 'workstation.log'), 'utf8');
  const workspaceFolder = () => join(folder, 'documents', 'ClipSAM Workstation');

  beforeAll(async () => {
    double.browser = await launchChromium();
  });
  afterAll(() => double.browser?.close());
  beforeEach(async () => {
    folder = await dataFolder();
  });
  afterEach(async () => {
    await stop();
    await removeFolder(folder);
  });

  it('says in a dialog, and loads nothing, when a package has other files than it was made with', async () => {
    app.isPackaged = true;
    onTestFinished(() => {
      app.isPackaged = false;
    });
    // What lies here is the project, and no package.
    await runEntry({ folder });
    await until(() => double.exitCodes.length > 0);
    expect(double.exitCodes).toEqual([1]);
    expect(double.errorBoxes).toEqual([
      [
        'ClipSAM Workstation could not start',
        expect.stringMatching(/not those that it was installed with|unpacked\.json/),
      ],
    ]);
    expect(double.windows).toEqual([]);
    await expect(access(workspaceFolder())).rejects.toThrow();
  });

  it('answers over a port, with typed errors and streams, and a new port replaces the old', async () => {
    const { run, call } = await start();
    expect(await call('app.info')).toMatchObject({ shell: 'electron', workspaceFolder: workspaceFolder() });
    const refused = await run(
      'client.batches.get({ id: 4711 }).catch(({ code, data }) => [code, data.code])',
    );
    expect(refused).toEqual(['CLIPSAM', 'not-found']);
    const first = await run(`(async () => {
      for await (const event of await client.app.events()) return event.kind;
    })()`);
    expect(first).toBe('device');
    const afterReplacement = await run(`(async () => {
      const old = client;
      globalThis.client = await connectClient();
      const { length } = await client.batches.list({});
      const late = old.batches.list({}).then(() => 'answered', () => 'refused');
      // Asked later, and answered.
      await client.batches.list({});
      return [length, await Promise.race([late, Promise.resolve('silent')])];
    })()`);
    expect(afterReplacement).toEqual([1, expect.stringMatching(/refused|silent/)]);
  });

  it('shows pictures through its scheme, and the page can read their pixels', async () => {
    const { page, call } = await start();
    const [summary] = (await call('batches.list', {})) as BatchSummaryRow[];
    const size = await page.evaluate(`new Promise((resolve, reject) => {
      const image = new Image();
      image.onload = () => {
        const canvas = document.createElement('canvas');
        const context = canvas.getContext('2d');
        context.drawImage(image, 0, 0);
        resolve([image.naturalWidth > 100, context.getImageData(0, 0, 1, 1).data[3]]);
      };
      image.onerror = () => reject(new Error('not shown'));
      image.src = '/media/thumbnail/${summary!.cover[0]}';
    })`);
    expect(size).toEqual([true, 255]);
  });

  describe('started a second time', () => {
    it('hands over its folders and ends', async () => {
      const images = join(folder, 'lot 7');
      await mkdir(images);
      await runEntry({ folder, isFirstInstance: false }, [images, join(folder, 'missing')]);
      expect(double.handedOver).toEqual({ paths: [images] });
      expect(double.exitCodes).toEqual([0]);
      expect(double.windows).toEqual([]);
    });

    it('the first one comes to the front and shows the page what it got', async () => {
      const images = join(folder, 'lot 7');
      await mkdir(images);
      const { window, run } = await start({ minimised: true });
      await run('globalThis.given = []; clipsam.onPathsGiven((paths) => void given.push(paths))');
      window.calls.length = 0;
      app.emit('second-instance', {}, ['--evil'], '/', { paths: [images, 'relative', 7] });
      await until(() => window.page!.evaluate('given.length > 0'));
      expect(await window.page!.evaluate('given')).toEqual([[images]]);
      expect(window.calls).toEqual(['restore', 'show', 'focus']);
      for (const data of [undefined, null, 'text', { paths: 'text' }]) {
        app.emit('second-instance', {}, [], '/', data);
      }
      app.emit('second-instance', {}, [], '/', { paths: [folder] });
      await until(() => window.page!.evaluate('given.length > 1'));
      expect(await window.page!.evaluate('given')).toEqual([[images], [folder]]);
    });

    it('what the first one was started with waits for the page', async () => {
      const images = join(folder, 'lot 7');
      await mkdir(images);
      const { page } = await start({}, [images]);
      await until(async () => (await page.textContent('body'))?.includes('lot 7'));
    });
  });

  it('comes back where it was left', async () => {
    const bounds = { x: 300, y: 200, width: 1100, height: 760 };
    const first = await start({ bounds });
    first.window.maximize();
    first.window.emit('move');
    await stop();
    const { window } = await start();
    expect(window.options).toMatchObject(bounds);
    expect(window.isMaximized()).toBe(true);
  });

  it('says in its own words why it cannot start, and ends', async () => {
    await mkdir(join(folder, 'documents'), { recursive: true });
    await writeFile(workspaceFolder(), 'a file in the way');
    await runEntry({ folder, locale: 'zh-CN' });
    await until(() => double.exitCodes.length > 0);
    expect(double.exitCodes).toEqual([1]);
    expect(double.errorBoxes).toEqual([['ClipSAM 工作站无法启动', expect.stringContaining('is in the way')]]);
    expect(double.windows).toEqual([]);
  });

  it('offers to put a copy of a lost database back, and opens with it', async () => {
    await start();
    await stop();
    const file = join(workspaceFolder(), 'workspace.sqlite');
    await mkdir(join(workspaceFolder(), 'database-copies'));
    await rename(file, join(workspaceFolder(), 'database-copies', 'workspace-00000001-2026-01-01.sqlite'));
    const { call } = await start({ answers: [0] });
    expect(double.boxes).toMatchObject([
      {
        message: 'The database of the workspace is missing or empty.',
        buttons: ['Restore the newest copy', 'Quit'],
      },
    ]);
    expect(await call('batches.list', {})).toHaveLength(1);
  });

  it('closes its window only by quitting, and writes into its log', async () => {
    const { window, ended } = await start();
    window.close();
    expect(window.isDestroyed()).toBe(false);
    expect(await ended).toBe(0);
    expect(double.boxes).toEqual([]);
    expect(await logText()).toMatch(/info {2}ClipSAM Workstation \d.*\n.*info {2}Closed\.\n/s);
    const workspace = await openWorkspace(workspaceFolder(), { create: false });
    await workspace.close();
  });

  describe('in the middle of a run', () => {
    /** Starts the program with a batch of some pictures, inspects it and waits until a few are done. */
    async function startInRun() {
      const { batchId, photos } = await addTinyBatch(workspaceFolder(), 30, 'Lot 7');
      const started = await start();
      const { call, run: script } = started;
      const input = JSON.stringify({ id: batchId, paths: [photos], inspector: 'inspector' });
      const summary = await script(`(async () => {
        for await (const event of await client.imports.start(${input})) globalThis.last = event;
        return globalThis.last;
      })()`);
      expect(summary).toMatchObject({ kind: 'finished', unchanged: 30 });
      const { run } = (await call('runs.start', { batchId, inspector: 'inspector' })) as RunProgress;
      let progress: RunProgress | undefined;
      await until(async () => {
        [progress] = (await call('runs.list', { batchId })) as RunProgress[];
        return progress!.done >= 1;
      });
      // However fast it is, the run is not over before the window and the questions had their time.
      // The one before it had the recipe's words read.
      const inference = double.utilityProcesses.at(-1);
      process.kill(inference!.process.pid!, 'SIGSTOP');
      expect(progress).toMatchObject({ run: { id: run.id }, active: true, failed: 0 });
      return { started, before: progress!, inference: inference! };
    }

    it('asks before it quits; an interrupted run is resumed by the next start and loses nothing', async () => {
      const { started: first, before, inference } = await startInRun();
      expect(double.blockers.size).toBe(1);
      await until(() => first.window.progress.some((share) => share > 0 && share < 1));
      expect(inference.module).toMatch(/inference-process\.ts$/);
      expect(inference.env).toHaveProperty('MALLOC_ARENA_MAX', '2');

      double.answers = [0];
      app.quit();
      await until(() => double.boxes.length === 1);
      expect(double.boxes[0]!.buttons).toEqual(['Keep working', 'Interrupt and quit']);
      await first.call('app.info');
      expect(double.exitCodes).toEqual([]);

      double.answers = [1];
      app.quit();
      app.quit();
      process.kill(inference.process.pid!, 'SIGCONT');
      expect(await first.ended).toBe(0);
      expect(double.boxes).toHaveLength(2);
      expect(inference.process.pid === undefined || !isAlive(inference.process.pid)).toBe(true);
      const workspace = await openWorkspace(workspaceFolder(), { create: false });
      const [stored] = await listRuns(workspace, before.run.batchId);
      await workspace.close();
      expect(stored!.status).toBe('interrupted');
      await stop();

      const second = await start();
      const [resumable] = (await second.call('runs.list', { batchId: before.run.batchId })) as RunProgress[];
      expect(resumable!.done).toBeGreaterThanOrEqual(before.done);
      await second.call('runs.resume', { id: before.run.id, inspector: 'inspector' });
      await until(async () => {
        const [progress] = (await second.call('runs.list', {
          batchId: before.run.batchId,
        })) as RunProgress[];
        return progress!.run.status === 'done' && progress!.done === progress!.total;
      });
      await until(() => double.blockers.size === 0);
      expect(double.blocked).toBe(1);
      expect(second.window.progress.at(-1)).toBe(-1);
    });

    it('a system that shuts down is not asked, and a crashed window does not stop the run', async () => {
      const { started, before, inference } = await startInRun();
      double.answers = [0];
      const crashed = started.page;
      await started.window.crash();
      await until(() => started.page !== crashed);
      const [after] = (await answerOf(started, 'runs.list', {
        batchId: before.run.batchId,
      })) as RunProgress[];
      expect(after!.active).toBe(true);
      process.kill(inference.process.pid!, 'SIGCONT');
      powerMonitor.emit('shutdown', {});
      expect(await started.ended).toBe(0);
      expect(double.boxes).toHaveLength(1);
      const workspace = await openWorkspace(workspaceFolder(), { create: false });
      const [stored] = await listRuns(workspace, before.run.batchId);
      await workspace.close();
      expect(stored!.status).toMatch(/interrupted|done/);
    });
  });

  describe('with a window', () => {
    it('that crashed offers to open it again, and everything is there', async () => {
      const { window } = await start();
      double.answers = [0];
      const crashed = window.page!;
      await window.crash();
      await until(() => window.page !== crashed);
      expect(double.boxes).toEqual([
        expect.objectContaining({ message: 'The window has crashed.', buttons: ['Open it again', 'Quit'] }),
      ]);
      expect(await answerOf(desktop!, 'batches.list', {})).toHaveLength(1);
      expect(await logText()).toContain("The window's process is gone: crashed, exit code 11.");
    });

    it('that crashed can be the end', async () => {
      const { window, ended } = await start();
      double.answers = [1];
      await window.crash();
      expect(await ended).toBe(0);
    });

    it('that does not respond: the question goes away when it responds again, and is asked once at a time', async () => {
      const { window } = await start();
      const page = window.page;
      window.emit('unresponsive');
      window.emit('unresponsive');
      expect(double.boxes).toHaveLength(1);
      expect(double.boxes[0]!.buttons).toEqual(['Wait', 'Load the window again']);
      window.emit('responsive');
      expect(double.boxes[0]!.signal!.aborted).toBe(true);
      await until(() => window.emit('unresponsive') && double.boxes.length > 1);
      expect(double.boxes).toHaveLength(2);
      window.emit('responsive');
      expect(window.page).toBe(page);
    });

    it('that does not respond is replaced when the user wants it, without a second question', async () => {
      const { window } = await start();
      const hung = window.page!;
      void hung.evaluate('for (;;);').catch(() => {});
      double.answers = [1];
      window.emit('unresponsive');
      await until(() => window.page !== hung);
      expect(await answerOf(desktop!, 'batches.list', {})).toHaveLength(1);
      expect(double.boxes).toHaveLength(1);
    });
  });

  it('has a menu in the language of the system', async () => {
    await start({ locale: 'zh-CN' });
    expect(double.menu.map(({ label }) => label)).toEqual(['文件(&F)', '编辑(&E)', '视图(&V)', '窗口(&W)']);
  });
});

/** What a page answers that may still be loading. */
async function answerOf({ call }: StartedDesktop, procedure: string, input: unknown): Promise<unknown> {
  return until(() => call(procedure, input).catch(() => undefined));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
