/** A weight's name, shape and initialisation: fan 0 starts at zero, −1 at one, n at normal / √n. */
export interface WeightSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly fan: number;
}

/** How many numbers weights are. */
export function weightCount(specs: readonly WeightSpec[]): number {
  return specs.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0);
}
