import { Text } from '@mantine/core';
import classes from './facts.module.css';

/** A name and what is to be said of it. */
export type Fact = readonly [name: string, value: string];

/** Facts one below the other; long values get a line of their own. */
export function Facts({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <dl className={classes.facts}>
      {facts.map(([name, value]) => (
        <div key={name} data-long={value.length > 80 || undefined}>
          <Text component="dt" size="sm" c="dimmed">
            {name}
          </Text>
          <Text component="dd" size="sm">
            {value}
          </Text>
        </div>
      ))}
    </dl>
  );
}
