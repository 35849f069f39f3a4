/** The role tree on screen, walked with the arrow keys as trees are (WAI-ARIA tree view). */
import { IconChevronRight } from '@tabler/icons-react';
import { type CSSProperties, type KeyboardEvent, useRef, useState } from 'react';
import { useAccessMessages } from '../messages.ts';
import classes from './Roles.module.css';
import { type RoleRow, visibleRows } from './role-tree.ts';

interface RoleTreeViewProps {
  readonly rows: readonly RoleRow[];
  readonly selected: string | undefined;
  readonly countOf: (name: string) => number;
  onSelect(name: string): void;
}

export function RoleTreeView({ rows, selected, countOf, onSelect }: RoleTreeViewProps) {
  const t = useAccessMessages();
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [focused, setFocused] = useState<string>();
  const items = useRef(new Map<string, HTMLElement>());
  const shown = visibleRows(rows, closed);
  const isShown = (name: string | undefined) => shown.some((row) => row.name === name);
  const stop = [focused, selected].find(isShown) ?? shown[0]?.name;
  const setOpen = (name: string, isOpen: boolean) =>
    setClosed((current) => {
      const next = new Set(current);
      if (isOpen) next.delete(name);
      else next.add(name);
      return next;
    });
  const goTo = (row: RoleRow | undefined) => {
    if (row === undefined) return;
    setFocused(row.name);
    items.current.get(row.name)?.focus();
  };
  const step = (key: string, row: RoleRow): boolean => {
    const at = shown.indexOf(row);
    const isOpen = row.hasChildren && !closed.has(row.name);
    switch (key) {
      case 'ArrowDown':
        goTo(shown[at + 1]);
        return true;
      case 'ArrowUp':
        goTo(shown[at - 1]);
        return true;
      case 'Home':
        goTo(shown[0]);
        return true;
      case 'End':
        goTo(shown.at(-1));
        return true;
      case 'ArrowRight':
        if (isOpen) goTo(shown[at + 1]);
        else setOpen(row.name, true);
        return true;
      case 'ArrowLeft':
        if (isOpen) setOpen(row.name, false);
        else goTo(shown.find((each) => each.name === row.parent));
        return true;
      case 'Enter':
      case ' ':
        onSelect(row.name);
        return true;
      default:
        return false;
    }
  };
  const onKeyDown = (event: KeyboardEvent, row: RoleRow) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (step(event.key, row)) event.preventDefault();
    else if (/^[\p{L}\p{N}]$/u.test(event.key)) {
      const at = shown.indexOf(row);
      const after = [...shown.slice(at + 1), ...shown.slice(0, at)];
      const begin = event.key.toLocaleLowerCase();
      goTo(after.find((each) => each.label.toLocaleLowerCase().startsWith(begin)));
    }
  };
  return (
    <div role="tree" aria-label={t('roles.tree')} className={classes.tree}>
      {shown.map((row) => (
        <div
          key={row.name}
          ref={(element) => {
            if (element === null) items.current.delete(row.name);
            else items.current.set(row.name, element);
          }}
          role="treeitem"
          aria-level={row.level}
          aria-setsize={row.siblings}
          aria-posinset={row.position}
          aria-selected={row.name === selected}
          aria-expanded={row.hasChildren ? !closed.has(row.name) : undefined}
          tabIndex={row.name === stop ? 0 : -1}
          className={classes.item}
          style={{ '--level': String(row.level) } as CSSProperties}
          onClick={() => onSelect(row.name)}
          onFocus={() => setFocused(row.name)}
          onKeyDown={(event) => onKeyDown(event, row)}
        >
          {/* For the pointer only: the keyboard has its arrows, and the item itself says whether it is open. */}
          <span
            aria-hidden
            className={classes.twist}
            data-open={(row.hasChildren && !closed.has(row.name)) || undefined}
            onClick={(event) => {
              if (!row.hasChildren) return;
              event.stopPropagation();
              setOpen(row.name, closed.has(row.name));
            }}
          >
            {row.hasChildren && <IconChevronRight size={14} />}
          </span>
          <span className={classes.itemLabel}>{row.label}</span>
          <span className={classes.itemCount}>
            {countOf(row.name) > 0 && t('roles.people', { count: countOf(row.name) })}
          </span>
        </div>
      ))}
    </div>
  );
}
