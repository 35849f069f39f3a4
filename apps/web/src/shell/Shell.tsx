import { ActionIcon } from '@mantine/core';
import { useDisclosure, useHotkeys, useLocalStorage } from '@mantine/hooks';
import { IconLayoutSidebar, IconMenu2, IconSearch } from '@tabler/icons-react';
import { Outlet, useRouterState } from '@tanstack/react-router';
import { type RefObject, Suspense, useEffect, useRef, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { useMe } from '../api.ts';
import { ConnectionNote } from '../live/ConnectionNote.tsx';
import { connection, onConnection } from '../live/connection.ts';
import '../live/other-tabs.ts';
import { onQuestion, openQuestion } from '../runtime/confirm-warnings.ts';
import { DisplayProvider, useWorkspaceDisplay } from '../runtime/use-display.ts';
import { Keys } from '../ui/Kbd.tsx';
import { lazy } from '../ui/lazy.tsx';
import { AppSwitcher } from './AppSwitcher.tsx';
import { Navigation } from './Navigation.tsx';
import classes from './Shell.module.css';
import { UserMenu } from './UserMenu.tsx';

const ViewBanner = lazy(async () => ({ default: (await import('./ViewBanner.tsx')).ViewBanner }));

const loadPalette = () => import('./CommandPalette.tsx');
const CommandPalette = lazy(async () => ({ default: (await loadPalette()).CommandPalette }));
/** It is there before it is asked for, unless somebody is quick. */
const PALETTE_MILLISECONDS = 1500;

const NavigationDrawer = lazy(async () => ({
  default: (await import('./NavigationDrawer.tsx')).NavigationDrawer,
}));

const WarningsDialog = lazy(async () => ({
  default: (await import('../runtime/WarningsDialog.tsx')).WarningsDialog,
}));

let isLive = false;
/** Once, and after the first screen: nothing on it waits for news. */
function loadLiveUpdates(): void {
  if (isLive) return;
  isLive = true;
  void import('../live/live-updates.ts').then(({ startLiveUpdates }) => startLiveUpdates());
}

/** Keeps what is typed while the palette is on its way, and from the page, whose shortcuts letters are. */
function EarlyKeys({ typed }: { typed: RefObject<string> }) {
  useEffect(() => {
    const hear = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.key.length > 1) return;
      event.preventDefault();
      event.stopPropagation();
      typed.current += event.key;
    };
    window.addEventListener('keydown', hear, true);
    return () => window.removeEventListener('keydown', hear, true);
  }, [typed]);
  return null;
}

/** The frame around every screen: navigation at the left (a drawer on a phone), search and the person at the top. */
export function Shell() {
  const { t } = useTranslation();
  const { view, user } = useMe();
  const display = useWorkspaceDisplay();
  const [isDrawerOpen, drawer] = useDisclosure(false);
  // It stays once it was opened, so that it can slide out again.
  const wasDrawerOpen = useRef(false);
  wasDrawerOpen.current ||= isDrawerOpen;
  const typed = useRef('');
  const [isPaletteOpen, palette] = useDisclosure(false, {
    onOpen: () => {
      typed.current = '';
    },
  });
  const connected = useSyncExternalStore(onConnection, connection);
  const question = useSyncExternalStore(onQuestion, openQuestion);
  const [isNarrow, setNarrow] = useLocalStorage({
    key: 'trellis-rail',
    defaultValue: false,
    getInitialValueInEffect: false,
  });
  const pathname = useRouterState({ select: (state) => state.location.href });
  useHotkeys([['mod+K', palette.toggle]], []);
  useEffect(loadLiveUpdates, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the drawer closes whenever the address changes.
  useEffect(drawer.close, [pathname]);

  useEffect(() => {
    const timer = setTimeout(() => loadPalette().catch(() => undefined), PALETTE_MILLISECONDS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className={classes.shell} data-rail={isNarrow || undefined} data-viewed={view ? true : undefined}>
      <a href="#main" className="tr-skip-link">
        {t('shell.skip')}
      </a>
      {view && (
        <Suspense fallback={<div className={classes.banner} />}>
          <ViewBanner className={classes.banner} view={view} name={user.name} />
        </Suspense>
      )}
      <aside className={classes.sidebar}>
        <AppSwitcher isNarrow={isNarrow} />
        <Navigation isNarrow={isNarrow} />
      </aside>
      <header className={classes.header}>
        <ActionIcon
          className={classes.onlyPhone}
          onClick={drawer.open}
          aria-label={t('shell.openNavigation')}
          size={36}
        >
          <IconMenu2 size={20} />
        </ActionIcon>
        <ActionIcon
          className={classes.onlyWide}
          onClick={() => setNarrow(!isNarrow)}
          aria-label={isNarrow ? t('shell.expandNavigation') : t('shell.collapseNavigation')}
          aria-pressed={isNarrow}
        >
          <IconLayoutSidebar size={17} stroke={1.75} />
        </ActionIcon>
        <button type="button" className={classes.search} onClick={palette.open} aria-haspopup="dialog">
          <IconSearch size={15} stroke={1.75} aria-hidden />
          <span className={classes.searchText}>{t('shell.search')}</span>
          <Keys keys="mod+K" />
        </button>
        <UserMenu />
      </header>
      <main id="main" className={classes.main} tabIndex={-1}>
        <DisplayProvider value={display}>
          <Outlet />
        </DisplayProvider>
      </main>
      {/* Always there, so that what comes into it is read out. */}
      <div role="status" className={classes.connection}>
        {connected !== 'fine' && <ConnectionNote state={connected} />}
      </div>
      {(isDrawerOpen || wasDrawerOpen.current) && (
        <Suspense>
          <NavigationDrawer isOpen={isDrawerOpen} onClose={drawer.close} />
        </Suspense>
      )}
      {question !== undefined && (
        <Suspense>
          <WarningsDialog question={question} />
        </Suspense>
      )}
      {isPaletteOpen && (
        <Suspense fallback={<EarlyKeys typed={typed} />}>
          <CommandPalette typed={typed} onClose={palette.close} />
        </Suspense>
      )}
    </div>
  );
}
