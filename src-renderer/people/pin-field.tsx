import { TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { PIN_LENGTH } from '../../src-shared/roles.ts';

/** A new PIN. */
export function PinField({
  label,
  value,
  onChange,
  autoFocus = false,
}: {
  readonly label: string;
  readonly value: string;
  onChange(pin: string): void;
  readonly autoFocus?: boolean;
}) {
  const { t } = useTranslation('app');
  return (
    <TextInput
      size="xs"
      type="password"
      flex={1}
      label={label}
      placeholder={t('people.pin-least', { count: PIN_LENGTH.min })}
      value={value}
      maxLength={PIN_LENGTH.max}
      autoComplete="new-password"
      {...(autoFocus && { ref: (field: HTMLInputElement | null) => field?.focus() })}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
