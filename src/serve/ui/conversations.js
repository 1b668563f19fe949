/** The conversations, kept in this browser and nowhere else. */

const STORE = 'r1-tune chats';
const MOST = 200;

function load() {
  try {
    const found = JSON.parse(localStorage.getItem(STORE) ?? '[]');
    return Array.isArray(found) ? found.filter(({ id, messages }) => id && Array.isArray(messages)) : [];
  } catch {
    return [];
  }
}

/** Newest first. `messages` are those of the API, with `reasoning` and `note` beside them. */
export function createConversations(onChange) {
  let all = load();
  const save = () => {
    all = all.slice(0, MOST);
    // A full store forgets the oldest ones.
    for (let kept = all.length; kept >= 0; kept = Math.floor(kept / 2) - (kept === 0 ? 1 : 0)) {
      try {
        localStorage.setItem(STORE, JSON.stringify(all.slice(0, kept)));
        break;
      } catch {}
    }
    onChange();
  };
  return {
    get all() {
      return all;
    },
    begin: () => ({
      id: crypto.randomUUID?.() ?? String(Math.random()).slice(2),
      title: '',
      messages: [],
      at: Date.now(),
    }),
    /** Keeps a conversation as it now is; an empty one is not kept. */
    keep(conversation) {
      const first = conversation.messages.find(({ role }) => role === 'user');
      conversation.title = first ? first.content.trim().split('\n')[0].slice(0, 80) : '';
      conversation.at = Date.now();
      all = all.filter(({ id }) => id !== conversation.id);
      if (first) all = [conversation, ...all];
      save();
    },
    remove(id) {
      all = all.filter((one) => one.id !== id);
      save();
    },
    removeAll() {
      all = [];
      save();
    },
    exported: () => JSON.stringify({ kind: 'r1-tune/chats', conversations: all }, null, 2),
  };
}
