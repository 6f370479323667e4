/** Steps that can be taken back, the newest last. */
const steps: { readonly id: string; undo(): Promise<unknown> }[] = [];

export function rememberStep(id: string, undo: () => Promise<unknown>): void {
  steps.push({ id, undo });
}

/** Takes back a step, by default the newest one; false when there is none. */
export async function undoStep(id = steps.at(-1)?.id): Promise<boolean> {
  const index = steps.findIndex((step) => step.id === id);
  if (index < 0) return false;
  const [step] = steps.splice(index, 1);
  await step!.undo();
  return true;
}
