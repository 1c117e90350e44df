// Paper is white: a page that is read in the dark is printed light.
let mode;
addEventListener("beforeprint", () => {
  mode = document.documentElement.dataset.theme;
  document.documentElement.dataset.theme = "light";
});
addEventListener("afterprint", () => {
  document.documentElement.dataset.theme = mode;
});
