/** What became of a call, as one word for a table of expectations: `done`, a fault with its pointer, or a code. */
export function outcome(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'done',
    (error: { problem?: { code: string; errors: readonly { code: string; pointer: string }[] } }) => {
      const [first] = error.problem?.errors ?? [];
      return first ? `${first.code} ${first.pointer}` : (error.problem?.code ?? String(error));
    },
  );
}
