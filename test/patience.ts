/**
 * Milliseconds after which something that should happen counts as never happening. No test takes nearly as long on
 * any machine: a limit is there to end a test that hangs, never to measure.
 */
export const PATIENCE = 180_000;
