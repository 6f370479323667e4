import { ActionIcon, Group, Menu, useComputedColorScheme } from '@mantine/core';
import { IconChartBar, IconDownload, IconTable } from '@tabler/icons-react';
import type { EChartsOption } from 'echarts';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ChartLook } from '../../src-shared/charts/look.ts';
import { csvStyleOf } from '../../src-shared/export-formats.ts';
import { IconButton } from '../keys/action-button.tsx';
import { showError } from '../ui/show-error.tsx';
import { SAVED_LOOK, WINDOW_LOOKS } from './chart-look.ts';
import { type ChartNumbers, numbersAsCsv } from './chart-numbers.ts';
import { ChartTable } from './chart-table.tsx';
import classes from './charts.module.css';
import type { DrawnChart } from './draw-chart.ts';
import { saveFile } from './save-file.ts';

interface ChartProps {
  /** What it shows, read out instead of the picture. */
  readonly label: string;
  /** Of saved files, without an ending. */
  readonly fileName: string;
  readonly option: (look: ChartLook) => EChartsOption;
  /** The same numbers. */
  readonly numbers: ChartNumbers;
  /** How values are written where the pointer is; default: as they are. */
  readonly valueFormat?: (value: number) => string;
  /** What changes it, above it. */
  readonly children?: ReactNode;
}

const FORMATS = ['svg', 'png', 'csv'] as const;

/** A chart, or its numbers as a table, whichever is wanted; both can be saved. */
export function Chart({ label, fileName, option, numbers, valueFormat, children }: ChartProps) {
  const { t } = useTranslation('charts');
  const [isTable, setIsTable] = useState(false);
  const save = async (format: (typeof FORMATS)[number]) => {
    const content =
      format === 'csv'
        ? new Blob([numbersAsCsv(numbers, csvStyleOf(navigator.language))], { type: 'text/csv' })
        : await (await drawing()).chartFile(option(SAVED_LOOK), format);
    saveFile(`${fileName}.${format}`, content);
  };
  return (
    <div className={classes.chart}>
      <Group gap={2} className={classes.tools}>
        <div className={classes.beside}>{children}</div>
        <IconButton
          label={t(isTable ? 'as-chart' : 'as-table', { name: label })}
          icon={isTable ? <IconChartBar size={18} /> : <IconTable size={18} />}
          onClick={() => setIsTable(!isTable)}
        />
        <Menu position="bottom-end" withinPortal>
          <Menu.Target>
            <ActionIcon variant="subtle" color="gray" size={30} aria-label={t('save', { name: label })}>
              <IconDownload size={18} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {FORMATS.map((format) => (
              <Menu.Item key={format} onClick={() => void save(format).catch(showError)}>
                {t(`formats.${format}`)}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      </Group>
      {isTable ? (
        <ChartTable label={label} numbers={numbers} />
      ) : (
        <Picture label={label} option={option} valueFormat={valueFormat} />
      )}
    </div>
  );
}

/** ECharts is fetched when the first chart is shown. */
function drawing() {
  return import('./draw-chart.ts');
}

function Picture({
  label,
  option,
  valueFormat,
}: Pick<ChartProps, 'label' | 'option'> & { readonly valueFormat: ChartProps['valueFormat'] | undefined }) {
  const look = WINDOW_LOOKS[useComputedColorScheme('dark')];
  const element = useRef<HTMLDivElement>(null);
  const [chart, setChart] = useState<DrawnChart | null>(null);
  useEffect(() => {
    const place = element.current;
    if (!place) return;
    let drawn: DrawnChart | null = null;
    let isOver = false;
    const observer = new ResizeObserver(() => drawn?.fit());
    drawing().then(({ drawChart }) => {
      if (isOver) return;
      drawn = drawChart(place);
      observer.observe(place);
      setChart(drawn);
    }, showError);
    return () => {
      isOver = true;
      observer.disconnect();
      drawn?.end();
    };
  }, []);
  useEffect(
    () => chart?.show(withTooltip(option(look), look, valueFormat)),
    [chart, option, look, valueFormat],
  );
  return (
    <div
      ref={element}
      className={classes.picture}
      role="img"
      aria-label={label}
      data-drawn={chart !== null}
    />
  );
}

/** Names come from outside: what hovers over a chart is drawn as text, not as HTML. */
function withTooltip(
  option: EChartsOption,
  look: ChartLook,
  format: ((value: number) => string) | undefined,
): EChartsOption {
  return {
    ...option,
    tooltip: {
      trigger: 'axis',
      renderMode: 'richText',
      confine: true,
      ...(format && {
        valueFormatter: (value) => (typeof value === 'number' ? format(value) : '–'),
      }),
      backgroundColor: look.paper,
      borderColor: look.quiet,
      textStyle: { color: look.ink, fontFamily: look.font, fontSize: 12 },
    },
  };
}
