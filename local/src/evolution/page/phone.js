// A patient's phone. Asks the simulator again while the page is visible; nothing is kept but the chosen patient.

const $ = (id) => document.getElementById(id);
const PATIENTS = [
  { name: 'Maria Souza', number: '5511999990001' },
  { name: 'Joana Lima', number: '5511988887777' },
  { name: 'Pedro Santos', number: '5534988887777' },
];
const SUGGESTIONS = ['Olá, quero agendar uma consulta', 'amanhã de manhã', 'sim', 'meus horários', 'cancelar', 'atendente'];
const KINDS = { audio: '🎤 Áudio', image: '🖼️ Imagem', location: '📍 Localização', sticker: '🙂 Figurinha', document: '📄 pedido-medico.pdf',
  contact: '👤 Ana', video: '🎬 Vídeo' };

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

/** Text with WhatsApp's *bold*, _italic_, ~struck~ and ```code```, built from text nodes only. */
const formatted = (text) => {
  const fragment = document.createDocumentFragment();
  const tags = { '*': 'strong', _: 'em', '~': 's', '`': 'code' };
  for (const part of text.split(/(```[^`]+```|\*[^*\n]+\*|(?<!\w)_[^_\n]+_(?!\w)|~[^~\n]+~)/)) {
    const edge = part.startsWith('```') ? 3 : 1;
    const tag = tags[part[0]];
    if (tag && part.length > 2 * edge && part.at(-1) === part[0]) {
      const element = document.createElement(tag);
      element.textContent = part.slice(edge, -edge);
      fragment.append(element);
    } else {
      fragment.append(part);
    }
  }
  return fragment;
};

const clock = (seconds) => new Date(seconds * 1000).toLocaleTimeString('pt-BR', { hour: '2-digit', minute: '2-digit' });
const day = (seconds) => {
  const days = [0, 1].map((back) => new Date(Date.now() - back * 86_400_000).toDateString());
  const found = days.indexOf(new Date(seconds * 1000).toDateString());
  return ['Hoje', 'Ontem'][found] ?? new Date(seconds * 1000).toLocaleDateString('pt-BR', { day: 'numeric', month: 'long' });
};

const button = (label, onClick, attributes = {}) => {
  const element = document.createElement('button');
  element.type = 'button';
  element.textContent = label;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.addEventListener('click', onClick);
  return element;
};

const gesture = async (message, what, body = {}) => {
  await call(`/simulador/mensagens/${message.id}/${what}`, { instance: $('instance').value, name: patient().name, ...body });
  await refresh();
};

const poll = (message) => {
  const chosen = message.chosen ?? [];
  const element = document.createElement('div');
  element.className = 'poll';
  element.setAttribute('role', 'group');
  for (const option of message.options) {
    const voted = chosen.includes(option);
    element.append(button(option, () => gesture(message, 'voto', { options: voted ? [] : [option] }), { 'aria-pressed': String(voted) }));
  }
  return element;
};

let editing = null;
const edit = (message) => {
  editing = message;
  $('cancel-edit').hidden = !message;
  $('more').hidden = Boolean(message);
  $('text').value = message?.text ?? '';
  $('text').focus();
};

const closeMenus = () => {
  for (const menu of document.querySelectorAll('.bubble-menu')) menu.remove();
  for (const touch of document.querySelectorAll('.touch')) touch.setAttribute('aria-expanded', 'false');
};

/** The menu of a message the patient wrote. */
const touchable = (item, message) => {
  const touch = button('⋯', (event) => {
    event.stopPropagation();
    const open = touch.getAttribute('aria-expanded') === 'true';
    closeMenus();
    if (open) return;
    const menu = document.createElement('div');
    menu.className = 'bubble-menu';
    if (message.type === 'text') menu.append(button('Editar', () => edit(message)));
    menu.append(button('Apagar para todos', () => gesture(message, 'exclusao')));
    touch.setAttribute('aria-expanded', 'true');
    item.append(menu);
    menu.firstChild.focus();
    menu.scrollIntoView({ block: 'nearest' });
  }, { class: 'touch', title: 'Editar ou apagar', 'aria-label': 'Editar ou apagar', 'aria-expanded': 'false' });
  item.append(touch);
};

const bubble = (message) => {
  const item = document.createElement('li');
  item.className = message.from_me ? 'theirs' : 'mine';
  if (message.deleted) {
    item.classList.add('gone');
    item.append('🚫 Mensagem apagada');
  } else if (message.type === 'poll') {
    item.append(formatted(message.text), poll(message));
  } else {
    item.append(message.type === 'text' ? formatted(message.text) : KINDS[message.type] ?? message.type);
  }
  const meta = document.createElement('span');
  meta.className = 'meta';
  meta.append(`${message.edited && !message.deleted ? 'editada ' : ''}${clock(message.at)}`);
  if (!message.from_me) {
    const ticks = document.createElement('span');
    ticks.className = message.status === 'READ' ? 'read' : '';
    ticks.textContent = message.status === 'PENDING' || message.status === 'SERVER_ACK' ? ' ✓' : ' ✓✓';
    ticks.title = message.status === 'READ' ? 'lida' : 'entregue';
    meta.append(ticks);
  }
  item.append(meta);
  if (!message.from_me && !message.deleted) touchable(item, message);
  return item;
};

/** The messages with a line before each day. */
const withDays = (messages) => {
  let last = '';
  return messages.flatMap((message) => {
    const today = day(message.at);
    const lines = today === last ? [bubble(message)] : [note('day', today), bubble(message)];
    last = today;
    return lines;
  });
};

const note = (className, text) => {
  const item = document.createElement('li');
  item.className = className;
  item.textContent = text;
  return item;
};

/** One code per clinic, until it connects: the next would end the one on the screen. */
let qrOf = '';
const showQr = async () => {
  const name = $('instance').value;
  if (!name || qrOf === name) return;
  qrOf = name;
  const code = await call(`/simulador/instancias/${encodeURIComponent(name)}/qr`, {});
  $('qr').src = code.base64;
  $('qr').hidden = false;
};

const show = (chat) => {
  const open = instance()?.state === 'open';
  if (!open) showQr();
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
    ? withDays(chat.messages)
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
  await call('/simulador/mensagens', { instance: $('instance').value, from: patient().number, name: patient().name, lid: $('lid').value, from_me: $('as-clinic').checked,
    ...message });
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
  if (!editing) return send({ text });
  const message = editing;
  edit(null);
  await gesture(message, 'edicao', { text });
});
const toggleKinds = (open) => {
  $('kinds').hidden = !open;
  $('more').setAttribute('aria-expanded', String(open));
};
$('more').addEventListener('click', () => toggleKinds($('kinds').hidden));
$('cancel-edit').addEventListener('click', () => edit(null));
const closeAll = () => {
  closeMenus();
  toggleKinds(false);
};
document.addEventListener('keydown', (event) => event.key === 'Escape' && closeAll());
document.addEventListener('click', (event) => !event.target.closest('.attach') && closeAll());
for (const kind of $('kinds').children) {
  kind.addEventListener('click', async () => {
    toggleKinds(false);
    await send({ type: kind.dataset.kind });
  });
}
for (const text of SUGGESTIONS) $('chips').append(button(text, () => send({ text })));
$('connect').addEventListener('click', async () => {
  await call(`/simulador/instancias/${encodeURIComponent($('instance').value)}/conectar`, {});
  qrOf = '';
  $('qr').hidden = true;
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

$('misbehave').addEventListener('change', async ({ target }) => {
  if (target.value) {
    const path = `/simulador/instancias/${encodeURIComponent($('instance').value)}/estado`;
    await fetch(path, { method: 'POST', body: target.value });
    target.value = '';
  }
});
