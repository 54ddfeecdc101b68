import "../lib/tema.svelte";
import "../styles/base.css";
import { onSessionEnd } from "../api/client";
import { leave } from "../api/session.svelte";
import { listen } from "../lib/keys";
import { start } from "../lib/router.svelte";
import { show } from "../lib/show";
import { keepAtHand } from "../lib/worker";
import { find } from "../shell/pages";
import App from "./App.svelte";
import { PAGES } from "./pages";

// The page's code comes while the server is asked who is there.
void find(PAGES, location.pathname === "/app" ? "/app/agenda" : location.pathname)?.page.load().catch(() => undefined);
onSessionEnd(() => leave("expirou"));
start("/app");
listen();
show(App);
keepAtHand();
