/**
 * Parts of a screen that are loaded when they are first shown. Where one does not come, because the server is away or
 * has a newer version by now, it says so in a corner and the screen around stays as it is, with all that was typed.
 */
import { Button, Group } from '@mantine/core';
import { Component, type ComponentType, type ReactNode, lazy as reactLazy, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client } from '../api.ts';
import classes from './lazy.module.css';

/** What `import` throws in Chromium, Firefox and Safari when a file does not come, and Vite when its styles don't. */
const NOT_LOADED = /dynamically imported module|importing a module script failed|unable to preload/i;

/** As React's `lazy`; must stand in a `Suspense`, and does not take the screen down when it can't be loaded. */
// biome-ignore lint/suspicious/noExplicitAny: what React's own `lazy` takes.
export function lazy<T extends ComponentType<any>>(
  load: () => Promise<{ default: T }>,
): ComponentType<React.ComponentProps<T>> {
  // A failed `lazy` stays failed, so another try needs another one.
  let Current = reactLazy(load);
  // biome-ignore lint/correctness/noComponentHookFactories: called once per part, at the top of a file, as React's own.
  return function Part(props) {
    const [tries, setTries] = useState(0);
    const again = () => {
      Current = reactLazy(load);
      setTries(tries + 1);
    };
    return (
      <PartBoundary key={tries} onRetry={again}>
        <Current {...props} />
      </PartBoundary>
    );
  };
}

interface PartBoundaryProps {
  readonly children: ReactNode;
  onRetry(): void;
}

class PartBoundary extends Component<PartBoundaryProps, { readonly error?: unknown }> {
  override state: { readonly error?: unknown } = {};

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    // Faults of the part itself are for whoever stands further out.
    if (!(error instanceof Error && NOT_LOADED.test(error.message))) throw error;
    return <NotLoaded onRetry={this.props.onRetry} />;
  }
}

/** Says why the part is not there: a server that answers no longer has it. */
function NotLoaded({ onRetry }: { onRetry(): void }) {
  const { t } = useTranslation();
  const [isOutdated, setOutdated] = useState<boolean>();
  useEffect(() => {
    client.setupState().then(
      () => setOutdated(true),
      () => setOutdated(false),
    );
  }, []);
  if (isOutdated === undefined) return null;
  return (
    <div role="alert" className={classes.notice}>
      <p className={classes.title}>{t(isOutdated ? 'part.outdated' : 'part.away')}</p>
      <p className={classes.text}>{t(isOutdated ? 'part.outdatedText' : 'part.awayText')}</p>
      <Group gap="xs" mt="sm">
        <Button variant="default" onClick={onRetry}>
          {t('action.retry')}
        </Button>
        {isOutdated && <Button onClick={() => location.reload()}>{t('part.reload')}</Button>}
      </Group>
    </div>
  );
}
