/** What `fetch` throws in Chromium, Firefox and Safari when no answer comes; a fault of ours may be a TypeError too. */
const NO_ANSWER = /failed to fetch|networkerror|load failed|network connection/i;

/** Whether an error says that the server did not answer. */
export function isOffline(error: unknown): boolean {
  return error instanceof TypeError && NO_ANSWER.test(error.message);
}
