import type { PointerEvent } from 'react';
import { beforeEach, describe, expect, it } from 'vitest';
import { boxPolygon } from '../../../src-renderer/viewer/geometry.ts';
import { Interaction } from '../../../src-renderer/viewer/interaction.ts';
import type { InteractionContext } from '../../../src-renderer/viewer/interaction-context.ts';
import { createPointerStore } from '../../../src-renderer/viewer/pointer-state.ts';
import { useViewSettings } from '../../../src-renderer/viewer/view-settings.ts';
import type { Tool } from '../../../src-renderer/viewer/viewer-props.ts';
import { toImage, toScreen, type ViewerStage, viewportOf } from '../../../src-renderer/viewer/viewport.ts';
import type { SamPrompts } from '../../../src-shared/contract/review.ts';
import type { Polygon } from '../../../src-shared/geometry.ts';
import type { Region } from '../../../src-shared/result.ts';

// 200 × 100 image pixels, twice as large on the screen, 12 CSS pixels from its edges.
const stage: ViewerStage = {
  image: { width: 200, height: 100 },
  screen: { width: 424, height: 224 },
  ratio: 1,
};
const onScreen = (x: number, y: number) => ({ x: 12 + 2 * x, y: 12 + 2 * y });
const region = {
  index: 3,
  polygons: [boxPolygon({ x: 20, y: 20, width: 40, height: 40 })],
} as unknown as Region;

/** An interaction without a viewer; places are image pixels. */
function setUp(tool: Tool, more: Partial<InteractionContext> = {}) {
  const pointer = createPointerStore(1);
  const told: { prompts: (SamPrompts | null)[]; drawn: (readonly Polygon[])[]; regions: (number | null)[] } =
    {
      prompts: [],
      drawn: [],
      regions: [],
    };
  const context: InteractionContext = {
    imageId: 1,
    stage,
    tool,
    regions: [region],
    annotations: [],
    selectedRegion: null,
    selectedAnnotation: null,
    prompts: null,
    pointer,
    scoreAt: () => 0.5,
    onPrompts: (prompts) => told.prompts.push(prompts),
    onDrawn: (polygons) => told.drawn.push(polygons),
    onSelectRegion: (index) => told.regions.push(index),
    onSelectAnnotation: () => {},
    ...more,
  };
  const state = { context };
  const interaction = new Interaction(() => state.context);
  interaction.takePrompts(context.prompts);
  const element = {
    getBoundingClientRect: () => ({ left: 0, top: 0 }),
    setPointerCapture: () => {},
  };
  const event = (x: number, y: number, altKey = false, shiftKey = false) => {
    const at = onScreen(x, y);
    return {
      clientX: at.x,
      clientY: at.y,
      altKey,
      shiftKey,
      button: 0,
      pointerId: 1,
      currentTarget: element,
    } as unknown as PointerEvent<HTMLElement>;
  };
  const press = (x: number, y: number, altKey = false) => {
    interaction.handlers.onPointerMove(event(x, y));
    interaction.handlers.onPointerDown(event(x, y, altKey));
  };
  const release = (x: number, y: number) => interaction.handlers.onPointerUp(event(x, y));
  return {
    interaction,
    pointer,
    told,
    take: (changed: Partial<InteractionContext>) => Object.assign(context, changed),
    hover: (x: number, y: number, shiftKey = false) =>
      interaction.handlers.onPointerMove(event(x, y, false, shiftKey)),
    click(x: number, y: number, altKey = false) {
      press(x, y, altKey);
      release(x, y);
    },
    drag(...way: readonly (readonly [number, number])[]) {
      press(...way[0]!);
      for (const place of way.slice(1)) interaction.handlers.onPointerMove(event(...place));
      release(...way.at(-1)!);
    },
  };
}

beforeEach(() => useViewSettings.setState({ view: { kind: 'fit' }, brush: 20 }));

describe('moving and selecting', () => {
  it('selects the region that is clicked, and nothing beside it', () => {
    const { click, told, take } = setUp('pan');
    click(30, 30);
    take({ selectedRegion: 3 });
    click(150, 80);
    expect(told.regions).toEqual([3, null]);
  });

  it('moves when dragged and selects nothing then', () => {
    const { drag, told, interaction } = setUp('pan');
    interaction.wheel(onScreen(100, 50), { deltaY: -300, deltaMode: 0, ctrlKey: false } as WheelEvent);
    const before = useViewSettings.getState().view;
    drag([30, 30], [35, 32], [40, 40]);
    expect(useViewSettings.getState().view).not.toEqual(before);
    expect(told.regions).toEqual([]);
  });
});

