/** Whether nothing has the focus: what had it is gone. Who has gone on elsewhere meanwhile keeps it there. */
export function isFocusLost(): boolean {
  const active = document.activeElement;
  return active === null || active === document.body;
}
