/** Saves a file of the server's. The browser downloads by itself where the address names the workspace. */
import { basePath, client } from '../api.ts';

export async function downloadFile(address: string, fileName: string): Promise<void> {
  if (basePath === '/') return save(address, fileName);
  // Elsewhere a header must say which workspace is meant, and a link sends none.
  const response = await client.download(address);
  const blob = URL.createObjectURL(await response.blob());
  save(blob, fileName);
  URL.revokeObjectURL(blob);
}

function save(address: string, fileName: string): void {
  const link = document.createElement('a');
  link.href = address;
  link.download = fileName;
  link.click();
}
