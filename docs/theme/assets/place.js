// Remember, on this device only, which chapter is being read and which were read to the end.
(() => {
  const KEY = "line-by-line";
  const read = () => {
    try {
      return { done: [], ...JSON.parse(localStorage.getItem(KEY)) };
    } catch {
      return { done: [] };
    }
  };
  const write = (place) => {
    try {
      localStorage.setItem(KEY, JSON.stringify(place));
    } catch {
      // A browser that keeps nothing loses nothing else.
    }
  };
  const chapter = (path) => path.match(/\/learn\/([a-z]+)/)?.[1];

  function mark() {
    const { done } = read();
    for (const link of document.querySelectorAll(".md-nav--primary a.md-nav__link[href]")) {
      const name = chapter(new URL(link.href).pathname);
      const finished = name !== undefined && done.includes(name);
      link.toggleAttribute("data-read", finished);
    }
  }

  function follow(name) {
    const headings = [...document.querySelectorAll("article h1[id], article h2[id]")];
    const watcher = new IntersectionObserver(
      (entries) => {
        for (const { isIntersecting, target } of entries) {
          if (!isIntersecting) continue;
          const place = read();
          const done = new Set(place.done);
          if (target.id === "summary") done.add(name);
          write({ done: [...done], name, at: target.id, title: document.title.split(" - ")[0] });
          mark();
        }
      },
      { rootMargin: "0px 0px -40% 0px" },
    );
    headings.forEach((heading) => watcher.observe(heading));
  }

  function resume(link) {
    const { name, at, title } = read();
    if (!name) return;
    link.href = `${link.href.replace(/learn\/[a-z]+/, `learn/${name}`)}#${at}`;
    link.textContent = `${link.dataset.resume} ${title}`;
  }

  function start() {
    mark();
    const name = chapter(location.pathname);
    if (name) follow(name);
    const link = document.querySelector("a.start");
    if (link) resume(link);
  }

  if (window.document$) window.document$.subscribe(start);
  else start();
})();
