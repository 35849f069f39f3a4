import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawSteps, NODE, nextOf, type Transitions, withNext, withStep } from './transition-graph.ts';

const VALUES = ['new', 'open', 'waiting', 'won', 'lost', 'toString'];
const options = VALUES.map((value) => ({ value, label: value }));
const anyTransitions: fc.Arbitrary<Transitions> = fc.dictionary(
  fc.constantFrom(...VALUES),
  fc.uniqueArray(fc.constantFrom(...VALUES)),
  { noNullPrototype: true },
);

describe('the steps of a status', () => {
  it('are drawn one arrow each, none on another', () => {
    fc.assert(
      fc.property(anyTransitions, (transitions) => {
        const { arrows, width, height, left } = drawSteps(options, transitions);
        const steps = Object.entries(transitions).flatMap(([from, next]) =>
          next.filter((to) => to !== from).map((to) => `${from} ${to}`),
        );
        expect(arrows.map(({ from, to }) => `${from} ${to}`).sort()).toEqual(steps.sort());
        // The upright stretch of each: its place across, and from where to where.
        const stretches = arrows.map(({ path }) => {
          const [, x, y] = /Q (\S+) \S+ \S+ (\S+)/.exec(path) ?? [];
          const end = /V (\S+)/.exec(path)?.[1];
          return { x: Number(x), ends: [Number(y), Number(end)].sort((a, b) => a - b) as [number, number] };
        });
        for (const [index, one] of stretches.entries())
          for (const other of stretches.slice(index + 1))
            if (one.x === other.x)
              expect(one.ends[1] < other.ends[0] || other.ends[1] < one.ends[0]).toBe(true);
        for (const { x, ends } of stretches) {
          expect(x > 0 && x < width && ends[0] >= 0 && ends[1] <= height).toBe(true);
          expect(x < left || x > left + NODE.width).toBe(true);
        }
      }),
    );
  });

  it('a step is allowed and taken away again', () => {
    expect(withStep({}, 'new', 'open')).toEqual({ new: ['open'] });
    expect(withStep({ new: ['open'] }, 'new', 'won')).toEqual({ new: ['open', 'won'] });
    expect(withStep({ new: ['open', 'won'] }, 'new', 'open')).toEqual({ new: ['won'] });
    expect(withStep({ new: ['won'] }, 'new', 'won')).toEqual({ new: [] });
  });

  it('without a word on an option, any may follow it; names of built-in things are no words', () => {
    expect(nextOf({}, 'toString')).toBeUndefined();
    expect(withNext({ new: [] }, 'new', undefined)).toEqual({});
    expect(withNext({}, 'new', [])).toEqual({ new: [] });
  });
});
