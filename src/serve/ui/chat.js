import { answerView, userView } from './answer-view.js';
import { ApiFailure, health, servedModel, streamChat } from './api.js';
import { createLanguage } from './language.js';

/** The page: one conversation with the served model. */

const part = Object.fromEntries([...document.querySelectorAll('[id]')].map((node) => [node.id, node]));
const language = createLanguage(part.language);
const { say } = language;
const HEALTH_EVERY_MS = 10_000;

let messages = [];
let running;

const key = () => part.key.value.trim();

function showExamples() {
  part.examples.replaceChildren(
    ...say('examples').map((question) => {
      const item = document.createElement('li');
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = question;
      button.addEventListener('click', () => void ask(question));
      item.append(button);
      return item;
    }),
  );
}

async function showServer() {
  const status = await health().catch(() => 'lost');
  part.health.textContent = say(status === 'ok' ? 'ready' : status === 'degraded' ? 'degraded' : 'unavailable');
  if (part.model.textContent) return;
  try {
    part.model.textContent = await servedModel(key());
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

function requestFor() {
  const maxTokens = Number(part.maxTokens.value);
  return {
    model: part.model.textContent,
    messages,
    temperature: Number(part.temperature.value),
    ...(part.thinks.checked ? {} : { reasoning_effort: 'none' }),
    ...(maxTokens >= 1 ? { max_completion_tokens: Math.floor(maxTokens) } : {}),
  };
}

/** Each chunk is one token, nearly always; the server's own figures stand in the note at the end. */
function speedometer() {
  let firstMs;
  let tokens = 0;
  return () => {
    tokens++;
    firstMs ??= performance.now();
    const seconds = (performance.now() - firstMs) / 1000;
    if (tokens > 2 && seconds > 0) part.speed.textContent = say('speed', ((tokens - 1) / seconds).toFixed(1));
  };
}

async function ask(question) {
  if (running || question.trim() === '') return;
  part.welcome.hidden = true;
  part.question.value = '';
  messages.push({ role: 'user', content: question });
  userView(part.conversation, question);
  const view = answerView(part.conversation, say);
  const abort = new AbortController();
  setRunning(abort);
  try {
    await receive(view, abort.signal);
  } catch (error) {
    if (abort.signal.aborted) view.end(say('stopped'));
    else view.end(say('failed', (error instanceof ApiFailure && error.message) || say('lost')), true);
    if (error.status === 401) part.keyRow.hidden = false;
  }
  // A question without an answer is no part of the conversation.
  if (view.content === '') messages.pop();
  else messages.push({ role: 'assistant', content: view.content });
  setRunning(undefined);
  part.question.focus();
}

async function receive(view, signal) {
  const tick = speedometer();
  let finish;
  let end = '';
  for await (const { choices, usage, timings } of streamChat(requestFor(), { key: key(), signal })) {
    const isAtEnd = part.conversation.scrollHeight - part.conversation.scrollTop - part.conversation.clientHeight < 80;
    const [choice] = choices;
    if (choice?.delta.reasoning_content) view.think(choice.delta.reasoning_content);
    if (choice?.delta.content) view.answer(choice.delta.content);
    if (choice && !choice.finish_reason) tick();
    finish = choice?.finish_reason ?? finish;
    if (usage) end = say('summary', usage.completion_tokens, (timings?.predicted_per_second ?? 0).toFixed(1));
    if (isAtEnd) part.conversation.scrollTop = part.conversation.scrollHeight;
  }
  view.end(finish === 'length' ? `${say('cut')} ${end}` : end);
}

part.composer.addEventListener('submit', (event) => {
  event.preventDefault();
  void ask(part.question.value);
});
part.question.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  void ask(part.question.value);
});
part.stop.addEventListener('click', () => running?.abort());
part.clear.addEventListener('click', () => {
  running?.abort();
  messages = [];
  for (const article of part.conversation.querySelectorAll('article')) article.remove();
  part.welcome.hidden = false;
});
part.language.addEventListener('change', () => {
  language.choose(part.language.value);
  showExamples();
  void showServer();
});
part.key.addEventListener('change', () => void showServer());

part.key.value = sessionStorage.getItem('r1-tune key') ?? '';
language.apply();
showExamples();
await showServer();
setInterval(() => void showServer(), HEALTH_EVERY_MS);
