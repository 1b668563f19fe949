import { answerView, userView } from './answer-view.js';
import { ApiFailure, health, properties, servedModel, streamChat } from './api.js';
import { createConversations } from './conversations.js';
import { button, element } from './element.js';
import { createFiles } from './files.js';
import { createLanguage } from './language.js';
import { createSettings } from './settings.js';

/** The page: conversations with the served model. */

const part = Object.fromEntries([...document.querySelectorAll('[id]')].map((node) => [node.id, node]));
const language = createLanguage(part.language);
const { say } = language;
const settings = createSettings(part, { temperature: 0.6, topP: 0.95, thinks: true });
const files = createFiles(part, say);
const conversations = createConversations(() => showChats());
const HEALTH_EVERY_MS = 10_000;

let current = conversations.begin();
/** The request under way; it belongs to the conversation it was asked in, whatever is shown meanwhile. */
let running;
let canThink = false;
let expectedRate;

const key = () => part.key.value.trim();

function showExamples() {
  part.examples.replaceChildren();
  for (const question of say('examples'))
    button(question, element('li', { parent: part.examples }), () => void askAnew(question));
}

function showChats() {
  part.noChats.hidden = conversations.all.length > 0;
  part.export.hidden = part.deleteAll.hidden = conversations.all.length === 0;
  part.chats.replaceChildren();
  for (const conversation of conversations.all) {
    const item = element('li', { parent: part.chats });
    item.classList.toggle('current', conversation.id === current.id);
    button(conversation.title, item, () => open(conversation), 'title');
    button('×', item, () => {
      conversations.remove(conversation.id);
      if (conversation.id === current.id) open(conversations.begin());
    }).ariaLabel = say('delete');
  }
}

function open(conversation) {
  running?.abort();
  current = conversation;
  for (const article of part.conversation.querySelectorAll('article')) article.remove();
  conversation.messages.forEach((message, at) => {
    if (message.role === 'user') showQuestion(conversation, at);
    else answerView(part.conversation, { say, onRegenerate: () => regenerate(conversation, at) }).restore(message);
  });
  part.welcome.hidden = conversation.messages.length > 0;
  document.body.classList.remove('history-open');
  showChats();
}

const showQuestion = (conversation, at) =>
  userView(part.conversation, conversation.messages[at], { say, onEdit: () => edit(conversation, at) });

async function showServer() {
  const { status, decode } = await health().catch(() => ({ status: 'lost' }));
  expectedRate = decode?.expected_tokens_per_second;
  part.health.textContent = say(status === 'ok' ? 'ready' : status === 'degraded' ? 'degraded' : 'unavailable');
  if (part.model.textContent) return;
  try {
    canThink = (await properties(key())).can_think;
    part.thinksRow.hidden = part.budgetRow.hidden = part.hint.hidden = !canThink;
    part.model.textContent = await servedModel(key());
    part.keyRow.hidden = true;
    sessionStorage.setItem('r1-tune key', key());
  } catch (error) {
    if (error instanceof ApiFailure && error.status === 401) part.keyRow.hidden = false;
  }
}

function setRunning(abort) {
  running = abort;
  part.stop.hidden = !abort;
  part.send.hidden = Boolean(abort);
  if (!abort) part.speed.textContent = '';
}

/** What the model is shown of a conversation. */
function requestFor({ messages }) {
  const system = settings.system ? [{ role: 'system', content: settings.system }] : [];
  const told = messages.map(({ role, content }) => ({ role, content }));
  return { model: part.model.textContent, messages: [...system, ...told], ...settings.request(canThink) };
}

/** Each chunk is one token, nearly always; the server's own figures stand in the note at the end. */
function speedometer() {
  let firstMs;
  let tokens = 0;
  return () => {
    tokens++;
    firstMs ??= performance.now();
    const seconds = (performance.now() - firstMs) / 1000;
    if (tokens < 3 || seconds <= 0) return;
    part.speed.textContent = rateText((tokens - 1) / seconds);
  };
}

const rateText = (rate) =>
  expectedRate
    ? say('speedOfProfile', rate.toFixed(1), Math.round((rate / expectedRate) * 100))
    : say('speed', rate.toFixed(1));

