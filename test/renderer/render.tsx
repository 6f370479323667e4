import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, configure, render } from '@testing-library/react';
import userEvent, { type UserEvent } from '@testing-library/user-event';
import i18next from 'i18next';
import type { ReactNode } from 'react';
import { onTestFinished } from 'vitest';
import { apiFor, type Client } from '../../src-renderer/api/connection.ts';
import { type Language, startI18n } from '../../src-renderer/i18n/index.ts';
import { WorkstationContext } from '../../src-renderer/state/workstation.ts';
import type { AppInfo } from '../../src-shared/contract/app.ts';
import { PATIENCE } from '../patience.ts';

configure({ asyncUtilTimeout: PATIENCE });

/** Procedures that a test answers itself, by their path: `{ people: { signIn: async () => … } }`. */
export type FakeClient = { readonly [Area in keyof Client]?: Partial<Client[Area]> };

/** Renders a part of the window without a browser. @returns somebody at the keyboard and the pointer */
export async function renderPart(
  part: ReactNode,
  { client = {}, language = 'en' }: { readonly client?: FakeClient; readonly language?: Language } = {},
): Promise<UserEvent> {
  if (!i18next.isInitialized) await startI18n(language);
  await i18next.changeLanguage(language);
  const known = client as Client;
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient()}>
        <WorkstationContext value={{ client: known, api: apiFor(known), info: {} as AppInfo }}>
          {part}
        </WorkstationContext>
      </QueryClientProvider>
    </MantineProvider>,
  );
  onTestFinished(cleanup);
  return userEvent.setup();
}
