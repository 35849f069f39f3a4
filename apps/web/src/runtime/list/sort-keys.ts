/**
 * The sort after a click on a header: ascending, descending, then the view's own again. With shift the other keys
 * stay and this one is added, turned round or taken out.
 */
export function nextSort(sort: readonly string[], path: string, isAdded: boolean): string[] {
  const current = sort.find((key) => key === path || key === `-${path}`);
  const next = current === undefined ? path : current === path ? `-${path}` : undefined;
  if (!isAdded) return next === undefined ? [] : [next];
  if (current === undefined) return [...sort, path];
  return sort.flatMap((key) => (key === current ? (next === undefined ? [] : [next]) : [key]));
}
