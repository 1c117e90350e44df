/** For a page that shows this one in a frame: as high as needed, as light or dark as around it. */

const frame = /** @type {HTMLIFrameElement} */ (document.querySelector("iframe.colorize"));

function follow() {
  const inside = frame.contentDocument;
  // As from file://, or before the page has come: the frame keeps the height of its style.
  if (!inside || inside.URL === "about:blank") return;
  const fit = () => (frame.style.height = `${inside.body.offsetHeight + 8}px`);
  const shade = () => {
    inside.documentElement.dataset.theme = document.documentElement.dataset.theme;
  };
  new ResizeObserver(fit).observe(inside.body);
  new MutationObserver(shade).observe(document.documentElement, {
    attributes: true,
    attributeFilter: ["data-theme"],
  });
  // What is pasted outside the frame is meant for it, too.
  document.addEventListener("paste", ({ clipboardData }) => {
    if (clipboardData?.files.length)
      inside.dispatchEvent(new ClipboardEvent("paste", { clipboardData }));
  });
  fit();
  shade();
}

frame.addEventListener("load", follow);
if (frame.contentDocument?.readyState === "complete") follow();
