import type { DeviceRequest } from '../../src-shared/device.ts';
import { ClipSamError } from '../../src-shared/errors.ts';
import { createDownloadHandler } from '../api/downloads.ts';
import { createMediaHandler } from '../api/media.ts';
import { createRouter } from '../api/router.ts';
import { createUploadHandler } from '../api/uploads.ts';
import { openWorkstation, type Workstation, type WorkstationOptions } from '../api/workstation.ts';
import { type BrowserShell, startBrowserShell } from './browser-shell.ts';
import { type NetworkShell, type NetworkShellOptions, startNetworkShell } from './network-shell.ts';

interface WorkspaceOptions {
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

export interface ServeWorkstationOptions extends WorkspaceOptions {}

export type ServeNetworkOptions = WorkspaceOptions &
  Pick<NetworkShellOptions, 'host' | 'tls' | 'hostNames' | 'say'> & {
    /** Folders that may be imported from and exported to. */
    readonly importRoots: readonly string[];
  };

interface Closing {
  /** Says goodbye to the windows, interrupts runs so that they can be resumed, and closes the workspace. */
  close(): Promise<{ readonly interrupted: boolean }>;
}

export interface ServedWorkstation extends Pick<BrowserShell, 'port' | 'address'>, Closing {}

export interface NetworkWorkstation extends Pick<NetworkShell, 'port' | 'address' | 'renewTls'>, Closing {}

/**
 * Opens a workspace and serves it to browsers on this machine.
 * @throws ClipSamError what opening the workspace says; `input-invalid` when the port can't be had
 */
export async function serveWorkstation(options: ServeWorkstationOptions): Promise<ServedWorkstation> {
  const { rendererFolder, port } = options;
  return withWorkstation(options, { shell: 'browser' }, async (workstation) => {
    const shell = await startBrowserShell({
      router: createRouter(workstation),
      media: createMediaHandler(workstation),
      uploads: createUploadHandler(workstation),
      downloads: createDownloadHandler(workstation),
      rendererFolder,
      port,
    });
    return { port: shell.port, address: shell.address, close: closing(workstation, shell) };
  });
}

/**
 * Opens a workspace and serves it to a network.
 * @throws ClipSamError what opening the workspace says; `conflict` when the workspace has no engineer yet; as
 * {@link startNetworkShell}
 */
export async function serveToNetwork(options: ServeNetworkOptions): Promise<NetworkWorkstation> {
  const { rendererFolder, host, port, tls, hostNames, say, importRoots } = options;
  return withWorkstation(options, { shell: 'network', importRoots }, async (workstation) => {
    const { people, hub } = workstation;
    await mustHaveEngineer(workstation);
    const shell = await startNetworkShell({
      ...{ rendererFolder, host, port, tls, hostNames, say, people },
      router: createRouter(workstation),
      media: createMediaHandler(workstation),
      uploads: createUploadHandler(workstation),
      downloads: createDownloadHandler(workstation),
    });
    // Another role, another PIN, or nobody any more: at once, not when it is looked after next.
    const changes = hub.subscribe();
    void (async () => {
      for (let event = await changes.next(); event; event = await changes.next()) {
        if (event.kind === 'people') await shell.checkSessions().catch(workstation.log);
      }
    })();
    const { port: own, address, renewTls } = shell;
    return { port: own, address, renewTls, close: closing(workstation, shell) };
  });
}

async function mustHaveEngineer({ people, workspace }: Workstation): Promise<void> {
  if ((await people.list()).some(({ role }) => role === 'engineer')) return;
  throw new ClipSamError(
    'conflict',
    'This workspace has no engineer yet, and over a network everybody signs in. Open it on this machine first ' +
      `(clipsam serve --workspace ${workspace.folder}), add the first engineer there under Models, "People", and start again.`,
  );
}

async function withWorkstation<Served>(
  options: WorkspaceOptions,
  shell: Pick<WorkstationOptions, 'shell' | 'importRoots'>,
  serve: (workstation: Workstation) => Promise<Served>,
): Promise<Served> {
  const { workspaceFolder, device, packsRoot, loopbackPacks = false } = options;
  const workstation = await openWorkstation({
    ...{ workspaceFolder, ...shell, device, loopbackPacks },
    ...(packsRoot !== undefined && { packsRoot }),
  });
  try {
    return await serve(workstation);
  } catch (error) {
    await workstation.close();
    throw error;
  }
}

function closing(workstation: Workstation, shell: { close(): Promise<void> }): Closing['close'] {
  return async () => {
    const interrupted = workstation.runControl.isAtWork;
    await shell.close();
    await workstation.close();
    return { interrupted };
  };
}
