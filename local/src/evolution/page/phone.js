// A patient's phone. Asks the simulator again while the page is visible; nothing is kept but the chosen patient.

const $ = (id) => document.getElementById(id);
const PATIENTS = [
  { name: 'Maria Souza', number: '5511999990001' },
  { name: 'Joana Lima', number: '5511988887777' },
  { name: 'Pedro Santos', number: '5534988887777' },
];
const SUGGESTIONS = ['Olá, quero agendar uma consulta', 'amanhã de manhã', 'sim', 'meus horários', 'cancelar', 'atendente'];
const KINDS = { audio: '🎤 Áudio', image: '🖼️ Imagem', location: '📍 Localização', sticker: '🙂 Figurinha' };

const own = JSON.parse(localStorage.getItem('own') ?? 'null');
const patients = own ? [...PATIENTS, own] : [...PATIENTS];
let instances = [];
let shown = '';

const call = async (path, body) => {
  const options = body === undefined
    ? {}
    : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(path, options);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
};

const instance = () => instances.find((one) => one.instance === $('instance').value);
const patient = () => patients[Number($('patient').value)] ?? patients[0];

/** Text with WhatsApp's *bold* and _italic_, built from text nodes only. */
const formatted = (text) => {
  const fragment = document.createDocumentFragment();
  for (const part of text.split(/(\*[^*\n]+\*|_[^_\n]+_)/)) {
    const tag = { '*': 'strong', _: 'em' }[part[0]];
    if (tag && part.length > 2 && part.at(-1) === part[0]) {
      const element = document.createElement(tag);
      element.textContent = part.slice(1, -1);
      fragment.append(element);
    } else {
      fragment.append(part);
    }
  }
  return fragment;
};

const clock = (seconds) => new Date(seconds * 1000).toLocaleTimeString('pt-BR', { hour: '2-digit', minute: '2-digit' });

const bubble = (message) => {
  const item = document.createElement('li');
  item.className = message.from_me ? 'theirs' : 'mine';
  item.append(message.type === 'text' ? formatted(message.text) : KINDS[message.type] ?? message.type);
  const meta = document.createElement('span');
  meta.className = 'meta';
  meta.append(clock(message.at));
  if (!message.from_me) {
    const ticks = document.createElement('span');
    ticks.className = message.status === 'READ' ? 'read' : '';
    ticks.textContent = message.status === 'PENDING' || message.status === 'SERVER_ACK' ? ' ✓' : ' ✓✓';
    ticks.title = message.status === 'READ' ? 'lida' : 'entregue';
    meta.append(ticks);
  }
  item.append(meta);
  return item;
};

const note = (className, text) => {
  const item = document.createElement('li');
  item.className = className;
  item.textContent = text;
  return item;
};

const show = (chat) => {
  const open = instance()?.state === 'open';
  $('closed').hidden = open;
  $('compose').hidden = !open;
  $('chips').hidden = !open;
  $('disconnect').hidden = !open;
  $('state').textContent = chat.typing ? 'digitando…' : open ? 'online' : 'desconectado';
  const now = JSON.stringify([$('instance').value, patient().number, chat.messages]);
  if (now === shown) return;
  shown = now;
  const list = $('messages');
  const empty = `Escreva para ${instance()?.nome ?? 'a clínica'} como ${patient().name}.`;
  list.replaceChildren(...(chat.messages.length
    ? [note('day', 'Hoje'), ...chat.messages.map(bubble)]
    : [note('empty', empty)]));
  list.scrollTop = list.scrollHeight;
};

const options = (select, labels) => {
  const chosen = select.value;
  select.replaceChildren(...labels.map(([value, label]) => new Option(label, value)));
  if (labels.some(([value]) => value === chosen)) select.value = chosen;
};

const refreshInstances = async () => {
  const before = JSON.stringify(instances);
  instances = await call('/simulador/instancias');
  if (JSON.stringify(instances) !== before) {
    options($('instance'), instances.map((one) => [one.instance, `${one.nome}${one.state === 'open' ? '' : ' (desconectada)'}`]));
  }
  const name = instance()?.nome ?? 'Nenhuma clínica';
  $('title').textContent = name;
  $('avatar').textContent = name[0];
};

const refresh = async () => {
  try {
    await refreshInstances();
    if (instance()) show(await call(`/simulador/conversas/${encodeURIComponent(instance().instance)}/${patient().number}`));
  } catch {
    $('state').textContent = 'sem resposta do simulador';
  }
};

const send = async (message) => {
  await call('/simulador/mensagens', { instance: $('instance').value, from: patient().number, name: patient().name, ...message });
  await refresh();
};

const fillPatients = () => {
  options($('patient'), patients.map((one, at) => [String(at), `${one.name} · ${one.number.replace(/^55(\d\d)(\d+)(\d{4})$/, '($1) $2-$3')}`]));
};

$('compose').addEventListener('submit', async (event) => {
  event.preventDefault();
  const text = $('text').value.trim();
  if (!text) return;
  $('text').value = '';
  await send({ text });
});
const toggleKinds = (open) => {
  $('kinds').hidden = !open;
  $('more').setAttribute('aria-expanded', String(open));
};
$('more').addEventListener('click', () => toggleKinds($('kinds').hidden));
document.addEventListener('keydown', (event) => event.key === 'Escape' && toggleKinds(false));
for (const button of $('kinds').children) {
  button.addEventListener('click', async () => {
    toggleKinds(false);
    await send({ type: button.dataset.kind });
  });
}
for (const text of SUGGESTIONS) {
  const chip = document.createElement('button');
  chip.type = 'button';
  chip.textContent = text;
  chip.addEventListener('click', () => send({ text }));
  $('chips').append(chip);
}
$('connect').addEventListener('click', async () => {
  await call(`/simulador/instancias/${encodeURIComponent($('instance').value)}/conectar`, {});
  await refresh();
});
$('disconnect').addEventListener('click', async () => {
  await call(`/simulador/instancias/${encodeURIComponent($('instance').value)}/desconectar`, {});
  await refresh();
});
$('own').addEventListener('submit', async (event) => {
  event.preventDefault();
  const digits = $('own-number').value.replace(/\D/g, '');
  const one = { name: $('own-name').value.trim(), number: digits.length <= 11 ? `55${digits}` : digits };
  localStorage.setItem('own', JSON.stringify(one));
  patients.splice(PATIENTS.length, 1, one);
  fillPatients();
  $('patient').value = String(PATIENTS.length);
  await refresh();
});
for (const id of ['instance', 'patient']) $(id).addEventListener('change', refresh);

fillPatients();
await refresh();
setInterval(() => document.visibilityState === 'visible' && refresh(), 700);
