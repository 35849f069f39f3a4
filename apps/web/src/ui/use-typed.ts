import { useDebouncedCallback } from '@mantine/hooks';
import { useEffect, useRef, useState } from 'react';

/**
 * A text that stands in the address, as it is typed: `onText` is told it, without blanks around, `pause` milliseconds after the
 * last letter. The address may change from elsewhere, too: back, another view. What comes back of one's own, late
 * perhaps, takes nothing away that was typed since.
 */
export function useTyped(
  text: string,
  pause: number,
  onText: (text: string) => void,
): readonly [typed: string, type: (given: string) => void] {
  const [typed, setTyped] = useState(text);
  const told = useRef<readonly string[]>([]);
  const tell = useDebouncedCallback((given: string) => {
    told.current = [...told.current, given.trim()];
    onText(given.trim());
  }, pause);
  useEffect(() => {
    const place = told.current.indexOf(text);
    told.current = place < 0 ? [] : told.current.slice(place + 1);
    if (place >= 0) return;
    tell.cancel();
    setTyped(text);
  }, [text, tell]);
  const type = (given: string) => {
    setTyped(given);
    tell(given);
  };
  return [typed, type];
}
