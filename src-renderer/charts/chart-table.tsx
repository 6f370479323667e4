import { Table } from '@mantine/core';
import { plainText } from '../i18n/plain-text.ts';
import { useFormat } from '../ui/use-format.ts';
import type { ChartNumbers } from './chart-numbers.ts';
import classes from './charts.module.css';

/** The numbers of a chart. */
export function ChartTable({ label, numbers }: { readonly label: string; readonly numbers: ChartNumbers }) {
  const format = useFormat();
  const { columns, rows } = numbers;
  const written = (value: string | number | null, column: number) => {
    if (value === null) return '–';
    return typeof value === 'string' ? plainText(value) : (columns[column]!.format ?? format.count)(value);
  };
  return (
    <section
      className={classes.scroll}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached with the keyboard
      tabIndex={0}
      aria-label={label}
    >
      <Table stickyHeader aria-label={label} data-testid="chart-table">
        <Table.Thead>
          <Table.Tr>
            {columns.map(({ name }) => (
              <Table.Th key={name} scope="col">
                {name}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two lots can have the same name
            <Table.Tr key={at}>
              {row.map((value, column) =>
                column === 0 ? (
                  // biome-ignore lint/suspicious/noArrayIndexKey: a column is its position
                  <Table.Th key={column} scope="row">
                    <bdi>{written(value, column)}</bdi>
                  </Table.Th>
                ) : (
                  // biome-ignore lint/suspicious/noArrayIndexKey: a column is its position
                  <Table.Td key={column} className={classes.number}>
                    <bdi>{written(value, column)}</bdi>
                  </Table.Td>
                ),
              )}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}
