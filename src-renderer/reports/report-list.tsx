import { Badge, Group, Text } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { ReportRecord } from '../../src-shared/report.ts';
import type { SignatureStatus } from '../../src-shared/signature.ts';
import { plainText } from '../i18n/plain-text.ts';
import { useFormat } from '../ui/use-format.ts';
import classes from './reports.module.css';

const ROW = 98;

/** How reports are signed, by their ids; those that nobody signed are not in it. */
type SignatureStates = ReadonlyMap<string, SignatureStatus>;

/** The reports that were found; arrow keys select. */
export function ReportList({
  reports,
  states,
  selected,
  onSelect,
}: {
  readonly reports: readonly ReportRecord[];
  readonly states: SignatureStates;
  /** Id of a report; null: none. */
  readonly selected: number | null;
  onSelect(report: ReportRecord): void;
}) {
  const { t } = useTranslation('reports');
  const scroll = useRef<HTMLDivElement>(null);
  const at = reports.findIndex(({ id }) => id === selected);
  const virtual = useVirtualizer({
    count: reports.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW,
    getItemKey: (index) => reports[index]!.id,
    overscan: 8,
  });
  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at);
  }, [at, virtual]);
  useEffect(() => {
    if (document.activeElement === document.body) scroll.current?.focus({ preventScroll: true });
  }, []);
  const press = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor((scroll.current?.clientHeight ?? ROW) / ROW) - 1);
    const targets: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: reports.length - 1,
    };
    const to = targets[event.key];
    if (to === undefined || event.ctrlKey || event.altKey || event.metaKey || reports.length === 0) return;
    event.preventDefault();
    onSelect(reports[Math.min(Math.max(to, 0), reports.length - 1)]!);
  };
  return (
    <div
      ref={scroll}
      className={classes.list}
      role="listbox"
      tabIndex={0}
      aria-label={t('list')}
      aria-activedescendant={at >= 0 ? `report-${selected}` : undefined}
      onKeyDown={press}
    >
      <div style={{ height: virtual.getTotalSize(), position: 'relative' }} role="presentation">
        {virtual.getVirtualItems().map(({ index, start, key }) => {
          const report = reports[index]!;
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the listbox has the keys
            <div
              key={key}
              id={`report-${report.id}`}
              role="option"
              tabIndex={-1}
              aria-selected={report.id === selected}
              aria-setsize={reports.length}
              aria-posinset={index + 1}
              className={classes.row}
              style={{ height: ROW - 6, transform: `translateY(${start}px)` }}
              onClick={() => {
                onSelect(report);
                scroll.current?.focus({ preventScroll: true });
              }}
            >
              <Row report={report} state={states.get(String(report.id))} />
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** Colours of the badges; the words stand in them as well. */
const COLOURS = { signed: 'blue', waiting: 'yellow', approved: 'green', broken: 'red' } as const;

function Row({
  report,
  state,
}: {
  readonly report: ReportRecord;
  readonly state: SignatureStatus | undefined;
}) {
  const { t } = useTranslation(['reports', 'signatures']);
  const format = useFormat();
  const { number, revision, options, batch, inspector, createdAt } = report;
  const part = [batch.partNumber, batch.lot].filter(Boolean).map(plainText).join(' · ');
  return (
    <>
      <Group gap={6} wrap="nowrap" justify="space-between">
        <Text size="sm" fw={600} truncate>
          {t('numbered', { number, revision })}
        </Text>
        {state && state !== 'unsigned' && (
          <Badge size="sm" variant="light" color={COLOURS[state]} className={classes.badge}>
            {t(`signatures:status.${state}`)}
          </Badge>
        )}
      </Group>
      <Text size="sm" truncate>
        {t(`template.${options.template}`)} · <bdi>{plainText(batch.name)}</bdi>
      </Text>
      <Text size="xs" truncate>
        <bdi>{part || '–'}</bdi>
      </Text>
      <Text size="xs" c="dimmed" truncate>
        <bdi>{plainText(inspector)}</bdi>, {format.moment(createdAt)}
      </Text>
    </>
  );
}
