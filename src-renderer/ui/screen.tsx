import { Title } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './screen.module.css';

/** A screen: its title with what stands beside it, and below them what it shows. */
export function Screen({
  title,
  beside,
  children,
}: {
  readonly title: string;
  readonly beside: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <div className={classes.screen}>
      <header className={classes.header}>
        <Title order={1} size="h3">
          {title}
        </Title>
        {beside}
      </header>
      {children}
    </div>
  );
}
