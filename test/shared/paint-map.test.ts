import { describe, expect, it } from 'vitest';
import { scoreColour } from '../../src-shared/colour-map.ts';
import { colourTable, paintMap, scoreOpacity } from '../../src-shared/paint-map.ts';

describe('painting', () => {
  it('takes the colour of the score, the same for every image', () => {
    const table = colourTable(0.5);
    const out = new Uint32Array(3);
    paintMap(Uint16Array.of(0, 32768, 65535), table, out);
    const bytes = new Uint8Array(out.buffer);
    expect([...bytes.slice(8, 12)]).toEqual([...scoreColour(1), 255]);
    expect(bytes[3]).toBe(0);
    // 32768 is half of the scale, to a step of the table.
    const middle = scoreColour(0.5);
    for (const channel of [0, 1, 2] as const)
      expect(Math.abs(bytes[4 + channel]! - middle[channel])).toBeLessThanOrEqual(1);
  });

  it('fades below θ, rises with the score and never falls', () => {
    expect(scoreOpacity(0, 0.4)).toBe(0);
    expect(scoreOpacity(0.1, 0.4)).toBeCloseTo(0.0625);
    expect(scoreOpacity(0.4, 0.4)).toBeCloseTo(0.8);
    expect(scoreOpacity(1, 0.4)).toBeCloseTo(1);
    expect(scoreOpacity(1, 1)).toBe(1);
    expect(scoreOpacity(0, 0)).toBeCloseTo(0.8);
    for (let i = 1; i <= 100; i++)
      expect(scoreOpacity(i / 100, 0.37)).toBeGreaterThanOrEqual(scoreOpacity((i - 1) / 100, 0.37));
  });

  it('works with tables of any power of two', () => {
    const out = new Uint32Array(2);
    paintMap(Uint16Array.of(32767, 32768), Uint32Array.of(7, 9), out);
    expect([...out]).toEqual([7, 9]);
  });
});