describe('prompts', () => {
  it('are gathered click by click, even before the first is answered', () => {
    const { click, told, take } = setUp('point-positive');
    click(50, 40);
    take({ tool: 'point-negative' });
    click(90, 20);
    expect(told.prompts.at(-1)).toEqual({
      box: null,
      points: [
        { x: 50, y: 40, label: 1 },
        { x: 90, y: 20, label: 0 },
      ],
    });
  });

  it('begin with those of the selected region', () => {
    const prompts: SamPrompts = { box: { x: 1, y: 2, width: 30, height: 40 }, points: [] };
    const { click, told } = setUp('point-negative', { prompts });
    click(10, 10);
    expect(told.prompts).toEqual([{ box: prompts.box, points: [{ x: 10, y: 10, label: 0 }] }]);
  });

  it('can be moved, which is told once, and removed with Alt', () => {
    const { click, drag, told, pointer } = setUp('point-positive');
    click(50, 40);
    drag([50, 40], [60, 50], [70, 60]);
    expect(told.prompts).toHaveLength(2);
    expect(told.prompts[1]!.points).toEqual([{ x: 70, y: 60, label: 1 }]);
    expect(pointer.getState().dragged).toBeNull();
    click(70, 60, true);
    expect(told.prompts.at(-1)).toBeNull();
  });

  it('stay within the image', () => {
    const { click, drag, told, take } = setUp('point-positive');
    click(-3, 50);
    expect(told.prompts).toEqual([]);
    take({ tool: 'box' });
    drag([150, 50], [260, 160]);
    expect(told.prompts).toEqual([{ box: { x: 150, y: 50, width: 50, height: 50 }, points: [] }]);
  });

  it('take no click for a box', () => {
    const { click, told, pointer } = setUp('box');
    click(50, 50);
    expect(told.prompts).toEqual([]);
    expect(pointer.getState().drawing).toBeNull();
  });
});

describe('drawing', () => {
  const triangle = [
    [
      [10, 10],
      [60, 10],
      [60, 40],
      [10, 10],
    ],
  ];

  it('closes a polygon with a double click, at its first corner, or when it is finished', () => {
    const corners = [
      [10, 10],
      [60, 10],
      [60, 40],
    ] as const;
    for (const close of ['double', 'first', 'finish']) {
      const { click, told, interaction } = setUp('polygon');
      for (const [x, y] of corners) click(x, y);
      if (close === 'double') click(60, 40);
      else if (close === 'first') click(11, 11);
      else interaction.finish();
      expect(told.drawn, close).toEqual([[triangle]]);
    }
  });

  it('takes corners back, and does not close two', () => {
    const { click, told, interaction, pointer } = setUp('polygon');
    click(10, 10);
    click(60, 10);
    expect(interaction.finish()).toBe(false);
    interaction.removeLast();
    interaction.removeLast();
    expect(pointer.getState().drawing).toBeNull();
    expect(interaction.removeLast()).toBe(false);
    expect(told.drawn).toEqual([]);
  });

  it('draws a rectangle from any corner', () => {
    const { drag, told } = setUp('rectangle');
    drag([60, 50], [20, 10]);
    expect(told.drawn).toEqual([[boxPolygon({ x: 20, y: 10, width: 40, height: 40 })]]);
  });

  it('waits with brush strokes until they are finished', () => {
    const { drag, click, told, interaction } = setUp('brush');
    drag([20, 50], [100, 50]);
    click(150, 50);
    expect(told.drawn).toEqual([]);
    expect(interaction.finish()).toBe(true);
    expect(told.drawn[0]).toHaveLength(2);
  });

  it('erases from the selected region', () => {
    const { drag, told, interaction } = setUp('eraser', { selectedRegion: 3 });
    drag([40, 10], [40, 70]);
    interaction.finish();
    expect(told.drawn[0]).toHaveLength(2);
  });

  it('works with the keyboard alone: move, press, press again to end', () => {
    const { interaction, told } = setUp('rectangle');
    interaction.nudge(-100, -50);
    interaction.press();
    interaction.nudge(60, 40);
    interaction.press();
    expect(told.drawn).toEqual([[boxPolygon({ x: 50, y: 25, width: 30, height: 20 })]]);
  });
});

