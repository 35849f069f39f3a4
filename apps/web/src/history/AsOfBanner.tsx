import { Button, TextInput } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useState } from 'react';
import classes from './AsOfBanner.module.css';
import { fromLocal, toLocal } from './as-of.ts';
import { useMessages } from './messages.ts';

interface AsOfBannerProps {
  readonly at: string;
  /** What can be done with it, beside looking. */
  readonly children?: ReactNode;
  onChange(at: string | undefined): void;
}

/** Says that the page tells of a time that is past, and lets one choose another, or come back. */
export function AsOfBanner({ at, children, onChange }: AsOfBannerProps) {
  const t = useMessages();
  const [text, setText] = useState(() => toLocal(at));
  const [shown, setShown] = useState(at);
  if (shown !== at) {
    setShown(at);
    setText(toLocal(at));
  }
  const choose = () => {
    const next = fromLocal(text);
    if (next === undefined) setText(toLocal(at));
    else if (text !== toLocal(at)) onChange(next);
  };
  return (
    <section className={classes.root} aria-label={t('asOfLabel')}>
      <IconHistory size={18} stroke={1.75} aria-hidden className={classes.icon} />
      <TextInput
        type="datetime-local"
        step={1}
        label={t('asOfLabel')}
        classNames={{ root: classes.input ?? '', label: classes.label ?? '' }}
        value={text}
        max={toLocal(new Date().toISOString())}
        onChange={(event) => setText(event.currentTarget.value)}
        onBlur={choose}
        onKeyDown={(event) => event.key === 'Enter' && choose()}
      />
      <p className={classes.text} role="status">
        {t('asOfText')}
      </p>
      <div className={classes.actions}>
        {children}
        <Button variant="default" onClick={() => onChange(undefined)}>
          {t('asOfBack')}
        </Button>
      </div>
    </section>
  );
}
