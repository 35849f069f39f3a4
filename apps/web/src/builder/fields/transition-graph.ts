/**
 * The steps of a status as a drawing, pure: options stand below each other in their order; an arrow that goes on
 * runs at their right, one that goes back at their left, each in a lane of its own so that none lies on another.
 */
import type { Option } from '@trellis/metadata';

/** Per option those that may follow it; what is left out may be followed by any. */
export type Transitions = Readonly<Record<string, readonly string[]>>;

/** In pixels. */
export const ROW = 46;
export const NODE = { width: 200, height: 32 } as const;
const LANE = 13;
const CORNER = 7;
/** Arrows leave a node beside its middle, and reach it at the other side of that. */
const PORT = 6;

export interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly path: string;
}
export interface Drawing {
  readonly width: number;
  readonly height: number;
  /** Where the nodes begin. */
  readonly left: number;
  readonly arrows: readonly Arrow[];
}

export function nextOf(transitions: Transitions, from: string): readonly string[] | undefined {
  return Object.hasOwn(transitions, from) ? transitions[from] : undefined;
}

/** Allows the step, or takes it away. Where any option could follow, the one that is named alone can from now on. */
export function withStep(transitions: Transitions, from: string, to: string): Transitions {
  const next = nextOf(transitions, from) ?? [];
  return {
    ...transitions,
    [from]: next.includes(to) ? next.filter((each) => each !== to) : [...next, to],
  };
}

/** Any option may follow again, or only those named. */
export function withNext(
  transitions: Transitions,
  from: string,
  next: readonly string[] | undefined,
): Transitions {
  const { [from]: _, ...others } = transitions;
  return next === undefined ? others : { ...others, [from]: next };
}

export function drawSteps(options: readonly Option[], transitions: Transitions): Drawing {
  const rows = new Map(options.map((option, row) => [option.value, row]));
  const steps = options.flatMap((option, from) =>
    (nextOf(transitions, option.value) ?? []).flatMap((value) => {
      const to = rows.get(value);
      return to === undefined || to === from ? [] : [{ from, to }];
    }),
  );
  const onwards = inLanes(steps.filter(({ from, to }) => from < to));
  const backwards = inLanes(steps.filter(({ from, to }) => from > to));
  const room = (lanes: ReadonlyMap<Step, number>) =>
    lanes.size === 0 ? 4 : 18 + LANE * (1 + Math.max(...lanes.values()));
  const left = room(backwards);
  const valueAt = (row: number) => options[row]?.value ?? '';
  const arrow = (step: Step, lane: number): Arrow => {
    const side = step.from < step.to ? 1 : -1;
    const edge = side === 1 ? left + NODE.width : left;
    const middle = (row: number) => row * ROW + ROW / 2;
    const [start, end] = [middle(step.from) + side * PORT, middle(step.to) - side * PORT];
    const bend = edge + side * (18 + LANE * lane);
    return {
      from: valueAt(step.from),
      to: valueAt(step.to),
      path: [
        `M ${edge} ${start} H ${bend - side * CORNER}`,
        `Q ${bend} ${start} ${bend} ${start + side * CORNER}`,
        `V ${end - side * CORNER}`,
        `Q ${bend} ${end} ${bend - side * CORNER} ${end} H ${edge + side * 2}`,
      ].join(' '),
    };
  };
  return {
    width: left + NODE.width + room(onwards),
    height: options.length * ROW,
    left,
    arrows: [...onwards, ...backwards].map(([step, lane]) => arrow(step, lane)),
  };
}

interface Step {
  readonly from: number;
  readonly to: number;
}

/** Short steps lie within, longer ones around them; two that share a stretch never share a lane. */
function inLanes(steps: readonly Step[]): ReadonlyMap<Step, number> {
  const span = ({ from, to }: Step) => Math.abs(to - from);
  const low = ({ from, to }: Step) => Math.min(from, to);
  const high = ({ from, to }: Step) => Math.max(from, to);
  const lanes = new Map<Step, number>();
  for (const step of steps.toSorted((a, b) => span(a) - span(b) || low(a) - low(b))) {
    const taken = new Set(
      [...lanes].flatMap(([other, lane]) =>
        low(other) <= high(step) && low(step) <= high(other) ? [lane] : [],
      ),
    );
    let lane = 0;
    while (taken.has(lane)) lane++;
    lanes.set(step, lane);
  }
  return lanes;
}
