import { mount } from "svelte";
import "../lib/tema.svelte";
import "../styles/base.css";
import { onSessionEnd } from "../api/client";
import { leave } from "../api/session.svelte";
import { listen } from "../lib/keys";
import { start } from "../lib/router.svelte";
import App from "./App.svelte";

onSessionEnd(() => leave("expirou"));
start("/app");
listen();
mount(App, { target: document.getElementById("raiz")! });
if ("serviceWorker" in navigator && import.meta.env.PROD) void navigator.serviceWorker.register("/sw.js");
