import { Collapse, UnstyledButton } from '@mantine/core';
import { IconChevronRight } from '@tabler/icons-react';
import { type ReactNode, useId } from 'react';
import { useReviewSettings } from './review-settings.ts';
import classes from './section.module.css';

interface SectionProps {
  /** Under this name the window remembers whether it is open. */
  readonly id: string;
  readonly title: string;
  /** Stands at the end of the head. */
  readonly aside?: ReactNode;
  readonly openAtFirst?: boolean;
  readonly children: ReactNode;
}

/** A part of a panel that can be closed. */
export function Section({ id, title, aside, openAtFirst = true, children }: SectionProps) {
  const body = useId();
  const { sections, set } = useReviewSettings();
  const open = sections[id] ?? openAtFirst;
  return (
    <section className={classes.section} aria-label={title}>
      <UnstyledButton
        className={classes.head}
        aria-expanded={open}
        aria-controls={body}
        onClick={() => set({ sections: { ...sections, [id]: !open } })}
      >
        <IconChevronRight size={14} className={classes.chevron} aria-hidden />
        <span className={classes.title}>{title}</span>
        <span className={classes.aside}>{aside}</span>
      </UnstyledButton>
      <Collapse expanded={open} id={body} transitionDuration={0}>
        <div className={classes.body}>{children}</div>
      </Collapse>
    </section>
  );
}