function askAnew(question) {
  if (running || (question.trim() === '' && files.isEmpty)) return undefined;
  const conversation = current;
  conversation.messages.push({ role: 'user', content: files.put(question) });
  part.question.value = '';
  showQuestion(conversation, conversation.messages.length - 1);
  return answer(conversation, question);
}

/** Asks for the answer to what a conversation ends in. `question` returns to the box when none comes. */
async function answer(conversation, question) {
  part.welcome.hidden = true;
  const at = conversation.messages.length;
  const view = answerView(part.conversation, { say, onRegenerate: () => regenerate(conversation, at) });
  part.conversation.scrollTop = part.conversation.scrollHeight;
  const abort = new AbortController();
  setRunning(abort);
  let note = '';
  try {
    note = await receive(conversation, view, abort.signal);
    view.end(note);
  } catch (error) {
    note = say('stopped');
    if (abort.signal.aborted) view.end(note);
    else {
      note = say('failed', (error instanceof ApiFailure && error.message) || say('lost'));
      view.end(note, true);
    }
    if (error.status === 401) part.keyRow.hidden = false;
  }
  finish(conversation, view, note, question);
  if (running === abort) setRunning(undefined);
  part.question.focus();
}

function finish(conversation, view, note, question) {
  if (view.content !== '')
    conversation.messages.push({ role: 'assistant', content: view.content, reasoning: view.reasoning, note });
  else {
    // A question without an answer is no part of the conversation: it can be asked again from the box.
    const { content } = conversation.messages.pop();
    view.article.previousElementSibling?.classList.add('unanswered');
    if (conversation === current && part.question.value === '') part.question.value = question ?? content;
  }
  conversations.keep(conversation);
}

async function receive(conversation, view, signal) {
  const tick = speedometer();
  let finish;
  let end = '';
  for await (const { choices, usage, timings } of streamChat(requestFor(conversation), { key: key(), signal })) {
    const { scrollHeight, scrollTop, clientHeight } = part.conversation;
    const isAtEnd = scrollHeight - scrollTop - clientHeight < 80;
    const [choice] = choices;
    if (choice?.delta.reasoning_content) view.think(choice.delta.reasoning_content);
    if (choice?.delta.content) view.answer(choice.delta.content);
    if (choice && !choice.finish_reason) tick();
    finish = choice?.finish_reason ?? finish;
    if (usage) end = say('summary', usage.completion_tokens, (timings?.predicted_per_second ?? 0).toFixed(1));
    if (isAtEnd) part.conversation.scrollTop = part.conversation.scrollHeight;
  }
  return finish === 'length' ? `${say('cut')} ${end}` : end;
}

/** Forgets an answer and all after it, and asks again. */
function regenerate(conversation, at) {
  if (running || conversation !== current) return;
  conversation.messages.length = at;
  open(conversation);
  void answer(conversation);
}

/** Takes a question back into the box, with all that followed it forgotten. */
function edit(conversation, at) {
  if (running || conversation !== current) return;
  const [{ content }] = conversation.messages.splice(at);
  open(conversation);
  conversations.keep(conversation);
  part.question.value = content;
  part.question.focus();
}

part.composer.addEventListener('submit', (event) => {
  event.preventDefault();
  void askAnew(part.question.value);
});
part.question.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  void askAnew(part.question.value);
});
part.stop.addEventListener('click', () => running?.abort());
part.clear.addEventListener('click', () => open(conversations.begin()));
part.openHistory.addEventListener('click', () => {
  const isOpen = document.body.classList.toggle('history-open');
  part.openHistory.ariaExpanded = String(isOpen);
});
part.export.addEventListener('click', () => {
  const href = URL.createObjectURL(new Blob([conversations.exported()], { type: 'application/json' }));
  element('a', { href, download: 'r1-tune-chats.json' }).click();
  URL.revokeObjectURL(href);
});
part.deleteAll.addEventListener('click', () => {
  if (!confirm(say('deleteAllSure'))) return;
  conversations.removeAll();
  open(conversations.begin());
});
part.language.addEventListener('change', () => {
  language.choose(part.language.value);
  showExamples();
  showChats();
  void showServer();
});
part.key.addEventListener('change', () => void showServer());

part.key.value = sessionStorage.getItem('r1-tune key') ?? '';
language.apply();
showExamples();
showChats();
await showServer();
setInterval(() => void showServer(), HEALTH_EVERY_MS);
