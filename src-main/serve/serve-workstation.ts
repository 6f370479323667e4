import type { DeviceRequest } from '../../src-shared/device.ts';
import { createMediaHandler } from '../api/media.ts';
import { createRouter } from '../api/router.ts';
import { openWorkstation } from '../api/workstation.ts';
import { type BrowserShell, startBrowserShell } from './browser-shell.ts';

export interface ServeWorkstationOptions {
  /** Made when missing. */
  readonly workspaceFolder: string;
  /** The built window. */
  readonly rendererFolder: string;
  /** 0: any free one. */
  readonly port: number;
  readonly device: DeviceRequest;
  readonly packsRoot?: string;
  readonly loopbackPacks?: boolean;
}

export interface ServedWorkstation extends Pick<BrowserShell, 'port' | 'address'> {
  /** Says goodbye to the windows, interrupts runs so that they can be resumed, and closes the workspace. */
  close(): Promise<{ readonly interrupted: boolean }>;
}

/**
 * Opens a workspace and serves it.
 * @throws ClipSamError what opening the workspace says; `input-invalid` when the port can't be had
 */
export async function serveWorkstation(options: ServeWorkstationOptions): Promise<ServedWorkstation> {
  const { workspaceFolder, rendererFolder, port, device, packsRoot, loopbackPacks = false } = options;
  const workstation = await openWorkstation({
    workspaceFolder,
    shell: 'browser',
    device,
    loopbackPacks,
    ...(packsRoot !== undefined && { packsRoot }),
  });
  try {
    const shell = await startBrowserShell({
      router: createRouter(workstation),
      media: createMediaHandler(workstation),
      rendererFolder,
      port,
    });
    return {
      port: shell.port,
      address: shell.address,
      async close() {
        const interrupted = workstation.runControl.isAtWork;
        await shell.close();
        await workstation.close();
        return { interrupted };
      },
    };
  } catch (error) {
    await workstation.close();
    throw error;
  }
}
