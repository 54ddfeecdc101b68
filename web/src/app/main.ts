import { mount } from "svelte";
import "../lib/tema.svelte";
import "../styles/base.css";
import { onSessionEnd } from "../api/client";
import { leave } from "../api/session.svelte";
import { listen } from "../lib/keys";
import { start } from "../lib/router.svelte";
import { keepAtHand } from "../lib/worker";
import App from "./App.svelte";

onSessionEnd(() => leave("expirou"));
start("/app");
listen();
mount(App, { target: document.getElementById("raiz")! });
keepAtHand();
