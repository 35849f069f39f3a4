/**
 * The steps of a status as a graph: options are nodes, allowed steps are arrows. An arrow is drawn by choosing where
 * it begins and then where it ends, with pointer, touch or keys alike, or by dragging from one to the other.
 */
import { Group, Text } from '@mantine/core';
import { type KeyboardEvent, type PointerEvent, useId, useRef, useState } from 'react';
import { useMessages } from '../messages.ts';
import classes from './TransitionsGraph.module.css';
import { AnyOrSome, type TransitionsProps } from './TransitionsList.tsx';
import { drawSteps, NODE, nextOf, ROW, withNext, withStep } from './transition-graph.ts';

/** Pixels that a pointer moves before a press becomes a drag. */
const DRAG = 8;

export function TransitionsGraph({ options, transitions, onChange }: TransitionsProps) {
  const t = useMessages();
  const id = useId();
  /** The option that arrows are drawn from, once one is chosen. */
  const [from, setFrom] = useState<string>();
  const [focused, setFocused] = useState(options[0]?.value);
  const [said, setSaid] = useState('');
  const nodes = useRef(new Map<string, HTMLButtonElement>());
  const press = useRef<{ value: string; x: number; y: number } | undefined>(undefined);
  const drawing = drawSteps(options, transitions);
  const source = options.find((option) => option.value === from);
  const labelOf = (value: string) => options.find((each) => each.value === value)?.label || value;
  const roving = options.some((each) => each.value === focused) ? focused : options[0]?.value;

  const toggle = (start: string, end: string) => {
    const next = withStep(transitions, start, end);
    const isAllowed = next[start]?.includes(end) === true;
    const words = { from: labelOf(start), to: labelOf(end) };
    setSaid(t(isAllowed ? 'property.transitions.allowed' : 'property.transitions.takenAway', words));
    onChange(next);
  };
  const choose = (value: string) => {
    if (from === undefined) setFrom(value);
    else if (from === value) setFrom(undefined);
    else toggle(from, value);
  };
  const focus = (index: number) => nodes.current.get(options[index]?.value ?? '')?.focus();
  const onKeyDown = (event: KeyboardEvent, index: number) => {
    const last = options.length - 1;
    const steps: Record<string, number> = {
      ArrowDown: Math.min(index + 1, last),
      ArrowUp: Math.max(index - 1, 0),
      Home: 0,
      End: last,
    };
    const next = steps[event.key];
    if (next !== undefined) focus(next);
    else if (event.key === 'Escape' && from !== undefined) {
      // The key ends the drawing, not the dialog that it stands in.
      event.stopPropagation();
      setFrom(undefined);
      nodes.current.get(from)?.focus();
    } else return;
    event.preventDefault();
  };
  const onPointerUp = (event: PointerEvent) => {
    const began = press.current;
    press.current = undefined;
    if (began === undefined || Math.hypot(event.clientX - began.x, event.clientY - began.y) < DRAG) return;
    const under = document.elementFromPoint(event.clientX, event.clientY)?.closest('[data-option]');
    const end = under?.getAttribute('data-option');
    if (end === null || end === undefined || end === began.value) return;
    setFrom(began.value);
    toggle(began.value, end);
  };

  return (
    <div className={classes.root}>
      <p id={`${id}-keys`} className={classes.help}>
        {source === undefined
          ? t('property.transitions.graphHelp')
          : t('property.transitions.drawing', { option: labelOf(source.value) })}
      </p>
      <div className={classes.scroll}>
        <fieldset
          className={classes.graph}
          aria-label={t('property.transitions.label')}
          aria-describedby={`${id}-keys`}
          style={{ width: drawing.width, height: drawing.height }}
          onPointerUp={onPointerUp}
        >
          <svg width={drawing.width} height={drawing.height} className={classes.arrows} aria-hidden>
            <title>{t('property.transitions.label')}</title>
            <defs>
              <marker
                id={`${id}-tip`}
                viewBox="0 0 8 8"
                refX="7"
                refY="4"
                markerUnits="userSpaceOnUse"
                markerWidth="9"
                markerHeight="9"
                orient="auto"
              >
                <path d="M0 0 L8 4 L0 8 z" fill="context-stroke" />
              </marker>
            </defs>
            {drawing.arrows.map((arrow) => (
              <path
                key={`${arrow.from} ${arrow.to}`}
                d={arrow.path}
                className={classes.arrow}
                data-state={from === undefined ? undefined : arrow.from === from ? 'chosen' : 'other'}
                markerEnd={`url(#${id}-tip)`}
              />
            ))}
          </svg>
          {options.map((option, index) => {
            const next = nextOf(transitions, option.value);
            const label = option.label || option.value;
            const isSource = option.value === from;
            const isTarget = source !== undefined && !isSource;
            const follows = from !== undefined && nextOf(transitions, from)?.includes(option.value) === true;
            const color = option.color ?? 'gray';
            return (
              <button
                key={option.value}
                type="button"
                ref={(node) => {
                  if (node === null) nodes.current.delete(option.value);
                  else nodes.current.set(option.value, node);
                }}
                data-option={option.value}
                data-source={isSource || undefined}
                data-follows={(isTarget && follows) || undefined}
                className={classes.node}
                tabIndex={option.value === roving ? 0 : -1}
                aria-pressed={isTarget ? follows : isSource}
                style={{
                  top: index * ROW + (ROW - NODE.height) / 2,
                  left: drawing.left,
                  width: NODE.width,
                  height: NODE.height,
                  background: `var(--tr-${color}-background)`,
                  color: `var(--tr-${color}-text)`,
                }}
                onFocus={() => setFocused(option.value)}
                onKeyDown={(event) => onKeyDown(event, index)}
                onPointerDown={(event) => {
                  press.current = { value: option.value, x: event.clientX, y: event.clientY };
                  // A finger would otherwise keep hold of the node that it pressed.
                  event.currentTarget.releasePointerCapture(event.pointerId);
                }}
                onClick={() => choose(option.value)}
              >
                <span className={classes.label}>{label}</span>
                {next === undefined && (
                  <span className={classes.mark}>{t('property.transitions.anyMark')}</span>
                )}
                {next?.length === 0 && (
                  <span className={classes.mark}>{t('property.transitions.endMark')}</span>
                )}
                <span className={classes.unseen}>
                  {isTarget
                    ? t('property.transitions.target', { from: labelOf(source.value) })
                    : next !== undefined &&
                      next.length > 0 &&
                      t('property.transitions.nodeNext', { next: next.map(labelOf).join(', ') })}
                </span>
              </button>
            );
          })}
        </fieldset>
      </div>
      {source !== undefined && (
        <Group gap="xs">
          <Text size="xs">{t('property.transitions.mode', { option: labelOf(source.value) })}</Text>
          <AnyOrSome
            option={source}
            isAny={nextOf(transitions, source.value) === undefined}
            onChange={(isAny) => onChange(withNext(transitions, source.value, isAny ? undefined : []))}
          />
        </Group>
      )}
      <span className={classes.unseen} role="status">
        {said}
      </span>
    </div>
  );
}
