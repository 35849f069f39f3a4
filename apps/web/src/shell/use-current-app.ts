import { useLocalStorage } from '@mantine/hooks';
import type { AppDescription } from '@trellis/forms';
import { useDescribe, workspace } from '../api.ts';

/** The app whose navigation is shown; the browser remembers it per workspace. */
export function useCurrentApp(): { readonly app: AppDescription | undefined; setApp(name: string): void } {
  const { apps } = useDescribe();
  const [name, setApp] = useLocalStorage({
    key: `trellis-app-${workspace}`,
    defaultValue: '',
    getInitialValueInEffect: false,
  });
  return { app: apps.find((each) => each.name === name) ?? apps[0], setApp };
}
