// The Chromium of this machine: none is downloaded.
import { existsSync } from "node:fs";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const FOLDERS = (process.env.PATH ?? "").split(":");

/** How it is started: only with the first argument does it find `*.localhost` on every machine. */
export const LAUNCH = {
  get executablePath() {
    const asked = process.env.CHROMIUM;
    const found = asked ?? FOLDERS.flatMap((folder) => NAMES.map((name) => `${folder}/${name}`)).find((path) => existsSync(path));
    if (!found) throw new Error("no Chromium on this machine: install the package `chromium`, or set CHROMIUM to its path");
    return found;
  },
  args: ["--host-resolver-rules=MAP *.localhost 127.0.0.1", "--no-sandbox", "--disable-dev-shm-usage", "--lang=pt-BR"],
};