describe('two fingers', () => {
  /** Fingers by number; places are CSS pixels. */
  function fingersOn({ interaction }: ReturnType<typeof setUp>) {
    const element = { getBoundingClientRect: () => ({ left: 0, top: 0 }), setPointerCapture: () => {} };
    const event = (pointerId: number, x: number, y: number) =>
      ({
        pointerId,
        clientX: x,
        clientY: y,
        button: 0,
        altKey: false,
        pointerType: 'touch',
        currentTarget: element,
      }) as unknown as PointerEvent<HTMLElement>;
    return {
      down: (id: number, x: number, y: number) => interaction.handlers.onPointerDown(event(id, x, y)),
      move: (id: number, x: number, y: number) => interaction.handlers.onPointerMove(event(id, x, y)),
      up: (id: number) => interaction.handlers.onPointerUp(event(id, 0, 0)),
      cancel: (id: number) => interaction.handlers.onPointerCancel(event(id, 0, 0)),
    };
  }
  const port = () => viewportOf(useViewSettings.getState().view, stage);

  it('zoom about the middle between them', () => {
    const fingers = fingersOn(setUp('pan'));
    const before = port();
    fingers.down(1, 150, 100);
    fingers.down(2, 250, 100);
    fingers.move(1, 100, 100);
    fingers.move(2, 300, 100);
    expect(port().scale).toBeCloseTo(2 * before.scale);
    const at = toScreen(port(), toImage(before, { x: 200, y: 100 }));
    expect(at.x).toBeCloseTo(200);
    expect(at.y).toBeCloseTo(100);
  });

  it('move the image together, select nothing, and the one that stays goes on moving it', () => {
    const setup = setUp('pan');
    const fingers = fingersOn(setup);
    fingers.down(1, 80, 80);
    fingers.down(2, 280, 80);
    fingers.move(1, 0, 80);
    fingers.move(2, 360, 80);
    const zoomed = port();
    fingers.move(1, 10, 90);
    fingers.move(2, 370, 90);
    expect(port().x).toBeCloseTo(zoomed.x + 10, 0);
    expect(port().y).toBeCloseTo(zoomed.y + 10, 0);
    fingers.up(2);
    const before = port();
    fingers.move(1, 25, 90);
    expect(port().x).toBeCloseTo(before.x + 15);
    expect(port().y).toBeCloseTo(before.y);
    fingers.up(1);
    fingers.move(1, 60, 90);
    expect(port().x).toBeCloseTo(before.x + 15);
    expect(setup.told.regions).toEqual([]);
  });

  it('take back what the first of them began', () => {
    const asking = setUp('point-positive');
    const first = fingersOn(asking);
    first.down(1, 150, 100);
    first.down(2, 250, 100);
    first.up(1);
    first.up(2);
    expect(asking.told.prompts.at(-1)).toBeNull();
    const painting = setUp('brush');
    const second = fingersOn(painting);
    painting.drag([20, 50], [100, 50]);
    second.down(1, 150, 100);
    second.move(1, 160, 100);
    second.down(2, 250, 100);
    expect(painting.pointer.getState().drawing).toMatchObject({ strokes: [{ points: { length: 2 } }] });
    second.up(2);
    second.move(1, 300, 100);
    second.up(1);
    expect(painting.pointer.getState().drawing).toMatchObject({ strokes: { length: 1 } });
  });

  it('leave a third one out, and end cleanly when the system takes them', () => {
    const setup = setUp('pan');
    const fingers = fingersOn(setup);
    fingers.down(1, 100, 100);
    fingers.down(2, 200, 100);
    fingers.down(3, 300, 100);
    const before = port();
    fingers.move(3, 350, 150);
    fingers.up(3);
    expect(port()).toEqual(before);
    fingers.cancel(1);
    fingers.cancel(2);
    setup.click(30, 30);
    expect(setup.told.regions).toEqual([3]);
  });
});

