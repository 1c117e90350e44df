"""axe-core finds no fault in any page of the book, light or dark."""

import pytest
from chromium import DESKTOP, needs_chromium

pytestmark = [pytest.mark.book, needs_chromium]

RUN = """
async rules => {
    await window.MathJax?.startup?.promise;
    await new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    // Some colours change gradually, such as those of the button that searches.
    const changes = document.getAnimations().filter(each => each instanceof CSSTransition);
    await Promise.allSettled(changes.map(each => each.finished));
    const options = {resultTypes: ['violations'], iframes: false};
    if (rules) options.runOnly = rules;
    const found = await axe.run(document, options);
    return found.violations.flatMap(rule => rule.nodes.map(
        node => `${rule.id}: ${node.target.join(' ')} (${rule.help})`));
}
"""
# All that dark mode changes is colours.
OF_COLORS = ["color-contrast", "link-in-text-block"]


@pytest.fixture(scope="module")
def axe(html):
    """Return the source of axe-core, which npm fetched for the book."""
    path = html.parent.parent / "web" / "node_modules" / "axe-core" / "axe.min.js"
    if not path.is_file():
        pytest.skip("npm could not fetch axe-core")
    return path.read_text(encoding="utf-8")


def faults(page, axe):
    """Return what axe finds on a page that has been opened."""
    page.evaluate(axe)
    return page.evaluate(RUN)


def test_no_page_has_a_fault(html, address, browser, axe):
    # The page that colours allows no script but its own.
    context = browser.new_context(viewport=DESKTOP, color_scheme="light", bypass_csp=True)
    found = {}
    for path in sorted(html.rglob("*.html")):
        name = path.relative_to(html).as_posix()
        # The first page only leads to the introduction; in _static lie parts of pages.
        part = name.startswith("_static/") and name != "_static/colorize/index.html"
        if name == "index.html" or part:
            continue
        page = context.new_page()
        page.goto(f"{address}/{name}")
        light = page.evaluate("getComputedStyle(document.body).backgroundColor")
        here = faults(page, axe)
        page.emulate_media(color_scheme="dark")
        here += [f"dark: {each}" for each in page.evaluate(RUN, OF_COLORS)]
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light, name
        if here:
            found[name] = here
        page.close()
    context.close()
    assert found == {}


def test_faults_are_found(browser, axe):
    page = browser.new_page()
    page.set_content("<html><title>A</title><main><h1>A</h1><img src='data:,'></main></html>")
    assert {each.partition(":")[0] for each in faults(page, axe)} >= {"html-has-lang", "image-alt"}
    page.close()
