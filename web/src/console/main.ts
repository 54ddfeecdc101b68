import "../lib/tema.svelte";
import "../styles/base.css";
import "./console.css";
import { onSessionEnd } from "../api/client";
import { leave } from "../api/session.svelte";
import { listen } from "../lib/keys";
import { start } from "../lib/router.svelte";
import { show } from "../lib/show";
import { keepAtHand } from "../lib/worker";
import Console from "./Console.svelte";

onSessionEnd(() => leave("expirou"));
start("/console");
listen();
show(Console);
keepAtHand();
