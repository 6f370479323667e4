import type { QueryClient } from '@tanstack/react-query';
import { createContext, useContext } from 'react';
import { create } from 'zustand';
import type { AppInfo, WorkspaceHealthReport, WorkstationEvent } from '../../src-shared/contract/app.ts';
import type { DeviceStatus } from '../../src-shared/contract/device.ts';
import type { Api, Client } from '../api/connection.ts';
import { refreshPeople } from './people.ts';

/** What every screen needs of the main side. */
export interface WorkstationState {
  readonly client: Client;
  readonly api: Api;
  readonly info: AppInfo;
}

export const WorkstationContext = createContext<WorkstationState | null>(null);

export function useWorkstation(): WorkstationState {
  const workstation = useContext(WorkstationContext);
  if (!workstation) throw new Error('useWorkstation outside of WorkstationContext');
  return workstation;
}

/** The workstation that the window is connected to; null while it is not. */
export const useConnection = create<{ readonly workstation: WorkstationState | null }>(() => ({
  workstation: null,
}));

/** The workstation, as soon as the window is connected to it. @throws the signal's reason when it is aborted before */
export function whenConnected(signal: AbortSignal): Promise<WorkstationState> {
  return new Promise((resolve, reject) => {
    const look = () => {
      const { workstation } = useConnection.getState();
      if (!signal.aborted && !workstation) return;
      stop();
      signal.removeEventListener('abort', look);
      if (signal.aborted) reject(signal.reason);
      else resolve(workstation!);
    };
    const stop = useConnection.subscribe(look);
    signal.addEventListener('abort', look);
    look();
  });
}

/** The device that runs, kept up to date by the event stream. */
export const useDevice = create<{ status: DeviceStatus | null }>(() => ({ status: null }));

/** What is wrong with the workspace, kept up to date by the event stream. */
export const useHealth = create<WorkspaceHealthReport>(() => ({ problems: [], isWaiting: false }));

type Listener = (event: WorkstationEvent) => void;
const listeners = new Set<Listener>();

/** Hears every event of the workstation; returns what ends it. */
export function onWorkstationEvent(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Follows the workstation's events until the signal is aborted: refreshes what is on screen and tells the listeners. */
export async function followEvents(
  { client, api }: WorkstationState,
  queries: QueryClient,
  signal: AbortSignal,
): Promise<void> {
  for await (const event of await client.app.events(undefined, { signal })) {
    if (event.kind === 'device') useDevice.setState({ status: event.status });
    if (event.kind === 'health') useHealth.setState(event.report);
    if (event.kind === 'batch') void queries.invalidateQueries({ queryKey: api.batches.key() });
    if (event.kind === 'people') void refreshPeople(client);
    if (event.kind === 'packs') void queries.invalidateQueries({ queryKey: api.packs.key() });
    // What a lot's sample says follows from the verdicts in its batch.
    if (event.kind === 'lots' || event.kind === 'reviewed' || event.kind === 'batch') {
      void queries.invalidateQueries({ queryKey: api.lots.key() });
      // A signature under a lot holds as long as its verdicts do.
      void queries.invalidateQueries({ queryKey: api.signatures.key() });
    }
    if (event.kind === 'reports') void queries.invalidateQueries({ queryKey: api.reports.key() });
    if (event.kind === 'signatures') void queries.invalidateQueries({ queryKey: api.signatures.key() });
    if (event.kind === 'follow') void queries.invalidateQueries({ queryKey: api.follow.key() });
    if (event.kind === 'backups') void queries.invalidateQueries({ queryKey: api.backups.key() });
    if (event.kind === 'areas') void queries.invalidateQueries({ queryKey: api.areas.key() });
    if (event.kind === 'recipes') void queries.invalidateQueries({ queryKey: api.recipes.key() });
    if (event.kind === 'references') void queries.invalidateQueries({ queryKey: api.references.key() });
    if (event.kind === 'reviewed') {
      const { runId, imageId } = event;
      const input = { runId, imageId };
      void queries.invalidateQueries({ queryKey: api.review.remarks.queryKey({ input }) });
      void queries.invalidateQueries({ queryKey: api.reports.dispositions.queryKey({ input }) });
    }
    for (const listener of listeners) listener(event);
  }
}
