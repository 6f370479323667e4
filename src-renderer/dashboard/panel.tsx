import { Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './dashboard.module.css';

/** A part of the dashboard: what it is called, what its figures mean, and the figures. */
export function Panel({
  title,
  hint,
  wide = false,
  children,
}: {
  readonly title: string;
  readonly hint: string;
  readonly wide?: boolean;
  readonly children: ReactNode;
}) {
  return (
    <section className={classes.panel} data-wide={wide || undefined} aria-label={title}>
      <Title order={2} size="h5">
        {title}
      </Title>
      <Text size="xs" className={classes.quiet}>
        {hint}
      </Text>
      {children}
    </section>
  );
}
