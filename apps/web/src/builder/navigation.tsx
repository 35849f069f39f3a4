/**
 * Moving about in the builder. Addresses go through the router's history as they stand in the address bar, so that
 * the builder works wherever it is mounted.
 */
import { useRouter } from '@tanstack/react-router';
import { type ComponentProps, type MouseEvent, useCallback, useSyncExternalStore } from 'react';
import { basePath } from '../api.ts';
import { type BuilderPage, parsePath, pathOfPage } from './paths.ts';

const PREFIX = basePath === '/' ? '' : basePath;

export function hrefOf(page: BuilderPage, at?: string): string {
  return PREFIX + pathOfPage(page) + (at === undefined || at === '' ? '' : `#${encodeURI(at)}`);
}

export function hrefInApp(path: string): string {
  return PREFIX + path;
}

/** The page in the address bar, and the pointer behind `#` where there is one. */
export function useBuilderPage(): { readonly page: BuilderPage; readonly at: string } {
  const { history } = useRouter();
  const href = useSyncExternalStore(history.subscribe, () => history.location.href);
  const [path = '', hash = ''] = href.split('#');
  return { page: parsePath(path.split('?')[0] ?? ''), at: decodeHash(hash) };
}

function decodeHash(hash: string): string {
  try {
    return decodeURI(hash);
  } catch {
    return hash;
  }
}

export function useGo(): (
  page: BuilderPage,
  options?: { readonly at?: string; readonly replace?: boolean },
) => void {
  const { history } = useRouter();
  return useCallback(
    (page, options) => {
      const href = hrefOf(page, options?.at);
      if (options?.replace) history.replace(href);
      else history.push(href);
    },
    [history],
  );
}

/** Props of a link within the application: a real address, opened without a reload. */
export function useLink(): (href: string) => Pick<ComponentProps<'a'>, 'href' | 'onClick'> {
  const { history } = useRouter();
  return useCallback(
    (href) => ({
      href,
      onClick: (event: MouseEvent<HTMLAnchorElement>) => {
        if (event.defaultPrevented || event.button !== 0) return;
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        history.push(href);
      },
    }),
    [history],
  );
}

export function BuilderLink({ page, at, ...rest }: ComponentProps<'a'> & { page: BuilderPage; at?: string }) {
  const link = useLink()(hrefOf(page, at));
  return (
    // biome-ignore-start lint/a11y: a real link with an address; the handler only spares a reload.
    <a
      {...rest}
      {...link}
      onClick={(event) => {
        rest.onClick?.(event);
        link.onClick?.(event);
      }}
    />
    // biome-ignore-end lint/a11y: see above.
  );
}
