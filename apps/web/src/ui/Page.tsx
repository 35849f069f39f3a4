import type { ReactNode } from 'react';
import { useEffect } from 'react';
import classes from './Page.module.css';

interface PageProps {
  /** Title of the page: its heading and the browser tab. */
  readonly title: string;
  readonly icon?: ReactNode;
  /** Beside the title: badges, a picker. */
  readonly beside?: ReactNode;
  readonly actions?: ReactNode;
  /** A line under the title. */
  readonly subtitle?: ReactNode;
  /** `fill`: the content scrolls by itself (lists). `scroll`: the page scrolls. */
  readonly layout?: 'scroll' | 'fill';
  /** Keeps text at a readable width. */
  readonly width?: 'full' | 'text';
  readonly children: ReactNode;
}

/** A page inside the shell: heading, actions, content. */
export function Page({
  title,
  icon,
  beside,
  actions,
  subtitle,
  layout = 'scroll',
  width = 'full',
  children,
}: PageProps) {
  useDocumentTitle(title);
  return (
    <div className={classes.page} data-layout={layout}>
      <header className={classes.header} data-width={width}>
        <div className={classes.heading}>
          {icon}
          <div className={classes.titles}>
            <h1 className={classes.title}>{title}</h1>
            {subtitle !== undefined && <div className={classes.subtitle}>{subtitle}</div>}
          </div>
          {beside}
        </div>
        {actions !== undefined && <div className={classes.actions}>{actions}</div>}
      </header>
      <div className={classes.content} data-width={width}>
        {children}
      </div>
    </div>
  );
}

/** Sets the title of the browser tab while the caller is mounted. */
export function useDocumentTitle(title: string): void {
  useEffect(() => {
    document.title = title === '' ? 'Trellis' : `${title} · Trellis`;
  }, [title]);
}
