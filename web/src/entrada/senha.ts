import { show } from "../lib/show";
import Senha from "./Senha.svelte";
import "./entrada.css";

show(Senha);
