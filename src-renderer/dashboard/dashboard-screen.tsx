import { Alert, Button, Center, EmptyState, Loader, Text } from '@mantine/core';
import { IconAlertTriangle, IconChartHistogram } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Dashboard } from '../../src-shared/statistics/dashboard.ts';
import { failureOf } from '../api/connection.ts';
import { routeTo, useGo } from '../state/routes.ts';
import { useWorkstation } from '../state/workstation.ts';
import { FailureDetails } from '../ui/failure-details.tsx';
import { Screen } from '../ui/screen.tsx';
import { AgreementPanel } from './agreement-panel.tsx';
import { ConfusionPanel } from './confusion-panel.tsx';
import classes from './dashboard.module.css';
import type { DashboardView } from './dashboard-address.ts';
import { ExportButton } from './export-button.tsx';
import { Filters } from './filters.tsx';
import { Gallery } from './gallery.tsx';
import { PChartPanel } from './p-chart-panel.tsx';
import { ParetoPanel } from './pareto-panel.tsx';
import { ScorePanel } from './score-panel.tsx';
import { ThroughputPanel } from './throughput-panel.tsx';
import { Tiles } from './tiles.tsx';
import { useLiveFigures } from './use-live-figures.ts';
import { useView } from './use-view.ts';

/** Statistics over many batches, from verdict counts to the images behind them. */
export function DashboardScreen() {
  const { t } = useTranslation('dashboard');
  const { api } = useWorkstation();
  const { view, change } = useView();
  const { filter, by, cell } = view;
  useLiveFigures();
  const { data, error, isPlaceholderData, refetch } = useQuery(
    api.stats.dashboard.queryOptions({
      input: { filter, by },
      placeholderData: keepPreviousData,
      refetchOnMount: 'always',
    }),
  );
  return (
    <Screen title={t('title')} beside={<ExportButton filter={filter} by={by} />}>
      <Filters filter={filter} choices={data?.choices} onChange={(next) => change({ filter: next })} />
      {!view.isUnderstood && (
        <Alert color="yellow" icon={<IconAlertTriangle />} mx={20} mt={12}>
          {t('address')}
        </Alert>
      )}
      {error ? (
        <Center flex={1} p="xl">
          <Alert color="red" icon={<IconAlertTriangle />} title={t('failed')} maw={520}>
            <FailureDetails failure={failureOf(error)} />
            <Button size="xs" variant="default" mt="sm" onClick={() => void refetch()}>
              {t('again')}
            </Button>
          </Alert>
        </Center>
      ) : !data ? (
        <Center flex={1}>
          <Loader aria-label={t('loading')} />
        </Center>
      ) : cell ? (
        <Gallery
          key={JSON.stringify([cell, filter])}
          cell={cell}
          filter={filter}
          onBack={() => change({ cell: null })}
        />
      ) : data.inspected + data.failed === 0 && !isPlaceholderData ? (
        <Empty isFiltered={Object.keys(filter).length > 0} onAll={() => change({ filter: {} })} />
      ) : (
        <Figures data={data} view={view} change={change} isOld={isPlaceholderData} />
      )}
    </Screen>
  );
}

function Empty({ isFiltered, onAll }: { readonly isFiltered: boolean; onAll(): void }) {
  const { t } = useTranslation('dashboard');
  const go = useGo();
  return (
    <Center flex={1}>
      <EmptyState
        icon={<IconChartHistogram />}
        title={t(isFiltered ? 'empty.filtered' : 'empty.title')}
        description={t(isFiltered ? 'empty.filtered-why' : 'empty.why')}
      >
        <Button onClick={isFiltered ? onAll : () => go(routeTo.batches())}>
          {t(isFiltered ? 'empty.all' : 'empty.to-batches')}
        </Button>
      </EmptyState>
    </Center>
  );
}

function Figures({
  data,
  view,
  change,
  isOld,
}: {
  readonly data: Dashboard;
  readonly view: DashboardView;
  change(changes: Partial<DashboardView>): void;
  /** The figures are of the filter before. */
  readonly isOld: boolean;
}) {
  const { t } = useTranslation('dashboard');
  return (
    <section
      className={classes.body}
      aria-label={t('figures')}
      aria-busy={isOld}
      data-testid="dashboard"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached with the keyboard
      tabIndex={0}
    >
      <Text size="sm" className={classes.quiet}>
        {t('counting')}
      </Text>
      <Tiles data={data} view={view} />
      <div className={classes.panels}>
        <PChartPanel chart={data.pChart} onBy={(by) => change({ by })} />
        <ParetoPanel data={data} order={view.order} onOrder={(order) => change({ order })} />
        <ScorePanel scores={data.scores} />
        <ConfusionPanel data={data} view={view} />
        <ThroughputPanel data={data} />
        <AgreementPanel agreement={data.agreement} />
      </div>
    </section>
  );
}
