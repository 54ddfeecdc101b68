/** Hands a file to the person, under a name: that of the server, where it gave one. */
export function download(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser has the file once it began; the address may go.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
