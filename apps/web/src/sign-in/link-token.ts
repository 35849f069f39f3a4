/**
 * The token of a link in a mail stands behind `#`, which browsers send to no server. It is read once and taken out of
 * the address, so that it stays neither in the history nor in a bookmark.
 */
export function takeLinkToken(): string {
  const token = window.location.hash.slice(1);
  if (token !== '') window.history.replaceState(window.history.state, '', window.location.pathname);
  return token;
}
