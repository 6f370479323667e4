/**
 * An image's name as every export writes it beside the readable one: percent-encoded (RFC 3986), so that nothing takes
 * it for a formula or changes it, and rows of one file find those of another. `decodeURIComponent` gives the name.
 */
export function imageKey(name: string): string {
  // The one sign that is left as it is and begins a formula.
  return encodeURIComponent(name.toWellFormed()).replace(/^-/, '%2D');
}
