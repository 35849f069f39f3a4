/** The routes. Screens are chunks of their own; what they need is asked for while the chunk still loads. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { ApiError } from '@trellis/api';
import { basePath, client, describeQuery, meQuery, objectQuery, queryClient } from './api.ts';
import { type ListSearch, type SummarySearch, searchText } from './paths.ts';
import { NotFoundPage } from './routes/NotFoundPage.tsx';
import { RouteError } from './routes/RouteError.tsx';
import { Shell } from './shell/Shell.tsx';
import { PageSkeleton } from './ui/PageSkeleton.tsx';

const rootRoute = createRootRoute({ component: Outlet, notFoundComponent: NotFoundPage });

const loginRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/login',
  validateSearch: (search): { next?: string; sso_error?: string } => textOnly(search, ['next', 'sso_error']),
  beforeLoad: async () => {
    const { needs_setup } = await client.setupState();
    if (needs_setup) throw redirect({ to: '/first-run' });
  },
  component: lazyRouteComponent(() => import('./routes/LoginPage.tsx'), 'LoginPage'),
});

const forgotRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/forgot-password',
  component: lazyRouteComponent(() => import('./sign-in/ForgotPage.tsx'), 'ForgotPage'),
});

const resetRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/reset-password',
  component: lazyRouteComponent(() => import('./sign-in/ResetPage.tsx'), 'ResetPage'),
});

const invitationRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/invitation',
  component: lazyRouteComponent(() => import('./sign-in/InvitationPage.tsx'), 'InvitationPage'),
});

const enrolRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/second-factor',
  component: lazyRouteComponent(() => import('./sign-in/EnrolPage.tsx'), 'EnrolPage'),
});

const firstRunRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/first-run',
  component: lazyRouteComponent(() => import('./routes/FirstRunPage.tsx'), 'FirstRunPage'),
});

/** Everything behind sign-in. */
const shellRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'shell',
  beforeLoad: async ({ location }) => {
    const described = queryClient.ensureQueryData(describeQuery);
    try {
      await Promise.all([queryClient.ensureQueryData(meQuery), described]);
    } catch (error) {
      if (error instanceof ApiError && error.problem.code === 'second_factor_required')
        throw redirect({ to: '/second-factor' });
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      const { needs_setup } = await client.setupState();
      if (needs_setup) throw redirect({ to: '/first-run' });
      throw redirect({ to: '/login', search: location.href === '/' ? {} : { next: location.href } });
    }
  },
  component: Shell,
});

const homeRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/',
  component: lazyRouteComponent(() => import('./routes/HomePage.tsx'), 'HomePage'),
});

const listRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/o/$object',
  validateSearch: (search): ListSearch =>
    textOnly(search, ['view', 'filter', 'sort', 'q', 'peek', 'deleted', 'as_of', 'board']),
  loader: ({ params }) => queryClient.ensureQueryData(objectQuery(params.object)),
  component: lazyRouteComponent(() => import('./routes/ListPage.tsx'), 'ListPage'),
});

const createRecordRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/o/$object/new',
  // Any other search parameter prefills the field of its name.
  validateSearch: (search): Record<string, string> => textOnly(search, Object.keys(search)),
  loader: ({ params }) => queryClient.ensureQueryData(objectQuery(params.object)),
  component: lazyRouteComponent(() => import('./routes/CreatePage.tsx'), 'CreatePage'),
});

const importRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/o/$object/import',
  validateSearch: (search): { job?: string } => textOnly(search, ['job']),
  loader: ({ params }) => queryClient.ensureQueryData(objectQuery(params.object)),
  component: lazyRouteComponent(() => import('./transfer/ImportPage.tsx'), 'ImportPage'),
});

const summaryRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/o/$object/summary',
  validateSearch: (search): SummarySearch =>
    textOnly(search, ['view', 'filter', 'rows', 'columns', 'measure']),
  loader: ({ params }) => queryClient.ensureQueryData(objectQuery(params.object)),
  component: lazyRouteComponent(() => import('./summary/SummaryPage.tsx'), 'SummaryPage'),
});

const recordRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/o/$object/$id',
  validateSearch: (search): { tab?: string; edit?: string; as_of?: string } =>
    textOnly(search, ['tab', 'edit', 'as_of']),
  loader: ({ params }) => queryClient.ensureQueryData(objectQuery(params.object)),
  component: lazyRouteComponent(() => import('./routes/RecordPage.tsx'), 'RecordPage'),
});

const setupRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/setup',
  component: lazyRouteComponent(() => import('./routes/SetupPage.tsx'), 'SetupPage'),
});

const setupSplatRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/setup/$',
  component: lazyRouteComponent(() => import('./routes/SetupPage.tsx'), 'SetupPage'),
});

const searchRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/search',
  validateSearch: (search): { q?: string; object?: string; after?: string } =>
    textOnly(search, ['q', 'object', 'after']),
  component: lazyRouteComponent(() => import('./search/SearchPage.tsx'), 'SearchPage'),
});

const binRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/bin',
  validateSearch: (search): { object?: string; q?: string; mine?: string } =>
    textOnly(search, ['object', 'q', 'mine']),
  component: lazyRouteComponent(() => import('./bin/BinPage.tsx'), 'BinPage'),
});

const profileRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/profile',
  component: lazyRouteComponent(() => import('./profile/ProfilePage.tsx'), 'ProfilePage'),
});

const activityRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/activity',
  validateSearch: (search): { job?: string } => textOnly(search, ['job']),
  component: lazyRouteComponent(() => import('./activity/ActivityPage.tsx'), 'ActivityPage'),
});

const routeTree = rootRoute.addChildren([
  loginRoute,
  firstRunRoute,
  forgotRoute,
  resetRoute,
  invitationRoute,
  enrolRoute,
  shellRoute.addChildren([
    homeRoute,
    listRoute,
    createRecordRoute,
    importRoute,
    summaryRoute,
    recordRoute,
    searchRoute,
    binRoute,
    setupRoute,
    setupSplatRoute,
    profileRoute,
    activityRoute,
  ]),
]);

export const router = createRouter({
  routeTree,
  basepath: basePath,
  defaultPreload: 'intent',
  defaultPreloadStaleTime: 0,
  defaultPendingMs: 150,
  defaultPendingComponent: PageSkeleton,
  defaultErrorComponent: RouteError,
  defaultNotFoundComponent: NotFoundPage,
  scrollRestoration: true,
  // Plain parameters instead of the router's JSON: `?view=all&q=acme` can be read, typed and shared.
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: searchText,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

function textOnly(search: Record<string, unknown>, names: readonly string[]): Record<string, string> {
  const result: Record<string, string> = {};
  for (const name of names) {
    const value = search[name];
    if (typeof value === 'string' && value !== '') result[name] = value;
  }
  return result;
}
