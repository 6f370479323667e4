import { describe, expect, it } from 'vitest';
import { lineBetween, onScreen, placeBeside } from '../../../src-renderer/viewer/card-layout.ts';

const screen = { width: 800, height: 600 };
const card = { width: 200, height: 120 };
const box = (x: number, y: number, width: number, height: number) => ({ x, y, width, height });

describe('a card', () => {
  it('stands to the right of its box, else to the left, else below or above', () => {
    expect(placeBeside(box(100, 100, 50, 50), card, screen)).toEqual({ x: 164, y: 100 });
    expect(placeBeside(box(650, 100, 100, 50), card, screen)).toEqual({ x: 436, y: 100 });
    expect(placeBeside(box(20, 100, 760, 50), card, screen)).toEqual({ x: 20, y: 164 });
    expect(placeBeside(box(20, 400, 760, 180), card, screen)).toEqual({ x: 20, y: 266 });
  });

  it('is whole on the screen and covers nothing of its box where there is room beside it', () => {
    for (let x = -100; x <= 800; x += 75) {
      for (let y = -100; y <= 600; y += 50) {
        const target = box(x, y, 120, 80);
        const place = placeBeside(target, card, screen);
        expect(place.x).toBeGreaterThanOrEqual(0);
        expect(place.y).toBeGreaterThanOrEqual(0);
        expect(place.x + card.width).toBeLessThanOrEqual(screen.width);
        expect(place.y + card.height).toBeLessThanOrEqual(screen.height);
        const seen = onScreen(target, screen);
        const apart =
          place.x >= seen.x + seen.width ||
          place.x + card.width <= seen.x ||
          place.y >= seen.y + seen.height ||
          place.y + card.height <= seen.y;
        expect(apart, `${x} ${y}`).toBe(true);
      }
    }
  });

  it('goes round what is in the way', () => {
    const legend = box(150, 400, 300, 200);
    const place = placeBeside(box(100, 450, 50, 50), card, screen, [legend]);
    expect(place.y + card.height).toBeLessThanOrEqual(450);
    expect(placeBeside(box(100, 450, 50, 50), card, screen)).toEqual({ x: 164, y: 450 });
  });

  it('stays on the screen when its box fills it or has left it', () => {
    expect(placeBeside(box(-500, -500, 3000, 3000), card, screen)).toEqual({ x: 590, y: 10 });
    expect(placeBeside(box(2000, 200, 50, 50), card, screen)).toEqual({ x: 590, y: 200 });
  });
});

describe('the line between card and box', () => {
  it('is the shortest one', () => {
    expect(lineBetween(box(0, 0, 10, 10), box(30, 2, 10, 4))).toEqual([
      { x: 10, y: 5 },
      { x: 30, y: 5 },
    ]);
    expect(lineBetween(box(0, 0, 10, 10), box(20, 20, 5, 5))).toEqual([
      { x: 10, y: 10 },
      { x: 20, y: 20 },
    ]);
  });

  it('is not there when they meet', () => {
    expect(lineBetween(box(0, 0, 10, 10), box(5, 5, 10, 10))).toBeNull();
  });
});
