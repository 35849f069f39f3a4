/** Knows which methods each address takes, for 405 and OPTIONS: Fastify's router answers 404 to both. */

export interface RouteTable {
  add(method: string | readonly string[], url: string): void;
  methodsOf(path: string): readonly string[];
  /** Every door: `GET /api/v1/me`. */
  list(): readonly string[];
}

export function createRouteTable(): RouteTable {
  const routes = new Map<string, { readonly pattern: RegExp; readonly methods: Set<string> }>();
  return {
    add(method, url) {
      let route = routes.get(url);
      if (!route) {
        const pattern = url
          .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
          .replace(/:[a-z]+/g, '[^/]+')
          .replaceAll('*', '.*');
        route = { pattern: new RegExp(`^${pattern}/?$`), methods: new Set() };
        routes.set(url, route);
      }
      for (const each of [method].flat()) route.methods.add(each);
    },
    list: () => [...routes].flatMap(([url, { methods }]) => [...methods].map((method) => `${method} ${url}`)),
    methodsOf(path) {
      // A catch-all (static files) says nothing about an address below /api.
      const fitting = [...routes].filter(
        ([url, { pattern }]) => pattern.test(path) && (url !== '/*' || !path.startsWith('/api/')),
      );
      return [...new Set(fitting.flatMap(([, { methods }]) => [...methods]))].sort();
    },
  };
}
