// A moving figure's script comes when the figure comes near the window, or when Tab is pressed,
// which may lead into it.
(() => {
  const folder = new URL("figures/", document.currentScript.src);
  const asleep = () => document.querySelectorAll(":not(:defined)");
  const woken = new Set();
  const wake = ({ localName }) => {
    if (woken.has(localName)) return;
    woken.add(localName);
    const script = document.createElement("script");
    script.src = new URL(`${localName}.js`, folder);
    document.head.append(script);
  };
  const near = new IntersectionObserver(
    (entries) => entries.filter((entry) => entry.isIntersecting).forEach((entry) => wake(entry.target)),
    { rootMargin: "1000px" },
  );
  for (const figure of asleep()) near.observe(figure);
  addEventListener("keydown", (event) => event.key === "Tab" && asleep().forEach(wake), true);
})();
