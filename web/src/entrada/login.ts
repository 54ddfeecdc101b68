import { show } from "../lib/show";
import Login from "./Login.svelte";
import "./entrada.css";

show(Login);
