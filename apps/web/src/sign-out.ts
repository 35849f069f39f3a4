import { basePath, client } from './api.ts';
import { notifyProblem } from './ui/notify.tsx';

/** Leaves by loading the page anew, so that nothing of this person stays in memory. */
export async function signOut(): Promise<void> {
  try {
    const out = await client.logout();
    window.location.assign(out?.redirect ?? `${basePath === '/' ? '' : basePath}/login`);
  } catch (error) {
    notifyProblem(error);
  }
}
