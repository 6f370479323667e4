import { Button, Collapse } from '@mantine/core';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';

/** Something that is shown when its label is clicked. */
export function Disclosure({
  label,
  isOpenAtFirst = false,
  isForced = false,
  children,
}: {
  readonly label: string;
  readonly isOpenAtFirst?: boolean;
  /** Shown whatever was clicked. */
  readonly isForced?: boolean;
  readonly children: ReactNode;
}) {
  const [open, setOpen] = useState(isOpenAtFirst);
  return (
    <div>
      <Button
        variant="subtle"
        color="gray"
        size="compact-sm"
        aria-expanded={open}
        leftSection={open ? <IconChevronDown size={14} /> : <IconChevronRight size={14} />}
        onClick={() => setOpen(!open)}
      >
        {label}
      </Button>
      <Collapse expanded={open || isForced}>{children}</Collapse>
    </div>
  );
}
