const SIGNS: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/** A text for XML, between tags or in a quoted attribute. What XML cannot hold becomes U+FFFD: see {@link xmlSafe}. */
export function xmlText(text: string): string {
  return xmlSafe(text).replace(/[&<>"\t\n\r]/g, (sign) => SIGNS[sign]!);
}

/** A text without what XML 1.0 cannot hold (control characters, halves of surrogate pairs): U+FFFD in its place. */
export function xmlSafe(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are meant.
  return text.toWellFormed().replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd');
}
