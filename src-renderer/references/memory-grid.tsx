import { type KeyboardEvent, useId, useRef, useState } from 'react';
import { MemoryCard, type ShownItem } from './memory-card.tsx';
import classes from './references.module.css';

/** Pictures of what is remembered. Arrow keys go from one to the next, Space or a click selects. */
export function MemoryGrid({
  label,
  items,
  selected,
  onSelect,
}: {
  readonly label: string;
  readonly items: readonly ShownItem[];
  readonly selected: ReadonlySet<number>;
  onSelect(selected: ReadonlySet<number>): void;
}) {
  const prefix = useId();
  const grid = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState(0);
  const place = Math.min(at, items.length - 1);
  const idOf = (index: number) => `${prefix}-${items[index]?.item.id}`;
  const goTo = (index: number) => {
    setAt(index);
    document.getElementById(idOf(index))?.scrollIntoView({ block: 'nearest' });
  };
  const toggle = (index: number) => {
    const id = items[index]!.item.id;
    const next = new Set(selected);
    if (!next.delete(id)) next.add(id);
    setAt(index);
    onSelect(next);
  };
  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const columns = columnsOf(grid.current);
    const targets: Readonly<Record<string, number>> = {
      ArrowRight: place + 1,
      ArrowLeft: place - 1,
      ArrowDown: place + columns,
      ArrowUp: place - columns,
      Home: 0,
      End: items.length - 1,
    };
    const target = targets[event.key];
    if (event.key === ' ' || event.key === 'Enter') toggle(place);
    else if (target === undefined) return;
    else if (target >= 0 && target < items.length) goTo(target);
    event.preventDefault();
  };
  return (
    <div
      ref={grid}
      role="listbox"
      tabIndex={0}
      aria-label={label}
      aria-multiselectable
      aria-activedescendant={idOf(place)}
      className={classes.grid}
      onKeyDown={press}
    >
      {items.map((shown, index) => (
        <MemoryCard
          key={shown.item.id}
          id={idOf(index)}
          shown={shown}
          isSelected={selected.has(shown.item.id)}
          isAt={index === place}
          onToggle={() => toggle(index)}
        />
      ))}
    </div>
  );
}

/** How many cards stand beside each other. */
function columnsOf(grid: HTMLElement | null): number {
  const cards = [...(grid?.children ?? [])] as HTMLElement[];
  const first = cards[0]?.offsetTop;
  return Math.max(1, cards.filter(({ offsetTop }) => offsetTop === first).length);
}