describe('the wheel', () => {
  const turn = (interaction: ReturnType<typeof setUp>['interaction'], deltaY: number, ctrlKey: boolean) => {
    interaction.wheel(onScreen(60, 40), { deltaY, deltaMode: 0, ctrlKey } as WheelEvent);
    return viewportOf(useViewSettings.getState().view, stage);
  };

  it('zooms about the pointer, as does a pinch on a touchpad, which comes in small steps', () => {
    const { interaction } = setUp('pan');
    const scales = [false, true].map((ctrlKey) => {
      useViewSettings.setState({ view: { kind: 'free', factor: 3, centre: { x: 0.5, y: 0.5 } } });
      const before = viewportOf(useViewSettings.getState().view, stage);
      const after = turn(interaction, -8, ctrlKey);
      expect(after.scale).toBeGreaterThan(before.scale);
      const at = toScreen(after, toImage(before, onScreen(60, 40)));
      expect(at.x).toBeCloseTo(onScreen(60, 40).x);
      expect(at.y).toBeCloseTo(onScreen(60, 40).y);
      return after.scale;
    });
    expect(scales[1]).toBeGreaterThan(scales[0]!);
  });

  it('with Ctrl does not leap at one click of a real wheel', () => {
    const { interaction } = setUp('pan');
    const before = viewportOf(useViewSettings.getState().view, stage).scale;
    expect(turn(interaction, -120, true).scale / before).toBeLessThan(1.5);
  });
});

it('says where the pointer is and what the map says there', () => {
  const { interaction, pointer, click } = setUp('pan');
  click(30, 30);
  expect(pointer.getState()).toMatchObject({ position: { x: 30, y: 30, score: 0.5 }, region: 3 });
  interaction.handlers.onPointerLeave();
  expect(pointer.getState()).toMatchObject({ position: null, region: null });
});

describe('the ruler', () => {
  const line = (pointer: ReturnType<typeof setUp>['pointer']) => {
    const { drawing } = pointer.getState();
    if (drawing?.kind !== 'ruler') throw new Error('There is no ruler.');
    return [drawing.from, drawing.to, drawing.isFixed];
  };

  it('takes two clicks, and follows the pointer between them', () => {
    const { click, hover, pointer } = setUp('ruler');
    click(20, 30);
    hover(60, 50);
    expect(line(pointer)).toEqual([{ x: 20, y: 30 }, { x: 60, y: 50 }, false]);
    click(80, 60);
    hover(10, 10);
    expect(line(pointer)).toEqual([{ x: 20, y: 30 }, { x: 80, y: 60 }, true]);
  });

  it('is drawn out as well; a further press begins another one', () => {
    const { drag, click, pointer } = setUp('ruler');
    drag([20, 30], [50, 30], [90, 40]);
    expect(line(pointer)).toEqual([{ x: 20, y: 30 }, { x: 90, y: 40 }, true]);
    click(150, 80);
    expect(line(pointer)).toEqual([{ x: 150, y: 80 }, { x: 150, y: 80 }, false]);
  });

  it('is taken up again at either end', () => {
    const { drag, pointer } = setUp('ruler');
    drag([20, 30], [90, 40]);
    drag([21, 31], [40, 60]);
    expect(line(pointer)).toEqual([{ x: 90, y: 40 }, { x: 40, y: 60 }, true]);
  });

  it('goes straight with Shift, and stays in the image', () => {
    const { click, hover, pointer } = setUp('ruler');
    click(20, 30);
    hover(120, 38, true);
    expect(line(pointer)[1]).toEqual({ x: 120, y: 30 });
    hover(60, 74, true);
    expect(line(pointer)[1]).toEqual({ x: 62, y: 72 });
    hover(500, 40);
    expect(line(pointer)[1]).toEqual({ x: 200, y: 40 });
  });

  it('is measured with the keyboard alone', () => {
    const { interaction, pointer } = setUp('ruler');
    // The cross begins in the middle of the screen; an image pixel is two of it.
    interaction.nudge(-40, 0);
    interaction.press();
    interaction.nudge(120, 0);
    interaction.nudge(0, 10);
    expect(line(pointer)).toEqual([{ x: 80, y: 50 }, { x: 140, y: 55 }, false]);
    interaction.press(true);
    expect(line(pointer)).toEqual([{ x: 80, y: 50 }, { x: 140, y: 50 }, true]);
    expect(interaction.removeLast()).toBe(true);
    expect(pointer.getState().drawing).toBeNull();
  });

  it('stays where it is in the image when the view changes', () => {
    const { click, interaction, pointer } = setUp('ruler');
    click(20, 30);
    click(90, 40);
    interaction.wheel(onScreen(100, 50), { deltaY: -300, deltaMode: 0, ctrlKey: false } as WheelEvent);
    expect(line(pointer)).toEqual([{ x: 20, y: 30 }, { x: 90, y: 40 }, true]);
  });
});
