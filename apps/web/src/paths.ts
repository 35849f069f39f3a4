/**
 * Every address of the application, in one table. The workspace prefix is the router's base path, so paths here
 * never carry it; only `inWorkspace` does, for links that leave the workspace in hand.
 */
const WORKSPACE_PREFIX = /^\/w\/([a-z][a-z0-9_-]*)(?=\/|$)/;

/** The workspace that an address is about: `main` unless it begins with `/w/{workspace}`. */
export function workspaceOf(pathname: string): string {
  return WORKSPACE_PREFIX.exec(pathname)?.[1] ?? 'main';
}

export function basePathOf(workspace: string): string {
  return workspace === 'main' ? '/' : `/w/${workspace}`;
}

export const paths = {
  home: () => '/',
  login: () => '/login',
  firstRun: () => '/first-run',
  list: (object: string, search: ListSearch = {}) => `/o/${object}${searchText(search)}`,
  record: (object: string, id: string) => `/o/${object}/${id}`,
  create: (object: string, prefilled: Readonly<Record<string, string>> = {}) =>
    `/o/${object}/new${searchText(prefilled)}`,
  summary: (object: string, search: SummarySearch = {}) => `/o/${object}/summary${searchText(search)}`,
  import: (object: string) => `/o/${object}/import`,
  profile: () => '/profile',
  /** The builder: `setup('objects/deal')`. */
  setup: (rest = '') => (rest === '' ? '/setup' : `/setup/${rest}`),
  inWorkspace: (workspace: string) => basePathOf(workspace),
} as const;

/** In the address, in place of a filter or a view: none, whatever the view is or opens first. */
export const NONE = 'off';

/** What a list remembers in its address. */
export interface ListSearch {
  /** Name of the view, or id of one's own; the one that opens first when absent. */
  readonly view?: string;
  /** JSON Logic, as JSON: narrows the view, and takes the place of the filter of a view of one's own. */
  readonly filter?: string;
  /** `-amount,name`: instead of the view's. */
  readonly sort?: string;
  readonly q?: string;
  /** Id of the record in the side peek. */
  readonly peek?: string;
  /** `true`: the recycle bin. */
  readonly deleted?: string;
  /** Name of the field whose options are the columns of a board; `off`: no board, whatever the view is. */
  readonly board?: string;
  /** An instant: the list as it was then. */
  readonly as_of?: string;
}

/** What a summary remembers in its address, beside the list that it sums up. */
export interface SummarySearch {
  readonly view?: string;
  readonly filter?: string;
  /** `stage`, `close_date:month`, `amount:1000` */
  readonly rows?: string;
  readonly columns?: string;
  /** `count`, `sum:amount` */
  readonly measure?: string;
}

export function searchText(search: object): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    if (typeof value === 'string' && value !== '') parameters.set(name, value);
  }
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}
