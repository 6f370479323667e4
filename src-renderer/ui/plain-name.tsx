import { Text, type TextProps } from '@mantine/core';
import { plainText } from '../i18n/plain-text.ts';

/**
 * A name that somebody or some file brought along, on one line: cut off where it is too long (hover shows the rest),
 * its writing direction kept to itself.
 */
export function PlainName({ children, ...props }: TextProps & { readonly children: string }) {
  const name = plainText(children);
  return (
    <Text {...props} truncate title={name}>
      <bdi>{name}</bdi>
    </Text>
  );
}
