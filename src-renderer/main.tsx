import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import '@fontsource-variable/inter/index.css';
import { MantineProvider, mergeThemeOverrides } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import i18next from 'i18next';
import { StrictMode, useEffect, useMemo } from 'react';
import { createRoot } from 'react-dom/client';
import { useTranslation } from 'react-i18next';
import { queries } from './app/queries.ts';
import { cssVariables, theme } from './app/theme.ts';
import { WorkstationGate } from './app/workstation-gate.tsx';
import { startI18n } from './i18n/index.ts';
import { useSession } from './state/session.ts';

function Root() {
  const { theme: scheme, language } = useSession();
  const { t } = useTranslation();
  const named = useMemo(
    () =>
      mergeThemeOverrides(theme, {
        components: {
          Notification: { defaultProps: { closeButtonProps: { 'aria-label': t('close') } } },
        },
      }),
    [t],
  );
  useEffect(() => {
    void i18next.changeLanguage(language);
    document.documentElement.lang = language;
  }, [language]);
  return (
    <MantineProvider
      theme={named}
      cssVariablesResolver={cssVariables}
      defaultColorScheme="dark"
      {...(scheme !== 'auto' && { forceColorScheme: scheme })}
    >
      <Notifications position="bottom-right" />
      <QueryClientProvider client={queries}>
        <WorkstationGate />
      </QueryClientProvider>
    </MantineProvider>
  );
}

await startI18n(useSession.getState().language);
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <Root />
  </StrictMode>,
);
