/**
 * For a button that takes away the row or group it stands in: the focus would fall to the page with it, and with it the
 * keys of the panel around (Escape would not close it any more). It goes to the group's way to add a condition.
 *
 * @param group what is left around the removed part
 */
export function focusAfterRemoval(group: Element | null | undefined): void {
  // The row is drawn away first; who has gone on elsewhere stays there.
  setTimeout(() => {
    const active = document.activeElement;
    if (active !== null && active !== document.body) return;
    const adds = group?.querySelectorAll<HTMLElement>('[data-add-condition]');
    // Groups within this one come before its own.
    adds?.item(adds.length - 1)?.focus();
  });
}
