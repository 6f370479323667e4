import { Autocomplete } from '@mantine/core';

interface ClassFieldProps {
  readonly label: string;
  readonly placeholder: string;
  readonly value: string;
  readonly classes: readonly string[];
  readonly disabled?: boolean;
  /** Every change of the text. */
  onType(value: string): void;
  /** A class was chosen from the list, or typing ended. */
  onCommit(value: string): void;
}

/** A defect class: one that is known, or a new one. */
export function ClassField({
  label,
  placeholder,
  value,
  classes,
  disabled,
  onType,
  onCommit,
}: ClassFieldProps) {
  return (
    <Autocomplete
      role="combobox"
      size="xs"
      aria-label={label}
      placeholder={placeholder}
      data={[...classes]}
      value={value}
      limit={30}
      maxLength={500}
      disabled={disabled ?? false}
      onChange={onType}
      onOptionSubmit={onCommit}
      onBlur={(event) => onCommit(event.currentTarget.value)}
    />
  );
}
