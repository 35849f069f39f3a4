/**
 * Where sign-in leads back to. The address bar may say anything: only a path of this application is followed, however
 * it is written (`//elsewhere`, `/\elsewhere` and `/%09/elsewhere` are read by browsers in their own way).
 */
export function returnPath(wish: string | undefined, origin: string): string {
  if (wish === undefined || !wish.startsWith('/') || hasControl(wish) || !URL.canParse(wish, origin))
    return '/';
  const url = new URL(wish, origin);
  const path = url.pathname + url.search + url.hash;
  // A path that begins with two strokes would be another host to whoever reads it next.
  if (url.origin !== origin || /^\/[/\\]/.test(path) || /^\/(login|first-run)\b/.test(path)) return '/';
  return path;
}

/** Browsers drop tabs and line ends from addresses, which makes `/⇥/elsewhere` a host. */
function hasControl(text: string): boolean {
  return /[\p{Cc}\\]/u.test(text);
}
