import { ActionIcon, AppShell, Group, Stack, Text, Tooltip, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  IconAdjustments,
  IconBookmarks,
  IconChartHistogram,
  IconClipboardCheck,
  IconCpu,
  IconFileText,
  IconHelp,
  IconHistory,
  IconPhotoSearch,
  IconSettings,
  IconStack2,
} from '@tabler/icons-react';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Redirect, Route, Router, Switch, useLocation } from 'wouter';
import { AuditScreen } from '../audit/audit-screen.tsx';
import { BatchesScreen } from '../batches/batches-screen.tsx';
import { FileDrop } from '../batches/file-drop.tsx';
import { DashboardScreen } from '../dashboard/dashboard-screen.tsx';
import { DeviceBadge } from '../device/device-badge.tsx';
import { isEnabled } from '../keys/action.ts';
import { useActions } from '../keys/use-actions.ts';
import { LotsScreen } from '../lots/lots-screen.tsx';
import { ModelsScreen } from '../models/models-screen.tsx';
import { SignInDialog } from '../people/sign-in-dialog.tsx';
import { ReferencesScreen } from '../references/references-screen.tsx';
import { ReportsScreen } from '../reports/reports-screen.tsx';
import { ReviewScreen } from '../review/review-screen.tsx';
import { useResendUnsent } from '../review/use-resend-unsent.ts';
import { useDashboardPlace } from '../state/dashboard-place.ts';
import { usePeople } from '../state/people.ts';
import { ROUTES, routeTo, useHashLocation } from '../state/routes.ts';
import { useSelectedBatch } from '../state/selected-batch.ts';
import { useSession } from '../state/session.ts';
import { StudyResultsScreen } from '../studies/study-results.tsx';
import { StudyScreen } from '../studies/study-screen.tsx';
import { WhatIfScreen } from '../what-if/what-if-screen.tsx';
import classes from './app.module.css';
import { APP_ACTIONS, type AppContext, OPEN_SCREEN, SCREENS, type ScreenId } from './app-actions.ts';
import { HealthBanner } from './health-banner.tsx';
import { SettingsDialog } from './settings-dialog.tsx';
import { ShortcutsDialog } from './shortcuts-dialog.tsx';
import { SignedInMenu } from './signed-in-menu.tsx';
import { WelcomeDialog } from './welcome-dialog.tsx';

export function App() {
  return (
    <Router hook={useHashLocation}>
      <Frame />
    </Router>
  );
}

function Frame() {
  const { t } = useTranslation();
  const [location, go] = useLocation();
  const inspector = useSession((session) => session.inspector);
  const isOpen = usePeople(({ people }) => people.length === 0);
  const [helpOpen, help] = useDisclosure(false);
  const [settingsOpen, settings] = useDisclosure(false);
  const batchId = useOpenBatch(location);
  const dashboard = useDashboardPlace((place) => place.address);
  const context: AppContext = {
    routes: {
      batches: routeTo.batches(),
      review: batchId ? routeTo.review(batchId) : null,
      'what-if': routeTo.whatIf(batchId ?? undefined),
      models: routeTo.models(),
      references: routeTo.references(),
      lots: routeTo.lots(),
      dashboard: routeTo.dashboard(dashboard),
      reports: routeTo.reports(),
      audit: routeTo.audit(),
    },
    go,
    toggleHelp: help.toggle,
  };
  useActions(APP_ACTIONS, context);
  useResendUnsent();
  return (
    <AppShell navbar={{ width: 76, breakpoint: 0 }} padding={0}>
      <AppShell.Navbar className={classes.rail} aria-label={t('navigation')}>
        <img src="./icon.svg" alt="ClipSAM" width={36} height={36} className={classes.logo} />
        <Stack gap={4} component="ul" className={classes.screens}>
          {SCREENS.map((screen) => (
            <li key={screen}>
              <RailButton screen={screen} context={context} active={location.startsWith(`/${screen}`)} />
            </li>
          ))}
        </Stack>
        <Stack gap={4} align="center" mt="auto">
          <SignedInMenu />
          <DeviceBadge />
          <Group gap={2}>
            <Tooltip label={t('help')} position="right">
              <ActionIcon variant="subtle" color="gray" size="lg" onClick={help.open} aria-label={t('help')}>
                <IconHelp size={20} />
              </ActionIcon>
            </Tooltip>
            <Tooltip label={t('settings.title')} position="right">
              <ActionIcon
                variant="subtle"
                color="gray"
                size="lg"
                onClick={settings.open}
                aria-label={t('settings.title')}
              >
                <IconSettings size={20} />
              </ActionIcon>
            </Tooltip>
          </Group>
        </Stack>
      </AppShell.Navbar>
      <AppShell.Main className={classes.main}>
        <HealthBanner />
        <div className={classes.screenArea}>
          <Switch>
            <Route path={ROUTES.batches} component={BatchesScreen} />
            <Route path={ROUTES.review} component={ReviewScreen} />
            <Route path={ROUTES.whatIf} component={WhatIfScreen} />
            <Route path={ROUTES.models} component={ModelsScreen} />
            <Route path={ROUTES.references} component={ReferencesScreen} />
            <Route path={ROUTES.dashboard} component={DashboardScreen} />
            <Route path={ROUTES.reports} component={ReportsScreen} />
            <Route path={ROUTES.audit} component={AuditScreen} />
            <Route path={ROUTES.lots} component={LotsScreen} />
            <Route path={ROUTES.study} component={StudyScreen} />
            <Route path={ROUTES.studyResults} component={StudyResultsScreen} />
            <Route>
              <Redirect to={routeTo.batches()} replace />
            </Route>
          </Switch>
        </div>
      </AppShell.Main>
      <FileDrop />
      <WelcomeDialog opened={inspector === '' && isOpen} />
      <SignInDialog />
      <ShortcutsDialog opened={helpOpen} onClose={help.close} />
      <SettingsDialog opened={settingsOpen} onClose={settings.close} />
    </AppShell>
  );
}

const ICONS = {
  batches: IconStack2,
  review: IconPhotoSearch,
  'what-if': IconAdjustments,
  models: IconCpu,
  references: IconBookmarks,
  lots: IconClipboardCheck,
  dashboard: IconChartHistogram,
  reports: IconFileText,
  audit: IconHistory,
};

function RailButton({
  screen,
  context,
  active,
}: {
  readonly screen: ScreenId;
  readonly context: AppContext;
  readonly active: boolean;
}) {
  const { t } = useTranslation();
  const action = OPEN_SCREEN[screen];
  const Icon = ICONS[screen];
  return (
    <UnstyledButton
      className={classes.screen}
      disabled={!isEnabled(action, context)}
      aria-current={active ? 'page' : undefined}
      onClick={() => action.run(context)}
    >
      <Icon size={22} stroke={1.6} />
      <Text size="xs" component="span">
        {t(`screens.${screen}`)}
      </Text>
    </UnstyledButton>
  );
}

/** The batch that the other screens can be opened on: the selected one, or the one in the address. */
function useOpenBatch(location: string): number | null {
  const { id, select } = useSelectedBatch();
  useEffect(() => {
    const inAddress = /^\/(?:review|what-if)\/(\d+)/.exec(location)?.[1];
    if (inAddress) select(Number(inAddress));
  }, [location, select]);
  return id;
}
