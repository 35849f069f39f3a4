/** As much of a browser as redirects between two sites need: cookies per host and path, and following `Location`. */

export interface Visit {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

export interface RedirectingBrowser {
  /** Asks once, and follows nothing. */
  visit(url: string, init?: RequestInit): Promise<Visit>;
  /** Follows redirects until there are none, or until `stopAt` says that the next address is not to be visited. */
  follow(url: string, stopAt?: (url: string) => boolean): Promise<Visit>;
  /** Cookies that it would send, as `name=value`. */
  cookiesFor(url: string): readonly string[];
  forgetCookies(): void;
  setCookie(url: string, line: string): void;
}

export function openBrowser(): RedirectingBrowser {
  const jar = new Map<string, { readonly host: string; readonly path: string; readonly pair: string }>();

  function setCookie(url: string, line: string): void {
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
    const path = attributes.find((each) => /^path=/i.test(each))?.slice(5) ?? '/';
    const isGone = attributes.some(
      (each) => /^max-age=0$/i.test(each) || /^expires=thu, 01 jan 1970/i.test(each),
    );
    const { host } = new URL(url);
    const key = `${host} ${path} ${pair.split('=')[0]}`;
    if (isGone) jar.delete(key);
    else jar.set(key, { host, path, pair });
  }

  function cookiesFor(url: string): readonly string[] {
    const { host, pathname } = new URL(url);
    return [...jar.values()]
      .filter((each) => each.host === host && pathname.startsWith(each.path))
      .map(({ pair }) => pair);
  }

  async function visit(url: string, init: RequestInit = {}): Promise<Visit> {
    const response = await fetch(url, {
      ...init,
      redirect: 'manual',
      headers: { cookie: cookiesFor(url).join('; '), ...(init.headers as Record<string, string>) },
    });
    for (const line of response.headers.getSetCookie()) setCookie(url, line);
    return { url, status: response.status, headers: response.headers, body: await response.text() };
  }

  async function follow(url: string, stopAt: (url: string) => boolean = () => false): Promise<Visit> {
    let at = await visit(url);
    for (let hops = 0; hops < 20 && at.status >= 300 && at.status < 400; hops += 1) {
      const next = new URL(at.headers.get('location')!, at.url).href;
      if (stopAt(next)) return { ...at, url: next };
      at = await visit(next);
    }
    return at;
  }

  return { visit, follow, cookiesFor, setCookie, forgetCookies: () => jar.clear() };
}
