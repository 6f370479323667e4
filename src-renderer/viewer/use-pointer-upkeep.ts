import { useEffect } from 'react';
import type { Point } from '../../src-shared/geometry.ts';
import type { PointerStore } from './pointer-state.ts';
import type { Tool } from './viewer-props.ts';

/**
 * Keeps the pointer's state true where the pointer itself does not move: another map has another score under it,
 * another tool ends a drawing of its own kind, another region has other mask levels.
 */
export function usePointerUpkeep(
  pointer: PointerStore,
  tool: Tool,
  shownRegion: number | null,
  scoreOf: (at: Point) => number | null,
): void {
  useEffect(() => {
    const { position } = pointer.getState();
    if (position) pointer.setState({ position: { ...position, score: scoreOf(position) } });
  }, [pointer, scoreOf]);
  useEffect(() => {
    const { drawing } = pointer.getState();
    const keeps = drawing?.kind === 'strokes' ? ['pan', 'brush', 'eraser'] : ['pan', drawing?.kind];
    if (drawing && !keeps.includes(tool)) pointer.setState({ drawing: null });
  }, [pointer, tool]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another region's levels are others
  useEffect(() => pointer.setState({ level: null }), [pointer, shownRegion]);
}
