import type { ReactNode } from 'react';
import { useDocumentTitle } from '../ui/Page.tsx';
import classes from './SignInFrame.module.css';

interface SignInFrameProps {
  readonly title: string;
  readonly text: string;
  readonly children: ReactNode;
}

/** The frame of the screens before sign-in. */
export function SignInFrame({ title, text, children }: SignInFrameProps) {
  useDocumentTitle(title);
  return (
    <main className={classes.root}>
      <div className={classes.card}>
        <div className={classes.brand}>
          <img src="/favicon.svg" alt="" width={30} height={30} />
          <span>Trellis</span>
        </div>
        <h1 className={classes.title}>{title}</h1>
        <p className={classes.text}>{text}</p>
        {children}
      </div>
    </main>
  );
}
