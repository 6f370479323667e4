import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { openElectronWindow, runProgram } from '../../src-main/cli/electron-window.ts';
import { tempFolder } from '../temp-folder.ts';

describe.skipIf(process.platform === 'win32')('runProgram', () => {
  it('waits for the end of the window, and tells an end by the user from one that never was a window', async () => {
    const folder = await tempFolder();
    const script = async (name: string, text: string) => {
      await writeFile(join(folder, name), `#!/bin/sh\n${text}\n`);
      await chmod(join(folder, name), 0o755);
      return join(folder, name);
    };
    expect(await runProgram(await script('fine', 'exit 0'), [])).toEqual({ kind: 'closed', code: 0 });
    const late = await script('late', 'sleep 0.3; exit 7');
    expect(await runProgram(late, [], 100)).toEqual({ kind: 'closed', code: 7 });
    const missing = 'echo "error while loading shared libraries" >/dev/null; exit 127';
    expect(await runProgram(await script('early', missing), [])).toEqual({
      kind: 'impossible',
      reason: 'Electron ended at once (code 127)',
    });
    const crashed = await script('crashed', 'kill -SEGV $$');
    expect(await runProgram(crashed, [])).toMatchObject({ reason: expect.stringContaining('SIGSEGV') });
    expect(await runProgram(join(folder, 'absent'), [])).toMatchObject({
      reason: expect.stringContaining('ENOENT'),
    });
    const asNode = await script('as-node', 'test -z "$ELECTRON_RUN_AS_NODE"');
    vi.stubEnv('ELECTRON_RUN_AS_NODE', '1');
    expect(await runProgram(asNode, [])).toEqual({ kind: 'closed', code: 0 });
    vi.unstubAllEnvs();
  });

  it('is not tried, and nothing is fetched, where nobody could see the window', async () => {
    vi.stubEnv('CI', '1');
    vi.stubEnv('ELECTRON_MIRROR', 'http://127.0.0.1:9/');
    const lines: string[] = [];
    expect(await openElectronWindow([], (line) => lines.push(line))).toEqual({
      kind: 'impossible',
      reason: 'there is no display',
    });
    expect(lines).toEqual([]);
    vi.unstubAllEnvs();
  });
});
