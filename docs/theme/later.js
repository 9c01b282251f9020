// The scripts of a page come when its reader first acts, or after five seconds: text needs none.
document.documentElement.classList.replace("no-js", "js");
window.later = new Promise((wake) => {
  const acts = ["pointermove", "pointerdown", "touchstart", "wheel", "scroll", "focusin", "keydown"];
  const first = (act) => {
    for (const kind of acts) removeEventListener(kind, first, true);
    wake(act);
  };
  for (const kind of acts) addEventListener(kind, first, { capture: true, passive: true });
  addEventListener("load", () => setTimeout(first, 5000));
}).then(async (act) => {
  for (const source of SOURCES) {
    const script = document.createElement("script");
    const loaded = new Promise((done) => (script.onload = script.onerror = done));
    script.src = source;
    document.body.append(script);
    await loaded;
  }
  // A key that came before what listens to it is not lost.
  if (act?.type === "keydown") act.target.dispatchEvent(new KeyboardEvent("keydown", act));
});
