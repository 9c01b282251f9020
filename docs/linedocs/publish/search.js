// Search, once a reader searches: the theme's worker, how it is asked, and the documents that it
// reads, the heaviest file of the site, come with the first letter typed.
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
  partChinese(data.docs);
  removeEventListener("message", wait);
  await new Promise((ready) => {
    self.postMessage = ready;
    tell(setup);
  });
  self.postMessage = ({ type, data }) => post({ type, data: nearest(data) });
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
