// Search, once a reader searches: the theme's worker, and the documents that it reads, the heaviest
// file of the site, come with the first letter typed.
const [SETUP, READY, QUERY, RESULT] = [0, 1, 2, 3];
const here = self.document ? document.currentScript.src : location.href; // a file has no workers
const post = self.postMessage.bind(self);
const tell = (data) => dispatchEvent(new MessageEvent("message", { data }));
let setup, query, coming;

async function come() {
  const { data } = setup;
  if (!data.docs.length) {
    data.docs = await (await fetch(new URL("../../../search/documents.json", here))).json();
  }
  await importScripts(new URL("theme.js", here));
  await importScripts(new URL("ask.js", here));
  // lunr keeps two ends of words as one if their digits run together, 1 and 23 like 12 and 3, and
  // then finds words that no page holds, and fails.
  lunr.TokenSet.prototype.toString = function () {
    return (this._str ??= [this.final, ...Object.keys(this.edges).sort().map((label) => label + this.edges[label].id)].join());
  };
  removeEventListener("message", wait);
  await new Promise((ready) => {
    self.postMessage = ready;
    tell(setup);
  });
  self.postMessage = post;
  tell(query);
}

function wait({ data: message }) {
  if (message.type === SETUP) {
    setup = message;
    post({ type: READY });
  } else if (message.data) {
    query = message;
    coming ??= come().catch(() => (coming = null));
  } else post({ type: RESULT, data: { items: [] } });
}
addEventListener("message", wait);
