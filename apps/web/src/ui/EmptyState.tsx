import type { ReactNode } from 'react';
import classes from './EmptyState.module.css';
import { NamedIcon } from './ObjectIcon.tsx';

interface EmptyStateProps {
  readonly icon?: string;
  readonly title: string;
  readonly children?: ReactNode;
  /** What to do about it: one or two buttons. */
  readonly actions?: ReactNode;
}

/** A place with nothing in it: says why, and offers the next step. */
export function EmptyState({ icon = 'inbox', title, children, actions }: EmptyStateProps) {
  return (
    <div className={classes.root}>
      <span className={classes.icon}>
        <NamedIcon name={icon} size={26} stroke={1.5} />
      </span>
      <h2 className={classes.title}>{title}</h2>
      {children !== undefined && <div className={classes.text}>{children}</div>}
      {actions !== undefined && <div className={classes.actions}>{actions}</div>}
    </div>
  );
}
